import { describe, expect, it } from "vitest";
import { alternativesOf, missingProofs, takes, withProof } from "../../../shared/challenge/proofs.ts";
import { gaveUp, lockedUntil, OVER, stateOf } from "../../../shared/challenge/states.ts";
import { LIMITS } from "../../../shared/limits/tries.ts";
import type { Challenge } from "../../../shared/model/challenge.ts";
import type { Owner } from "../../../shared/model/owner.ts";
import { at, challengeWith, DEVICE, ID, NOW, ownerWith, SECOND, work } from "./challenge.ts";

const state = (
  changes: Partial<Challenge> = {},
  owner: Pick<Owner, "devices" | "tries"> | undefined = ownerWith(),
  now = NOW,
) => stateOf({ challengeId: ID, challenge: challengeWith(changes) }, owner, now);

const proven = { given: ["fresh-sign-in", "contact-code"] } as const satisfies Partial<Challenge>;

/** All tries of a kind, used up now. */
const usedUp = (of: "challenge-codes" | "activation-codes") => [
  { of, deviceId: DEVICE, count: LIMITS[of].perPhone, since: at(0) },
];

describe("the proofs of an account", () => {
  it("are its password and a code to a contact, of a personal one, wherever it is", () => {
    const both = [["fresh-sign-in", "contact-code"]];
    expect(alternativesOf(challengeWith())).toEqual(both);
    const { recoveryId: _, ...outside } = challengeWith();
    expect(alternativesOf(outside)).toEqual(both);
  });

  it("are the code of its provider, of one of work, and outside of a recovery a sign-in instead", () => {
    expect(alternativesOf(challengeWith({ account: work }))).toEqual([["activation-code"]]);
    const { recoveryId: _, ...outside } = challengeWith({ account: work });
    expect(alternativesOf(outside)).toEqual([["activation-code"], ["fresh-sign-in"]]);
  });

  it("are missing until all of one list were given, and none stands in for another", () => {
    const missing = (given: Challenge["given"], changes: Partial<Challenge> = {}) =>
      missingProofs(challengeWith({ given, ...changes }));
    expect(missing([])).toEqual([["fresh-sign-in", "contact-code"]]);
    expect(missing(["fresh-sign-in"])).toEqual([["contact-code"]]);
    expect(missing(["contact-code"])).toEqual([["fresh-sign-in"]]);
    expect(missing(["activation-code", "push-answer"])).toEqual([["fresh-sign-in", "contact-code"]]);
    expect(missing(["contact-code", "fresh-sign-in"])).toEqual([]);
    const { recoveryId: _, ...outside } = challengeWith({ account: work });
    expect(missingProofs(outside)).toEqual([["activation-code"], ["fresh-sign-in"]]);
    expect(missingProofs({ ...outside, given: ["fresh-sign-in"] })).toEqual([]);
  });

  it("are taken of their own kind of account alone, and noted once", () => {
    expect(takes(challengeWith(), "contact-code")).toBe(true);
    expect(takes(challengeWith(), "activation-code")).toBe(false);
    expect(takes(challengeWith({ account: work }), "fresh-sign-in")).toBe(false);
    const once = withProof(challengeWith(), "contact-code");
    expect(once.given).toEqual(["contact-code"]);
    expect(withProof(once, "contact-code")).toBe(once);
  });
});

describe("a challenge", () => {
  it("is open until it is proven, pushed while a push can be answered, and then proven again", () => {
    expect(state()).toBe("open");
    expect(state(proven)).toBe("proven");
    const push = {
      nonces: [
        { nonce: "n".repeat(43), until: at(0) },
        { nonce: "m".repeat(43), until: at(120) },
      ],
      sends: { count: 2, since: at(0), last: at(0) },
    };
    expect(state({ ...proven, push })).toBe("pushed");
    expect(state({ ...proven, push }, ownerWith(), NOW + 120 * SECOND - 1)).toBe("pushed");
    expect(state({ ...proven, push }, ownerWith(), NOW + 120 * SECOND)).toBe("proven");
    expect(state({ push })).toBe("open");
  });

  it("has ended as an act has ended it, whatever else is so", () => {
    for (const ended of ["verified", "refused", "cancelled"] as const) {
      expect(state({ ended })).toBe(ended);
      expect(state({ ended }, undefined, NOW + 7200 * SECOND)).toBe(ended);
    }
  });

  it("is over after an hour", () => {
    expect(state({}, ownerWith(), NOW + 3600 * SECOND - 1)).toBe("open");
    expect(state({}, ownerWith(), NOW + 3600 * SECOND)).toBe("expired");
  });

  it("ends with its phone, with another registration of that, with another challenge there, and with its owner", () => {
    expect(state({}, { devices: [], tries: [] })).toBe("cancelled");
    expect(state({}, ownerWith({ deviceId: "e".repeat(43) }))).toBe("cancelled");
    expect(state({}, ownerWith({ registered: 4 }))).toBe("cancelled");
    expect(state({}, ownerWith({ challenge: "x".repeat(22) }))).toBe("cancelled");
    expect(stateOf({ challengeId: ID, challenge: challengeWith() }, undefined, NOW)).toBe("cancelled");
  });

  it("is locked while no proof can be given, whichever way is taken", () => {
    const day = LIMITS["challenge-codes"].window;
    const locked = ownerWith({}, usedUp("challenge-codes"));
    expect(state({}, locked)).toBe("locked");
    expect(lockedUntil(challengeWith(), locked, NOW)).toBe(NOW + day);
    expect(state({}, ownerWith({}, usedUp("activation-codes")))).toBe("open");
    expect(state(proven, locked)).toBe("proven");
    expect(lockedUntil(challengeWith(proven), locked, NOW)).toBeUndefined();
    expect(lockedUntil(challengeWith(), undefined, NOW)).toBeUndefined();
    const atWork = ownerWith({}, usedUp("activation-codes"));
    expect(state({ account: work }, atWork)).toBe("locked");
    // Outside of a recovery there is the sign-in.
    const { recoveryId: _, ...outside } = challengeWith({ account: work });
    expect(stateOf({ challengeId: ID, challenge: outside }, atWork, NOW)).toBe("open");
  });

  it("has given up its activation where it is over without a key", () => {
    const credential = {
      id: "i".repeat(22),
      publicKey: { kty: "EC", crv: "P-256", x: "x", y: "y" },
    } as const;
    const gives = (changes: Partial<Challenge>, owner = ownerWith()) =>
      gaveUp({ challengeId: ID, challenge: challengeWith(changes) }, owner, NOW);
    expect(gives({})).toBe(false);
    expect(gives({ ended: "cancelled" })).toBe(true);
    expect(gives({}, ownerWith({ challenge: "x".repeat(22) }))).toBe(true);
    expect(gives({ ended: "cancelled", credential })).toBe(false);
    expect([...OVER].sort()).toEqual(["cancelled", "expired", "refused", "verified"]);
  });
});
