import { generateKeyPairSync, hash, type KeyObject, sign } from "node:crypto";
import { describe, expect, it } from "vitest";
import { judgeAnswer } from "../../../shared/challenge/answer.ts";
import {
  newChallenge,
  verified,
  withChallenge,
  withoutChallenge,
  withReady,
} from "../../../shared/challenge/changes.ts";
import { explain, explainSend } from "../../../shared/challenge/explain.ts";
import { isOvertaken, refuseSignIn } from "../../../shared/challenge/signIn.ts";
import type { IssuerSetting } from "../../../shared/config/settings.ts";
import type { Challenge } from "../../../shared/model/challenge.ts";
import type { Device } from "../../../shared/model/device.ts";
import type { Owner } from "../../../shared/model/owner.ts";
import type { Recovery } from "../../../shared/model/recovery.ts";
import { at, challengeWith, DEVICE, ID, NOW, personal, SECOND, work } from "./challenge.ts";

const identity = {
  issuer: { kind: "personal" } as IssuerSetting,
  tenant: undefined,
  isApp: false,
  signedInAt: NOW / 1000,
  secondFactor: false,
  boundKey: undefined,
  tokenHash: "a".repeat(43),
};

type Signed = Parameters<typeof refuseSignIn>[0];

const refused = (
  changes: Partial<Signed> = {},
  {
    challenge = challengeWith(),
    subjectHash = challenge.account.push ? challenge.account.subjectHash : undefined,
    bearer = "b".repeat(43),
  }: { challenge?: Challenge; subjectHash?: string | undefined; bearer?: string } = {},
) => refuseSignIn({ ...identity, ...changes }, { challenge, subjectHash, deviceId: DEVICE, bearer })?.reason;

describe("a sign-in", () => {
  it("verifies the very account, by a person, of its own kind", () => {
    expect(refused()).toBeUndefined();
    expect(refused({}, { subjectHash: "x".repeat(43) })).toBe("sign-in-mismatch");
    expect(refused({ isApp: true })).toBe("sign-in-mismatch");
    expect(refused({ issuer: { kind: "work-or-school" } as IssuerSetting })).toBe("sign-in-mismatch");
    const codes = { ref: personal.ref, kind: "personal", push: false } as const;
    expect(refused({}, { challenge: challengeWith({ account: codes }), subjectHash: undefined })).toBe(
      "sign-in-mismatch",
    );
  });

  it("is made since the challenge began, to the second, bound to no other phone, and not what the request came with", () => {
    expect(refused({ signedInAt: NOW / 1000 - 1 })).toBe("sign-in-stale");
    expect(refused({ signedInAt: undefined })).toBe("sign-in-stale");
    const later = challengeWith({ startedAt: at(0.999) });
    expect(refused({}, { challenge: later })).toBeUndefined();
    expect(refused({}, { bearer: identity.tokenHash })).toBe("sign-in-stale");
    expect(refused({ boundKey: DEVICE })).toBeUndefined();
    expect(refused({ boundKey: "e".repeat(43) })).toBe("sign-in-stale");
  });

  it("to a work account is of its tenant, and has a second factor", () => {
    const atWork = { issuer: { kind: "work-or-school" } as IssuerSetting, tenant: work.tenant };
    const challenge = challengeWith({ account: work });
    expect(refused({ ...atWork, secondFactor: true }, { challenge })).toBeUndefined();
    expect(refused(atWork, { challenge })).toBe("second-factor-missing");
    expect(refused({ ...atWork, tenant: undefined, secondFactor: true }, { challenge })).toBe(
      "sign-in-mismatch",
    );
  });

  it("is overtaken by a recovery that was released since, where it alone verifies a work account", () => {
    const { recoveryId: _, ...outside } = challengeWith({ account: work, given: ["fresh-sign-in"] });
    const released = (seconds: number, state: "released" | "waiting" = "released") => [
      { state, expiresAt: at(seconds + 14 * 24 * 3600) },
    ];
    expect(isOvertaken(outside, released(0))).toBe(true);
    expect(isOvertaken(outside, released(-1))).toBe(false);
    expect(isOvertaken(outside, released(0, "waiting"))).toBe(false);
    expect(isOvertaken(outside, [])).toBe(false);
    expect(isOvertaken({ ...outside, given: ["activation-code"] }, released(0))).toBe(false);
    expect(isOvertaken({ ...outside, account: personal }, released(0))).toBe(false);
    expect(isOvertaken(challengeWith({ account: work }), released(0))).toBe(false);
  });
});

describe("the answer to a push", () => {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { x = "", y = "" } = publicKey.export({ format: "jwk" });
  const [OLD, NONCE] = ["o".repeat(22), "n".repeat(22)];
  const challenge = challengeWith({
    credential: { id: "i".repeat(22), publicKey: { kty: "EC", crv: "P-256", x, y } },
    push: {
      nonces: [
        { nonce: hash("sha256", OLD, "base64url"), until: at(300) },
        { nonce: hash("sha256", NONCE, "base64url"), until: at(120) },
      ],
      sends: { count: 2, since: at(0), last: at(0) },
    },
  });
  const claims = {
    aud: "https://backup.example",
    challenge: ID,
    nonce: NONCE,
    deviceId: DEVICE,
    ref: personal.ref,
    decision: "approve",
  };
  const HEADER = { typ: "push-answer+jwt", alg: "ES256" };

  function signed(payload: object, key: KeyObject = privateKey, header: object = HEADER): string {
    const body = [header, payload]
      .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
      .join(".");
    const signature = sign("sha256", Buffer.from(body), { key, dsaEncoding: "ieee-p1363" });
    return `${body}.${signature.toString("base64url")}`;
  }

  const judged = (jws: string, seconds = 0, of: Challenge = challenge) =>
    judgeAnswer(jws, of, {
      origin: "https://backup.example",
      challengeId: ID,
      deviceId: DEVICE,
      now: NOW + seconds * SECOND,
    });

  it("approves or denies, in time, to the last push", () => {
    expect(judged(signed(claims))).toBe("approved");
    expect(judged(signed({ ...claims, decision: "deny" }))).toBe("denied");
    expect(judged(signed(claims), 119.999)).toBe("approved");
    expect(judged(signed(claims), 120)).toBe("late");
    expect(judged(signed({ ...claims, nonce: OLD }))).toBe("superseded");
  });

  it("is invalid where anything is not as it was asked, and before there is a key", () => {
    const another = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
    for (const jws of [
      "",
      signed(claims).slice(0, -1),
      `${signed(claims)}A`,
      ` ${signed(claims)}`,
      signed(claims, another),
      signed(claims, privateKey, { ...HEADER, alg: "none" }),
      signed(claims, privateKey, { ...HEADER, typ: "JWT" }),
      signed(claims, privateKey, { ...HEADER, kid: "1" }),
      signed({ ...claims, aud: "https://elsewhere.example" }),
      signed({ ...claims, challenge: "x".repeat(22) }),
      signed({ ...claims, deviceId: "e".repeat(43) }),
      signed({ ...claims, ref: "x".repeat(43) }),
      signed({ ...claims, nonce: "x".repeat(22) }),
      signed({ ...claims, decision: "perhaps" }),
      signed({ ...claims, number: 12 }),
      signed({ ...claims, more: true }),
    ]) {
      expect(judged(jws)).toBe("invalid");
    }
    const { credential: _, ...without } = challenge;
    expect(judged(signed(claims), 0, without)).toBe("invalid");
    const { push: __, ...unsent } = challenge;
    expect(judged(signed(claims), 0, unsent)).toBe("invalid");
  });

  it("has the number where one is shown", () => {
    const shown = { ...challenge, number: 47 };
    expect(judged(signed({ ...claims, number: 47 }), 0, shown)).toBe("approved");
    expect(judged(signed({ ...claims, number: 48 }), 0, shown)).toBe("wrong-number");
    expect(judged(signed(claims), 0, shown)).toBe("invalid");
    expect(judged(signed({ ...claims, decision: "deny" }), 0, shown)).toBe("denied");
  });
});

describe("what a challenge changes", () => {
  const device = {
    deviceId: DEVICE,
    registered: 3,
    awaitsSignIn: true,
    revoked: `${"r".repeat(8)}${"z".repeat(8)}`,
  } as Device;
  const other = { ...device, deviceId: "e".repeat(43) };
  const owner = { devices: [device, other] } as unknown as Owner;

  it("is its phone's, from its beginning to its end", () => {
    expect(newChallenge(device, personal, "o".repeat(22), NOW)).toEqual(challengeWith());
    expect(newChallenge(device, work, undefined, NOW)).not.toHaveProperty("recoveryId");
    const begun = withChallenge(owner, DEVICE, ID);
    expect(begun.devices).toEqual([{ ...device, challenge: ID }, other]);
    expect(withoutChallenge(begun, DEVICE)).toEqual(owner);
    expect(withoutChallenge(begun, other.deviceId)).toEqual(begun);
  });

  const pending = { push: true, state: "action-required" } as const;
  const recovery = {
    accounts: [
      {
        ...pending,
        ref: personal.ref,
        kind: "personal",
        means: ["fresh-sign-in", "contact-code", "push-answer"],
      },
      { ...pending, ref: work.ref, kind: "work-or-school", means: ["activation-code", "push-answer"] },
    ],
  } as unknown as Recovery;

  it("is one account of the recovery, and what the phone is told of it", () => {
    const ready = withReady(recovery, personal.ref);
    expect(ready.accounts.map(({ state, means }) => [state, means.length])).toEqual([
      ["ready", 0],
      ["action-required", 2],
    ]);
    const next = verified(owner, challengeWith(), ready);
    const { revoked: _, ...rest } = device;
    expect(next.devices).toEqual([{ ...rest, revoked: "z".repeat(8), awaitsSignIn: false }, other]);
    // The personal account still waits for a sign-in.
    const still = verified(owner, challengeWith({ account: work }), withReady(recovery, work.ref));
    expect(still.devices[0]).toMatchObject({ awaitsSignIn: true, revoked: device.revoked });
    expect(verified(owner, challengeWith(), undefined).devices[0]).toMatchObject({ awaitsSignIn: true });
    const last = { ...owner, devices: [{ ...device, revoked: "r".repeat(8) }] };
    expect(verified(last, challengeWith(), ready).devices[0]).not.toHaveProperty("revoked");
  });

  it("is told with what it needs", () => {
    expect(explain({ reason: "challenge-over", state: "expired" }).members).toEqual({ state: "expired" });
    const proofs = [["fresh-sign-in" as const]];
    expect(explain({ reason: "challenge-proof-missing", proofs }).members).toEqual({ proofs });
    expect(explain({ reason: "proof-not-accepted", proofs }).members).toEqual({ proofs });
    expect(explain({ reason: "contact-not-counted", countsFrom: at(1) }).members).toEqual({
      countsFrom: at(1),
    });
    expect(explain({ reason: "contact-not-counted", countsFrom: undefined }).members).toEqual({});
    expect(explain({ reason: "sign-in-stale" }).code).toBe("sign-in-stale");
    expect(explainSend({ reason: "sends-spent" }, NOW).code).toBe("sends-spent");
    const soon = explainSend({ reason: "push-sent-recently", until: NOW + 1500 }, NOW);
    expect([soon.code, soon.members, soon.headers]).toEqual([
      "push-sent-recently",
      { retryAt: at(1.5) },
      { "Retry-After": "2" },
    ]);
    const past = explainSend({ reason: "code-sent-recently", until: NOW - 1500 }, NOW);
    expect(past.headers).toEqual({ "Retry-After": "1" });
  });
});
