import { compactDecrypt, importJWK } from "jose";
import { describe, expect, it } from "vitest";
import { ids } from "../../../shared/store/items.ts";
import { partitionOf } from "../../support/partition.ts";
import { expectOk, type TestPhone } from "../../support/service.ts";
import { newPhone, recoveredOn } from "../stage.ts";
import {
  type AccountKey,
  accountKey,
  accountsOf,
  answer,
  ask,
  begun,
  type Challenge,
  type ChallengeStage,
  challengeStage,
  claimsFor,
  contactOfAccount,
  getsPushes,
  lastPush,
  ok,
  proven,
  pushesOf,
  readChallenge,
  recoveredPhone,
  refusedWith,
  register,
  signed,
  verifiedPersonal,
} from "./stage.ts";

/** A personal account that waits for its push to be answered. */
async function pushed(stage: ChallengeStage) {
  const recovered = await recoveredPhone(stage);
  const challenge = await proven(stage, recovered);
  const key = accountKey();
  ok(await register(recovered.phone, challenge.challengeId, key));
  return { ...recovered, challenge, key };
}

const stageWithContact = async (...setup: Parameters<typeof challengeStage>): Promise<ChallengeStage> => {
  const stage = await challengeStage(...setup);
  await contactOfAccount(stage);
  return stage;
};

const giveAnswer = (phone: TestPhone, { challengeId }: Challenge, jws: string) =>
  ask(phone, `/${challengeId}/push`, { body: { answer: jws } });

const stateOf = async (phone: TestPhone, { challengeId }: Challenge) =>
  (await readChallenge(phone, challengeId)).state;

describe("a push", () => {
  it("brings what it is answered with, to the phone that is verified alone, and nothing else says it [E12]", async () => {
    const stage = await stageWithContact();
    const { phone, challenge } = await pushed(stage);
    const sent = pushesOf(stage);
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({ challengeId: challenge.challengeId });
    expect(sent[0]?.to).toContain(phone.deviceId.slice(0, 20));
    const { nonce } = lastPush(stage);
    expect(Buffer.from(nonce, "base64url")).toHaveLength(16);
    const told = [
      await readChallenge(phone, challenge.challengeId),
      (await phone.send({ method: "GET", path: "/v1/backup" })).body,
      (await phone.send({ method: "GET", path: "/v1/activity" })).body,
      await partitionOf(stage.service, phone),
    ];
    expect(JSON.stringify(told)).not.toContain(nonce);
  });

  it("is sent by this phone's own act alone, once the account's key is there, and to a phone that gets any [E2] [E12]", async () => {
    const stage = await stageWithContact();
    const phone = await newPhone(stage.service, { name: "New phone" });
    const { body } = await recoveredOn(phone);
    const challenge = await proven(stage, { phone, recoveryId: body.recoveryId });
    const { challengeId } = challenge;
    refusedWith(await ask(phone, `/${challengeId}/push/send`), "challenge-proof-missing");
    refusedWith(await register(phone, challengeId, accountKey()), "push-token-missing");
    expect(await stateOf(phone, challenge)).toBe("proven");
    await getsPushes(phone);
    refusedWith(await ask(stage.old, `/${challengeId}/push/send`), "challenge-not-found");
    const key = accountKey();
    ok(await register(phone, challengeId, key));
    expect(pushesOf(stage)).toHaveLength(1);
  });

  it("is sent three times, half a minute apart; each makes the ones before it worthless [E12]", async () => {
    const stage = await stageWithContact();
    const { phone, challenge, key } = await pushed(stage);
    const { challengeId } = challenge;
    const again = () => ask(phone, `/${challengeId}/push/send`);
    refusedWith(await again(), "push-sent-recently");
    const first = signed(claimsFor(stage, phone, challenge), key);
    stage.service.advance(30);
    expect(ok(await again())).toMatchObject({ state: "pushed", push: { sendsLeft: 1 } });
    refusedWith(await giveAnswer(phone, challenge, first), "push-superseded");
    stage.service.advance(30);
    ok(await again());
    stage.service.advance(30);
    refusedWith(await again(), "sends-spent");
    refusedWith(await giveAnswer(phone, challenge, first), "push-superseded");
    expect(ok(await answer(stage, phone, challenge, key)).state).toBe("verified");
  });

  it("that is not answered within 120 s leaves the proofs as they are, and says what may be amiss [E12]", async () => {
    const stage = await stageWithContact();
    const { phone, challenge, key } = await pushed(stage);
    stage.service.advance(120);
    refusedWith(await answer(stage, phone, challenge, key), "push-expired");
    const { challengeId } = challenge;
    expect(await readChallenge(phone, challengeId)).toMatchObject({
      state: "proven",
      remedy: "allow-notifications",
    });
    ok(await ask(phone, `/${challengeId}/push/send`));
    stage.service.advance(120 - 0.001);
    expect(ok(await answer(stage, phone, challenge, key)).state).toBe("verified");
  });

  it("that was surely not sent is not counted; where nobody knows, it is", async () => {
    let outcome: "sent" | "busy" | "refused" | "unknown" = "sent";
    const stage = await stageWithContact({
      answer: ({ channel, content }) => {
        if (channel !== "push" || JSON.parse(content).kind !== "challenge") return { outcome: "sent" };
        if (outcome === "busy") return { outcome, retryAfter: 7 };
        return outcome === "refused" ? { outcome, reason: "target-gone" } : { outcome };
      },
    });
    const recovered = await recoveredPhone(stage);
    const { phone } = recovered;
    const challenge = await proven(stage, recovered);
    const key = accountKey();
    outcome = "busy";
    const busy = await phone.send({
      method: "POST",
      path: `/v1/challenges/${challenge.challengeId}/credential`,
      body: { publicKey: key.publicKey },
    });
    expect([busy.status, busy.headers.get("retry-after")]).toEqual([503, "7"]);
    outcome = "refused";
    refusedWith(await register(phone, challenge.challengeId, key), "push-not-sent");
    expect(await readChallenge(phone, challenge.challengeId)).not.toHaveProperty("push");
    outcome = "unknown";
    refusedWith(await register(phone, challenge.challengeId, key), "push-not-sent");
    outcome = "sent";
    expect(await stateOf(phone, challenge)).toBe("pushed");
    stage.service.advance(30);
    expect(ok(await ask(phone, `/${challenge.challengeId}/push/send`))).toMatchObject({
      push: { sendsLeft: 1 },
    });
    expect(ok(await answer(stage, phone, challenge, key)).state).toBe("verified");
  });
});

describe("the answer to a push", () => {
  it("is refused where anything in it is not what was asked, and nothing changes by it [E12]", async () => {
    const stage = await stageWithContact();
    const { phone, recoveryId, challenge, key } = await pushed(stage);
    const right = claimsFor(stage, phone, challenge);
    const { challengeId: other } = challenge;
    const before = await partitionOf(stage.service, phone);
    const wrong: [what: string, jws: string][] = [
      ["unsigned", signed(right, key).replace(/[^.]*$/, "A".repeat(86))],
      ["by another key", signed(right, accountKey())],
      ["without an algorithm", signed(right, key, { typ: "push-answer+jwt", alg: "none" })],
      ["of another type", signed(right, key, { typ: "JWT", alg: "ES256" })],
      [
        "with a key of its own",
        signed(right, key, { typ: "push-answer+jwt", alg: "ES256", jwk: key.publicKey }),
      ],
      ["for another service", signed({ ...right, aud: "https://elsewhere.example" }, key)],
      ["to another challenge", signed({ ...right, challenge: "A".repeat(22) }, key)],
      ["to another nonce", signed({ ...right, nonce: "A".repeat(22) }, key)],
      ["of another phone", signed({ ...right, deviceId: stage.old.deviceId }, key)],
      ["for another account", signed({ ...right, ref: "r".repeat(43) }, key)],
      ["without a decision", signed({ ...right, decision: undefined }, key)],
      ["with another decision", signed({ ...right, decision: "perhaps" }, key)],
      ["with a number that nobody showed", signed({ ...right, number: 42 }, key)],
      ["with more than it may say", signed({ ...right, iat: 1 }, key)],
    ];
    for (const [what, jws] of wrong) {
      expect([what, (await giveAnswer(phone, challenge, jws)).body.code]).toEqual([
        what,
        "push-answer-invalid",
      ]);
    }
    const withoutProofs = (items: typeof before) => items.filter(({ id }) => !id.startsWith("proof:"));
    expect(withoutProofs(await partitionOf(stage.service, phone))).toEqual(withoutProofs(before));
    expect((await readChallenge(phone, other)).state).toBe("pushed");
    ok(await giveAnswer(phone, challenge, signed(right, key)));
    expect(
      (await accountsOf(phone, recoveryId)).filter(({ state }) => state === "action-required"),
    ).toHaveLength(1);
  });

  it("gives the one-time-code secret, sealed to the phone, once and to a retry of the very answer [E12] [D9] [G2]", async () => {
    const stage = await stageWithContact();
    const { phone, challenge, key } = await pushed(stage);
    const jws = signed(claimsFor(stage, phone, challenge), key);
    const first = ok(await giveAnswer(phone, challenge, jws)) as Challenge & SealedCode;
    const secret = await opened(phone, first.oneTimeCode.sealed);
    expect(secret).toHaveLength(32);
    const again = ok(await giveAnswer(phone, challenge, jws)) as Challenge & SealedCode;
    expect(await opened(phone, again.oneTimeCode.sealed)).toEqual(secret);
    const another = signed(claimsFor(stage, phone, challenge), key);
    refusedWith(await giveAnswer(phone, challenge, another), "challenge-over");
    expect(await readChallenge(phone, challenge.challengeId)).not.toHaveProperty("oneTimeCode");
    const stored = JSON.stringify(await partitionOf(stage.service, phone));
    expect(stored).not.toContain(Buffer.from(secret).toString("base64url"));
  });

  it("that denies ends the challenge, and the account stays pending [E12]", async () => {
    const stage = await stageWithContact();
    const { phone, recoveryId, challenge, key } = await pushed(stage);
    expect(ok(await answer(stage, phone, challenge, key, { decision: "deny" })).state).toBe("refused");
    refusedWith(await answer(stage, phone, challenge, key), "challenge-over");
    const [account] = (await accountsOf(phone, recoveryId)).filter(
      ({ kind, push }) => push && kind === "personal",
    );
    expect(account?.state).toBe("action-required");
    expect((await verifiedPersonal(stage, { phone, recoveryId })).challenge.state).toBe("verified");
  });

  it("verifies this account alone; each is verified again on each phone [E8] [D9] [D10]", async () => {
    const stage = await stageWithContact();
    const first = await recoveredPhone(stage);
    const one = await verifiedPersonal(stage, first);
    const second = await recoveredPhone(stage, "Third phone");
    const two = await verifiedPersonal(stage, second);
    const secrets = await Promise.all(
      [[first.phone, one] as const, [second.phone, two] as const].map(([phone, { challenge }]) =>
        opened(phone, (challenge as Challenge & SealedCode).oneTimeCode.sealed),
      ),
    );
    expect(Buffer.compare(secrets[0] ?? Buffer.of(), secrets[1] ?? Buffer.of())).not.toBe(0);
    refusedWith(
      await ask(first.phone, "", {
        body: { recoveryId: first.recoveryId, ref: (one.challenge.account as { ref: string }).ref },
        key: "another-key-of-this-test",
      }),
      "account-verified",
    );
    expect((await stage.old.status()).ok).toBe(true);
  });
});

describe("the account's key", () => {
  it("is taken once all proofs were given, and is no point off the curve, nor a key of the phone, nor one of another account [E2]", async () => {
    const stage = await stageWithContact();
    const { phone, recoveryId } = await recoveredPhone(stage);
    const { challengeId } = await begun(phone, recoveryId);
    refusedWith(await register(phone, challengeId, accountKey()), "challenge-proof-missing");
    const items = await partitionOf(stage.service, phone);
    expect(items.filter(({ id }) => /^(?:credential|key):/.test(id))).toEqual([]);
    const challenge = await proven(stage, { phone, recoveryId });
    const give = (publicKey: unknown) =>
      ask(phone, `/${challenge.challengeId}/credential`, { body: { publicKey } });
    const { signing, sealing } = phone.state().keys;
    for (const { kty, crv, x, y } of [signing, sealing]) {
      refusedWith(await give({ kty, crv, x, y }), "credential-key-refused");
    }
    const off = { ...accountKey().publicKey, y: accountKey().publicKey.y };
    refusedWith(await give(off), "credential-key-refused");
    refusedWith(await give({ ...accountKey().publicKey, d: "A".repeat(43) }), "private-key-refused");
    const key = accountKey();
    ok(await register(phone, challenge.challengeId, key));
    ok(await answer(stage, phone, challenge, key));

    const other = await recoveredPhone(stage, "Third phone");
    const next = await proven(stage, other);
    refusedWith(await register(other.phone, next.challengeId, key), "credential-key-reused");
    expect(await stateOf(other.phone, next)).toBe("proven");
    ok(await register(other.phone, next.challengeId, accountKey()));
  });

  it("is registered once where the answer was lost; another one takes its place [G2]", async () => {
    const stage = await stageWithContact();
    const { phone, challenge, key } = await pushed(stage);
    const { challengeId } = challenge;
    expect(ok(await register(phone, challengeId, key)).state).toBe("pushed");
    expect(pushesOf(stage)).toHaveLength(1);
    const next: AccountKey = accountKey();
    refusedWith(await register(phone, challengeId, next), "push-sent-recently");
    stage.service.advance(30);
    ok(await register(phone, challengeId, next));
    refusedWith(await answer(stage, phone, challenge, key), "push-answer-invalid");
    ok(await answer(stage, phone, challenge, next));
    const stored = await partitionOf(stage.service, phone);
    expect(stored.find(({ id }) => id.startsWith(ids.credential(phone.deviceId, "")))?.body).toMatchObject({
      publicKey: next.publicKey,
    });
  });
});

describe("a challenge", () => {
  it("is one a phone: beginning another ends it, and a phone that is revoked has none [E3]", async () => {
    const stage = await stageWithContact();
    const { phone, recoveryId, challenge, key } = await pushed(stage);
    const next = await begun(phone, recoveryId, "work-or-school");
    expect(await stateOf(phone, challenge)).toBe("cancelled");
    refusedWith(await answer(stage, phone, challenge, key), "challenge-over");
    expectOk(await stage.old.revoke(phone.deviceId));
    refusedWith(await ask(phone, `/${next.challengeId}`, { method: "GET" }), "device-not-registered");
    expectOk(await phone.register());
    refusedWith(await ask(phone, `/${next.challengeId}`, { method: "GET" }), "trust-required");
  });

  it("is over after an hour, or when its phone says so; a repeat of that is harmless", async () => {
    const stage = await stageWithContact();
    const { phone, recoveryId, challenge } = await pushed(stage);
    stage.service.advance(3600);
    expect(await stateOf(phone, challenge)).toBe("expired");
    const next = await begun(phone, recoveryId);
    for (const _ of [1, 2]) {
      const { status } = await ask(phone, `/${next.challengeId}`, { method: "DELETE" });
      expect(status).toBe(204);
    }
    expect(await stateOf(phone, next)).toBe("cancelled");
  });

  it("stops while the backup is frozen, and is that of a trusted phone [H5]", async () => {
    const stage = await stageWithContact();
    const { phone, recoveryId } = await recoveredPhone(stage);
    const challenge = await proven(stage, { phone, recoveryId });
    const thief = await newPhone(stage.service, { name: "Thief" });
    refusedWith(
      await ask(thief, "", { body: { code: "123456789012" }, key: "a-key-of-the-thief" }),
      "trust-required",
    );
    const { body } = await recoveredOn(thief);
    expectOk(await stage.old.deny(body.recoveryId));
    refusedWith(await register(phone, challenge.challengeId, accountKey()), "backup-frozen");
    expect(await stateOf(phone, challenge)).toBe("proven");
    expectOk(await stage.old.liftFreeze());
    ok(await register(phone, challenge.challengeId, accountKey()));
  });
});

interface SealedCode {
  readonly oneTimeCode: { readonly sealed: string };
}

/** What was sealed to a phone. */
async function opened(phone: TestPhone, jwe: string): Promise<Uint8Array> {
  const key = await importJWK({ ...phone.state().keys.sealing, alg: "ECDH-ES" });
  return (await compactDecrypt(jwe, key)).plaintext;
}
