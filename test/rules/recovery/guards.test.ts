import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stored } from "../../../shared/backup/storageAccount.ts";
import { catalogue } from "../../../shared/errors/catalogue.ts";
import type { Identity } from "../../../shared/model/identity.ts";
import { type BackupOn, currentKey } from "../../../shared/model/owner.ts";
import { DEFAULT_POLICY } from "../../../shared/model/policy.ts";
import type { Version } from "../../../shared/model/version.ts";
import { explain } from "../../../shared/recovery/explain.ts";
import { type Facts, guards, judge, keyOf, type Refusal, waitOf } from "../../../shared/recovery/guards.ts";
import type { Platform } from "../../../shared/words.ts";
import {
  actor,
  backupOf,
  freeze,
  key,
  on,
  phone,
  timeAt,
  trusted,
  version as versionOf,
} from "../backup/owner.ts";

const CHECK = "c".repeat(43);
const KEY_CHECK = "k".repeat(43);
const NOW = Date.parse("2026-11-22T09:00:00.000Z");
const [inBackup, elsewhere] = ["a".repeat(43), "b".repeat(43)];

const version = versionOf(3, { accounts: 1 });

/** A recovery that nothing stands against, on a phone of the backup's own platform. */
function soundOn(platform: Platform): Facts & { readonly backup: BackupOn; readonly version: Version } {
  const keys = [key(1, { platform, ...(platform === "ios" && { storageCheck: stored(CHECK) }) })];
  return {
    now: NOW,
    purpose: "recover",
    exhausted: undefined,
    freeze: undefined,
    backup: backupOf(on([version], { keys })),
    othersTrusted: true,
    policy: DEFAULT_POLICY,
    named: undefined,
    version,
    inBackup: [inBackup],
    device: phone("n"),
    platform,
    storageCheck: platform === "ios" ? CHECK : undefined,
    recoveryKeyCheck: undefined,
    onPhone: [elsewhere],
    missing: [],
    releaseAt: NOW,
  };
}

/** The same facts of a backup that has a recovery key, made under the user key of that number. */
function withRecoveryKey(facts: Facts, number = 1): Facts {
  const { backup } = facts;
  if (backup.state !== "on") return facts;
  const recoveryKey = { check: stored(KEY_CHECK), wrapped: "wrapped", setAt: backup.enabledAt, key: number };
  return { ...facts, backup: { ...backup, recoveryKey } };
}

/** What makes sound facts fail for a reason, whatever else fails. */
type Spoil = (facts: Facts) => Facts;

/** The same facts on a phone of the platform that the backup is not of. */
function onOtherPlatform(facts: Facts): Facts {
  const { backup } = facts;
  const platform = backup.state === "on" && currentKey(backup).platform === "android" ? "ios" : "android";
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
  [["backup-frozen", ["ios", "android"], (facts) => ({ ...facts, freeze })]],
  [
    ["backup-none", ["ios", "android"], (facts) => ({ ...facts, backup: { state: "off" } })],
    [
      "backup-deleted",
      ["ios", "android"],
      (facts) => ({ ...facts, backup: { state: "deleted", deletedAt: version.uploadedAt, device: actor } }),
    ],
  ],
  [["version-not-found", ["ios", "android"], (facts) => ({ ...facts, named: 9, version: undefined })]],
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
    ["step-up-required", ["ios", "android"], (facts) => ({ ...facts, missing: ["recent-sign-in"] })],
    ["step-up-required", ["ios", "android"], (facts) => ({ ...facts, missing: ["second-factor"] })],
  ],
  [["recovery-waiting", ["ios", "android"], (facts) => ({ ...facts, releaseAt: NOW + 1 })]],
  [
    ["accounts-present", ["ios", "android"], (facts) => ({ ...facts, onPhone: [elsewhere, inBackup] })],
    [
      "accounts-present",
      ["ios", "android"],
      (facts) => ({ ...facts, policy: { ...facts.policy, conflict: "any-account" } }),
    ],
  ],
];

/** The same of starting anew: nothing of what is there is in its way, but a backup, or another trusted phone, is needed. */
const ANEW_ORDER: typeof ORDER = [
  ...ORDER.slice(0, 2),
  [
    [
      "backup-off",
      ["ios", "android"],
      (facts) => ({ ...facts, backup: { state: "off" }, othersTrusted: false }),
    ],
  ],
  [
    ["storage-account-missing", ["ios"], (facts) => ({ ...facts, storageCheck: undefined })],
    ["storage-account-unexpected", ["android"], (facts) => ({ ...facts, storageCheck: CHECK })],
  ],
  ...ORDER.slice(6, 8),
];

const ORDERS = { recover: ORDER, "start-anew": ANEW_ORDER } as const;
const PURPOSES = ["recover", "start-anew"] as const;
const PLATFORMS = ["ios", "android"] as const;

/** A recovery for a purpose that nothing stands against. */
const soundFor = (purpose: Facts["purpose"], platform: Platform): Facts => ({
  ...soundOn(platform),
  purpose,
});

/** For each step one of the ways in which it can fail on that platform, or none. */
const failures = fc
  .tuple(fc.constantFrom(...PURPOSES), fc.constantFrom(...PLATFORMS))
  .chain(([purpose, platform]) =>
    fc.tuple(
      fc.constant(soundFor(purpose, platform)),
      fc.tuple(
        ...ORDERS[purpose].map((step) =>
          fc.option(fc.constantFrom(...step.filter(([, on]) => on.includes(platform))), { nil: undefined }),
        ),
      ),
    ),
  );

describe("the guards of a recovery", () => {
  it.each(PURPOSES)("are as many as the steps of the order, to %s", (purpose) => {
    expect(guards[purpose]).toHaveLength(ORDERS[purpose].length);
  });

  it.each(PURPOSES.flatMap((purpose) => PLATFORMS.map((platform) => [purpose, platform] as const)))(
    "to %s on %s let through what nothing stands against, and refuse each for its own reason",
    (purpose, platform) => {
      const sound = soundFor(purpose, platform);
      expect(judge(sound)).toBeUndefined();
      for (const [reason, on, spoil] of ORDERS[purpose].flat()) {
        if (on.includes(platform)) expect(judge(spoil(sound))?.reason).toBe(reason);
      }
    },
  );

  it("answer in their order: the first that fails, whatever else does", () => {
    fc.assert(
      fc.property(failures, ([sound, steps]) => {
        const failing = steps.flatMap((step) => (step ? [step] : []));
        const facts = failing.reduceRight<Facts>((spoiled, [, , spoil]) => spoil(spoiled), sound);
        expect(judge(facts)?.reason).toBe(failing[0]?.[0]);
      }),
      { numRuns: 2_000 },
    );
  });

  it("bring the key and no version where backup is on and nothing was uploaded yet [G9] [G10]", () => {
    const facts = soundOn("ios");
    const empty: Facts = { ...facts, backup: { ...facts.backup, versions: [] }, version: undefined };
    expect(judge(empty)).toBeUndefined();
    expect(judge({ ...empty, storageCheck: "x".repeat(43) })?.reason).toBe("storage-account-mismatch");
    expect(judge({ ...empty, platform: "android" })?.reason).toBe("platform-changed");
    const otherPlatform = { ...facts.policy, otherPlatform: true };
    const allowed: Facts = { ...empty, platform: "android", storageCheck: undefined, policy: otherPlatform };
    expect(judge(allowed)).toBeUndefined();
  });

  it("go by platform and storage account of the version's key, not by those of the current one [A8] [G1]", () => {
    const keys = [key(1), key(2, { platform: "ios", storageCheck: stored("n".repeat(43)) })];
    const facts = soundOn("android");
    const older: Facts = { ...facts, backup: { ...facts.backup, keys } };
    expect(judge(older)).toBeUndefined();
    const newer: Facts = { ...older, version: { ...version, key: 2 }, platform: "ios" };
    expect(judge({ ...newer, storageCheck: "n".repeat(43) })).toBeUndefined();
    expect(judge({ ...newer, storageCheck: CHECK })?.reason).toBe("storage-account-mismatch");
    expect(judge({ ...older, version: { ...version, key: 2 } })?.reason).toBe("platform-changed");
  });

  it("let start anew whoever cannot open what is there: other platform, storage account, no version [G1] [G9]", () => {
    const facts = soundFor("start-anew", "ios");
    expect(judge({ ...facts, storageCheck: "x".repeat(43) })).toBeUndefined();
    expect(judge({ ...facts, platform: "android", storageCheck: undefined })).toBeUndefined();
    expect(judge({ ...facts, version: undefined, named: 9, onPhone: [inBackup] })).toBeUndefined();
  });

  it("let start anew while backup is off where another phone is trusted, and would be told [H5]", () => {
    const facts: Facts = { ...soundFor("start-anew", "android"), backup: { state: "off" } };
    expect(judge(facts)).toBeUndefined();
    const deleted: Facts = { ...facts, backup: { state: "deleted", deletedAt: timeAt(0), device: actor } };
    expect(judge(deleted)).toBeUndefined();
    expect(judge({ ...deleted, othersTrusted: false })).toEqual({ reason: "backup-off" });
    const on: Facts = { ...soundFor("start-anew", "android"), othersTrusted: false };
    expect(judge(on)).toBeUndefined();
  });

  it("ask a phone of the other platform, where it is allowed, for no storage account [H8]", () => {
    const facts = soundOn("ios");
    const allowed: Facts = {
      ...facts,
      platform: "android",
      policy: { ...facts.policy, otherPlatform: true },
      storageCheck: undefined,
    };
    expect(judge(allowed)).toBeUndefined();
    expect(judge({ ...allowed, policy: facts.policy })).toEqual({
      reason: "platform-changed",
      backupPlatform: "ios",
    });
  });

  it("take the recovery key that was set up in the place of the storage account [H9]", () => {
    const facts: Facts = {
      ...withRecoveryKey(soundOn("ios")),
      storageCheck: undefined,
      recoveryKeyCheck: KEY_CHECK,
    };
    expect(judge(facts)).toBeUndefined();
    const elsewhere: Facts = { ...facts, platform: "android", version: { ...version, storageBound: true } };
    expect(judge(elsewhere)?.reason).toBe("platform-changed");
    expect(judge({ ...elsewhere, policy: { ...facts.policy, otherPlatform: true } })).toBeUndefined();
  });

  it("take a recovery key for what is under the user key that it was made under, and nothing else [H9]", () => {
    const facts: Facts = { ...withRecoveryKey(soundOn("ios"), 2), recoveryKeyCheck: KEY_CHECK };
    expect(judge(facts)).toEqual({ reason: "recovery-key-none" });
    const { backup } = facts;
    if (backup.state !== "on") return expect.fail("off");
    const keys = [...backup.keys, key(2, { platform: "ios", storageCheck: stored(CHECK) })];
    expect(judge({ ...facts, backup: { ...backup, keys } })).toEqual({ reason: "recovery-key-none" });
    const newer = { ...facts, backup: { ...backup, keys }, version: { ...version, key: 2 } };
    expect(judge(newer)).toBeUndefined();
    expect(judge({ ...newer, version: undefined })).toBeUndefined();
  });

  it("let a recovery through at the very moment its wait is over [H10]", () => {
    const facts = soundOn("android");
    expect(judge({ ...facts, releaseAt: NOW })).toBeUndefined();
    expect(judge({ ...facts, releaseAt: undefined })).toBeUndefined();
    expect(judge({ ...facts, releaseAt: NOW + 1 })).toEqual({
      reason: "recovery-waiting",
      releaseAt: NOW + 1,
    });
  });

  it("ask a phone with a storage account for none where the backup's platform has none [H8]", () => {
    const facts = soundOn("android");
    const allowed: Facts = { ...facts, platform: "ios", policy: { ...facts.policy, otherPlatform: true } };
    expect(judge(allowed)).toBeUndefined();
  });

  it("leave it to one of them to say that there is no backup", () => {
    for (const platform of PLATFORMS) {
      const off: Facts = {
        ...soundOn(platform),
        backup: { state: "off" },
        storageCheck: platform === "ios" ? undefined : CHECK,
      };
      const refusing = guards.recover.flatMap((guard) => guard(off)?.reason ?? []);
      expect(refusing).toEqual(["backup-none"]);
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
          const refused = judge(facts);
          return refused?.reason === "accounts-present" ? refused.conflicts : [];
        };
        expect(conflictsOf(facts)).toEqual(facts.onPhone.filter((ref) => facts.inBackup.includes(ref)));
        const any: Facts = { ...facts, policy: { ...facts.policy, conflict: "any-account" } };
        expect(conflictsOf(any)).toEqual(facts.onPhone);
      }),
    );
  });

  it("name no account before the release: where it would wait, or lacks anything else [D4] [H10]", () => {
    const present: Facts = { ...soundOn("android"), onPhone: [inBackup] };
    const begun: Facts = { ...present, releaseAt: undefined };
    const waits = { ...begun, policy: { ...begun.policy, waitingSeconds: 60 } };
    expect(judge(waits)).toBeUndefined();
    expect(judge(begun)?.reason).toBe("accounts-present");
    expect(judge({ ...waits, releaseAt: NOW })?.reason).toBe("accounts-present");
    expect(judge({ ...waits, releaseAt: NOW + 1 })?.reason).toBe("recovery-waiting");
    expect(judge({ ...begun, missing: ["recent-sign-in"] })?.reason).toBe("step-up-required");
  });
});

describe("the user key that a recovery brings", () => {
  const keys = [key(1), key(2), key(3)];
  const backup = backupOf(on([versionOf(2, { key: 2 })], { keys }));

  it("is the version's, else the current one; a new one where it starts anew, or nothing is on", () => {
    expect(keyOf({ purpose: "recover", backup, version: versionOf(2, { key: 2 }) })?.number).toBe(2);
    expect(keyOf({ purpose: "recover", backup, version: undefined })?.number).toBe(3);
    expect(keyOf({ purpose: "recover", backup, version: versionOf(2, { key: 9 }) })).toBeUndefined();
    expect(keyOf({ purpose: "start-anew", backup, version: undefined })).toBeUndefined();
    expect(keyOf({ purpose: "recover", backup: { state: "off" }, version: undefined })).toBeUndefined();
  });

  it("is waited for by a phone that may not have it, and not by one that may have it anyway [H10]", () => {
    const facts: Facts = {
      ...soundOn("android"),
      backup,
      policy: { ...DEFAULT_POLICY, waitingSeconds: 60 },
    };
    const waitFor = (number: number, changes: Partial<Facts> = {}) =>
      waitOf({ ...facts, version: versionOf(2, { key: number }), ...changes });
    const since2 = { device: trusted("t", 9, { trusted: { order: 9, from: 2 } }) };
    expect([1, 2, 3].map((number) => waitFor(number))).toEqual([60, 60, 60]);
    expect([1, 2, 3].map((number) => waitFor(number, since2))).toEqual([60, 0, 0]);
    expect(waitFor(1, { purpose: "start-anew" })).toBe(60);
    expect(waitFor(1, { ...since2, purpose: "start-anew" })).toBe(0);
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
    authority: "https://issuer.example",
    subject: "subject",
    tenant: undefined,
    roles: [],
    isApp: false,
    signedInAt: undefined,
    secondFactor: false,
    boundKey: undefined,
    tokenHash: "t".repeat(43),
  };

  const circumstances = { identity, maxAge: 600, approvers: 2 };

  /** One of each reason: the type leaves none out. */
  const refusals: { readonly [Reason in Refusal["reason"]]: Extract<Refusal, { reason: Reason }> | Refusal } =
    {
      "backup-none": { reason: "backup-none" },
      "backup-off": { reason: "backup-off" },
      "backup-deleted": { reason: "backup-deleted", deletedAt: version.uploadedAt, device: actor },
      "version-not-found": { reason: "version-not-found" },
      "platform-changed": { reason: "platform-changed", backupPlatform: "ios" },
      "storage-bound": { reason: "storage-bound" },
      "too-many-tries": { reason: "too-many-tries", of: "recoveries", until: NOW + 1500 },
      "backup-frozen": { reason: "backup-frozen", freeze },
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

  it("says when a wait is over, and has no `Retry-After`: no app waits for days", () => {
    const { members, headers } = explain(refusals["recovery-waiting"], circumstances);
    expect(members).toEqual({ releaseAt: "2026-11-22T09:00:01.500Z", approvers: 2 });
    expect(headers).toEqual({});
    const tries = explain(refusals["too-many-tries"], circumstances);
    expect(tries.members).toEqual({ of: "recoveries", retryAt: "2026-11-22T09:00:01.500Z" });
    expect(tries.headers).toEqual({});
  });

  it("names the phone that deleted the backup as its owner calls it, and not by its id [G4]", () => {
    const { members } = explain(refusals["backup-deleted"], circumstances);
    expect(members).toEqual({
      deletedAt: version.uploadedAt,
      device: { name: actor.name, platform: actor.platform },
    });
  });
});
