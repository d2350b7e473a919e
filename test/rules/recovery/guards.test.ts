import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { catalogue } from "../../../shared/errors/catalogue.ts";
import type { Freeze } from "../../../shared/model/freeze.ts";
import type { Identity } from "../../../shared/model/identity.ts";
import type { BackupOn } from "../../../shared/model/owner.ts";
import { DEFAULT_POLICY } from "../../../shared/model/policy.ts";
import type { Version } from "../../../shared/model/version.ts";
import { explain } from "../../../shared/recovery/explain.ts";
import { type Facts, guards, judge, type Refusal } from "../../../shared/recovery/guards.ts";
import type { Platform } from "../../../shared/words.ts";

const DEVICE = { deviceId: "d".repeat(43), name: "Old phone", platform: "android" } as const;
const CHECK = "c".repeat(43);
const KEY_CHECK = "k".repeat(43);
const NOW = Date.parse("2026-11-22T09:00:00.000Z");
const [inBackup, elsewhere] = ["a".repeat(43), "b".repeat(43)];

const FREEZE: Freeze = {
  at: "2026-11-22T08:30:00.000Z",
  device: DEVICE,
  registeredBy: "2026-11-01T08:00:00.000Z",
};

const version: Version = {
  version: 3,
  uploadedAt: "2026-11-22T08:00:00.000Z",
  device: DEVICE,
  accounts: 1,
  bytes: 1000,
  digest: "e".repeat(43),
  sealedAs: 3,
  storageBound: false,
};

/** A recovery that nothing stands against, on a phone of the backup's own platform. */
function soundOn(platform: Platform): Facts & { readonly backup: BackupOn; readonly version: Version } {
  return {
    now: NOW,
    exhausted: undefined,
    freeze: undefined,
    backup: {
      state: "on",
      platform,
      enabledAt: "2026-11-01T08:00:00.000Z",
      userKey: {
        number: 1,
        id: "k".repeat(22),
        wrapped: { kek: "file:1", alg: "RSA-OAEP-256", value: "wrapped" },
        serviceKey: "s".repeat(22),
      },
      ...(platform === "ios" && { storageCheck: CHECK }),
      versions: [version],
      signedInAt: "2026-11-01T08:00:00.000Z",
    },
    policy: DEFAULT_POLICY,
    version,
    inBackup: [inBackup],
    platform,
    storageCheck: platform === "ios" ? CHECK : undefined,
    recoveryKeyCheck: undefined,
    onPhone: [elsewhere],
    missing: [],
    releaseAt: NOW,
  };
}

/** The same facts of a backup that has a recovery key. */
function withRecoveryKey(facts: Facts): Facts {
  const { backup } = facts;
  if (backup.state !== "on") return facts;
  const recoveryKey = { check: KEY_CHECK, wrapped: "wrapped", setAt: backup.enabledAt };
  return { ...facts, backup: { ...backup, recoveryKey } };
}

/** What makes sound facts fail for a reason, whatever else fails. */
type Spoil = (facts: Facts) => Facts;

/** The same facts on a phone of the platform that the backup is not of. */
function onOtherPlatform(facts: Facts): Facts {
  const { backup } = facts;
  const platform = backup.state === "on" && backup.platform === "android" ? "ios" : "android";
  return { ...facts, platform };
}

/**
 * The order in which a recovery is refused, as docs/architecture.md has it; what one step can fail for excludes each
 * other. Later steps are spoiled first, so that each finds the platform that the facts began with.
 */
const ORDER: readonly (readonly [reason: Refusal["reason"], on: readonly Platform[], spoil: Spoil][])[] = [
  [
    [
      "too-many-tries",
      ["ios", "android"],
      (facts) => ({ ...facts, exhausted: { of: "step-ups", until: NOW + 1000 } }),
    ],
  ],
  [["backup-frozen", ["ios", "android"], (facts) => ({ ...facts, freeze: FREEZE })]],
  [
    ["backup-none", ["ios", "android"], (facts) => ({ ...facts, backup: { state: "off" } })],
    [
      "backup-deleted",
      ["ios", "android"],
      (facts) => ({ ...facts, backup: { state: "deleted", deletedAt: version.uploadedAt, device: DEVICE } }),
    ],
    ["version-not-found", ["ios", "android"], (facts) => ({ ...facts, version: undefined })],
  ],
  [
    [
      "platform-changed",
      ["ios", "android"],
      (facts) => ({ ...onOtherPlatform(facts), policy: { ...facts.policy, otherPlatform: false } }),
    ],
  ],
  [
    [
      "storage-bound",
      ["ios", "android"],
      (facts) => ({
        ...onOtherPlatform(facts),
        policy: { ...facts.policy, otherPlatform: true },
        version: { ...version, storageBound: true },
      }),
    ],
    ["storage-account-missing", ["ios"], (facts) => ({ ...facts, storageCheck: undefined })],
    ["storage-account-mismatch", ["ios"], (facts) => ({ ...facts, storageCheck: "x".repeat(43) })],
    ["storage-account-unexpected", ["android"], (facts) => ({ ...facts, storageCheck: CHECK })],
    ["recovery-key-none", ["ios", "android"], (facts) => ({ ...facts, recoveryKeyCheck: KEY_CHECK })],
    [
      "recovery-key-wrong",
      ["ios"],
      (facts) => ({ ...withRecoveryKey(facts), recoveryKeyCheck: "x".repeat(43) }),
    ],
  ],
  [
    ["accounts-present", ["ios", "android"], (facts) => ({ ...facts, onPhone: [elsewhere, inBackup] })],
    [
      "accounts-present",
      ["ios", "android"],
      (facts) => ({ ...facts, policy: { ...facts.policy, conflict: "any-account" } }),
    ],
  ],
  [
    ["step-up-required", ["ios", "android"], (facts) => ({ ...facts, missing: ["recent-sign-in"] })],
    ["step-up-required", ["ios", "android"], (facts) => ({ ...facts, missing: ["second-factor"] })],
  ],
  [["recovery-waiting", ["ios", "android"], (facts) => ({ ...facts, releaseAt: NOW + 1 })]],
];

/** For each step one of the ways in which it can fail on that platform, or none. */
const failures = fc
  .constantFrom<Platform>("ios", "android")
  .chain((platform) =>
    fc.tuple(
      fc.constant(platform),
      fc.tuple(
        ...ORDER.map((step) =>
          fc.option(fc.constantFrom(...step.filter(([, on]) => on.includes(platform))), { nil: undefined }),
        ),
      ),
    ),
  );

describe("the guards of a recovery", () => {
  it("are as many as the steps of the order", () => {
    expect(guards).toHaveLength(ORDER.length);
  });

  it.each(["ios", "android"] as const)("let through what nothing stands against, on %s", (platform) => {
    expect(judge(soundOn(platform))).toMatchObject({ refused: undefined, version: { version: 3 } });
  });

  it.each(["ios", "android"] as const)(
    "refuse each for its own reason where nothing else fails, on %s",
    (platform) => {
      for (const [reason, on, spoil] of ORDER.flat()) {
        if (on.includes(platform)) expect(judge(spoil(soundOn(platform))).refused?.reason).toBe(reason);
      }
    },
  );

  it("answer in their order: the first that fails, whatever else does", () => {
    fc.assert(
      fc.property(failures, ([platform, steps]) => {
        const failing = steps.flatMap((step) => (step ? [step] : []));
        const facts = failing.reduceRight<Facts>((spoiled, [, , spoil]) => spoil(spoiled), soundOn(platform));
        expect(judge(facts).refused?.reason).toBe(failing[0]?.[0]);
      }),
      // There are 2 × 2 × 2 × 4 × 2 × 6 × 3 × 3 × 2 combinations at most.
      { numRuns: 2_000 },
    );
  });

  it("take no backup without a version for one", () => {
    const facts = soundOn("android");
    const empty: Facts = { ...facts, backup: { ...facts.backup, versions: [] }, version: undefined };
    expect(judge(empty).refused).toEqual({ reason: "backup-none" });
  });

  it("ask a phone of the other platform, where it is allowed, for no storage account [H8]", () => {
    const facts = soundOn("ios");
    const allowed: Facts = {
      ...facts,
      platform: "android",
      policy: { ...facts.policy, otherPlatform: true },
      storageCheck: undefined,
    };
    expect(judge(allowed).refused).toBeUndefined();
    expect(judge({ ...allowed, policy: facts.policy }).refused).toEqual({
      reason: "platform-changed",
      backupPlatform: "ios",
    });
  });

  it("take the recovery key that was set up in the place of the storage account [H9]", () => {
    const facts = {
      ...withRecoveryKey(soundOn("ios")),
      storageCheck: undefined,
      recoveryKeyCheck: KEY_CHECK,
    };
    expect(judge(facts).refused).toBeUndefined();
    const elsewhere = { ...facts, platform: "android" as const, version: { ...version, storageBound: true } };
    expect(judge(elsewhere).refused?.reason).toBe("platform-changed");
    const allowed = { ...elsewhere, policy: { ...facts.policy, otherPlatform: true } };
    expect(judge(allowed).refused).toBeUndefined();
  });

  it("let a recovery through at the very moment its wait is over [H10]", () => {
    const facts = soundOn("android");
    expect(judge({ ...facts, releaseAt: NOW }).refused).toBeUndefined();
    expect(judge({ ...facts, releaseAt: undefined }).refused).toBeUndefined();
    expect(judge({ ...facts, releaseAt: NOW + 1 }).refused).toEqual({
      reason: "recovery-waiting",
      releaseAt: NOW + 1,
    });
  });

  it("ask a phone with a storage account for none where the backup's platform has none [H8]", () => {
    const facts = soundOn("android");
    const allowed: Facts = { ...facts, platform: "ios", policy: { ...facts.policy, otherPlatform: true } };
    expect(judge(allowed).refused).toBeUndefined();
  });

  it("leave it to one of them to say that there is no backup, or no such version", () => {
    const facts = soundOn("ios");
    const off: Facts = { ...facts, backup: { state: "off" }, platform: "android", storageCheck: CHECK };
    const nowhere: Facts = {
      ...facts,
      version: undefined,
      platform: "android",
      policy: { ...facts.policy, otherPlatform: true },
    };
    for (const facts of [off, { ...off, platform: "ios", storageCheck: undefined } as const, nowhere]) {
      expect(guards.filter((guard) => guard(facts) !== undefined)).toEqual([guards[2]]);
    }
  });

  it("name the accounts in the way: those in the backup, or all that are there [D2] [D3]", () => {
    const references = fc.uniqueArray(fc.stringMatching(/^[A-Za-z0-9_-]{43}$/), { maxLength: 8 });
    fc.assert(
      fc.property(references, references, references, (shared, only, added) => {
        const facts: Facts = {
          ...soundOn("android"),
          inBackup: [...shared, ...only],
          onPhone: [...added, ...shared],
        };
        const conflictsOf = (facts: Facts) => {
          const { refused } = judge(facts);
          return refused?.reason === "accounts-present" ? refused.conflicts : [];
        };
        expect(conflictsOf(facts)).toEqual(facts.onPhone.filter((ref) => facts.inBackup.includes(ref)));
        const any: Facts = { ...facts, policy: { ...facts.policy, conflict: "any-account" } };
        expect(conflictsOf(any)).toEqual(facts.onPhone);
      }),
    );
  });
});

describe("a refusal", () => {
  const identity: Identity = {
    userId: "u".repeat(43),
    issuer: {
      issuer: "https://issuer.example",
      jwksUri: "https://issuer.example/jwks",
      audience: "api://backup",
      kind: "personal",
      profile: "oidc",
      algorithms: ["ES256"],
      secondFactor: "when-known",
    },
    signedInAt: undefined,
    secondFactor: false,
    boundKey: undefined,
    tokenHash: "t".repeat(43),
  };

  const circumstances = { identity, maxAge: 600, now: NOW, approvers: 2 };

  /** One of each reason: the type leaves none out. */
  const refusals: { readonly [Reason in Refusal["reason"]]: Extract<Refusal, { reason: Reason }> | Refusal } =
    {
      "backup-none": { reason: "backup-none" },
      "backup-deleted": { reason: "backup-deleted", deletedAt: version.uploadedAt, device: DEVICE },
      "version-not-found": { reason: "version-not-found" },
      "platform-changed": { reason: "platform-changed", backupPlatform: "ios" },
      "storage-bound": { reason: "storage-bound" },
      "too-many-tries": { reason: "too-many-tries", of: "recoveries", until: NOW + 1500 },
      "backup-frozen": { reason: "backup-frozen", freeze: FREEZE },
      "recovery-key-none": { reason: "recovery-key-none" },
      "recovery-key-wrong": { reason: "recovery-key-wrong" },
      "recovery-waiting": { reason: "recovery-waiting", releaseAt: NOW + 1500 },
      "storage-account-missing": { reason: "storage-account-missing" },
      "storage-account-mismatch": { reason: "storage-account-mismatch" },
      "storage-account-unexpected": { reason: "storage-account-unexpected" },
      "accounts-present": { reason: "accounts-present", policy: "any-account", conflicts: [inBackup] },
      "step-up-required": { reason: "step-up-required", missing: ["recent-sign-in"] },
    };

  it.each(Object.values(refusals).map((refusal) => [refusal.reason, refusal] as const))(
    "is explained to the owner under its own code, with all that the code promises: %s",
    (reason, refusal) => {
      const { code, members } = explain(refusal, circumstances);
      expect(code).toBe(reason);
      expect(catalogue[code].members.parse(members)).toEqual(members);
    },
  );

  it("says when the same may be asked again, in seconds that are never too few", () => {
    const { members, headers } = explain(refusals["recovery-waiting"], circumstances);
    expect(members).toEqual({ releaseAt: "2026-11-22T09:00:01.500Z", approvers: 2 });
    expect(headers).toEqual({ "Retry-After": "2" });
    const tries = explain(refusals["too-many-tries"], circumstances);
    expect(tries.members).toEqual({ of: "recoveries", retryAt: "2026-11-22T09:00:01.500Z" });
    expect(tries.headers).toEqual({ "Retry-After": "2" });
  });

  it("names the phone that deleted the backup as its owner calls it, and not by its id [G4]", () => {
    const { members } = explain(refusals["backup-deleted"], circumstances);
    expect(members).toEqual({
      deletedAt: version.uploadedAt,
      device: { name: "Old phone", platform: "android" },
    });
  });
});
