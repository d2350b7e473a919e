import { waitOn } from "../backup/policy.ts";
import type { FreezeRefusal } from "../backup/standing.ts";
import { type ReadingRefusal, refuseStorageAccount, stored } from "../backup/storageAccount.ts";
import type { TriesRefusal } from "../limits/explain.ts";
import type { Device } from "../model/device.ts";
import type { Actor } from "../model/event.ts";
import type { Freeze } from "../model/freeze.ts";
import { type BackupKey, type BackupOn, currentKey, type Owner } from "../model/owner.ts";
import type { Policy } from "../model/policy.ts";
import type { Version } from "../model/version.ts";
import type { Missing, Platform, Purpose, TryKind } from "../words.ts";

/** What the guards of a recovery look at. */
export interface Facts {
  /** The time in milliseconds since the epoch. */
  readonly now: number;
  readonly purpose: Purpose;
  /** Which tries the phone has none left of, and until when. */
  readonly exhausted: { readonly of: TryKind; readonly until: number } | undefined;
  readonly freeze: Freeze | undefined;
  readonly backup: Owner["backup"];
  /** Whether another phone of the owner is trusted. */
  readonly othersTrusted: boolean;
  readonly policy: Policy;
  /** The number of the version that is asked for; undefined for the current one. */
  readonly named: number | undefined;
  /** That version; undefined if there is none. */
  readonly version: Version | undefined;
  /** References of the accounts in that version. */
  readonly inBackup: readonly string[];
  /** The phone that wants to recover. */
  readonly device: Pick<Device, "trusted">;
  readonly platform: Platform;
  /** The storage account that it shows. */
  readonly storageCheck: string | undefined;
  /** The recovery key that it shows in place of a storage account. */
  readonly recoveryKeyCheck: string | undefined;
  /** References of the accounts that it has already. */
  readonly onPhone: readonly string[];
  /** What its sign-in lacks. */
  readonly missing: readonly Missing[];
  /** When the recovery may be opened, in milliseconds since the epoch; undefined if it has not begun. */
  readonly releaseAt: number | undefined;
}

/** Why a recovery is refused. */
export type Refusal =
  | TriesRefusal
  | FreezeRefusal
  | { readonly reason: "backup-none" }
  | { readonly reason: "backup-off" }
  | { readonly reason: "backup-deleted"; readonly deletedAt: string; readonly device: Actor }
  | { readonly reason: "version-not-found" }
  | ReadingRefusal
  | { readonly reason: "storage-bound" }
  | { readonly reason: "recovery-key-none" | "recovery-key-wrong" }
  | { readonly reason: "step-up-required"; readonly missing: readonly Missing[] }
  | { readonly reason: "recovery-waiting"; readonly releaseAt: number }
  | {
      readonly reason: "accounts-present";
      readonly policy: Policy["conflict"];
      readonly conflicts: readonly string[];
    };

type Guard = (facts: Facts) => Refusal | undefined;

/** Tries are left: a thief has as few guesses as the owner. */
const triesAreLeft: Guard = ({ exhausted }) => exhausted && { reason: "too-many-tries", ...exhausted };

/** No recovery was denied, or that is over [H5]. */
const notFrozen: Guard = ({ freeze }) => freeze && { reason: "backup-frozen", freeze };

/** There is a backup. Never turned on and deleted are told apart [G4]. */
const backupExists: Guard = ({ backup }) => {
  if (backup.state === "deleted") {
    return { reason: "backup-deleted", deletedAt: backup.deletedAt, device: backup.device };
  }
  return backup.state === "off" ? { reason: "backup-none" } : undefined;
};

/** There is the version that was named. */
const versionExists: Guard = ({ named, version }) =>
  named !== undefined && !version ? { reason: "version-not-found" } : undefined;

/** What is recovered is of the phone's operating system [G1], unless the owner allowed the other beforehand [H8]. */
const samePlatform: Guard = (facts) => {
  const key = keyOf(facts);
  if (!key || key.platform === facts.platform || facts.policy.otherPlatform) return undefined;
  return { reason: "platform-changed", backupPlatform: key.platform };
};

/**
 * The phone is signed in to the storage account of what is recovered, if its platform has one [A5–A8], or the owner has
 * the recovery key that was set up beforehand [H9]. A phone of the other platform needs neither, but for a version that
 * is bound to the storage account.
 */
const opensThere: Guard = (facts) => {
  const { backup, version, platform, storageCheck, recoveryKeyCheck } = facts;
  const key = keyOf(facts);
  if (backup.state !== "on" || !key) return undefined;
  if (recoveryKeyCheck !== undefined) {
    // A recovery key opens what is under the user key that it was made under.
    if (backup.recoveryKey?.key !== key.number) return { reason: "recovery-key-none" };
    return stored(recoveryKeyCheck) === backup.recoveryKey.check
      ? undefined
      : { reason: "recovery-key-wrong" };
  }
  if (key.platform !== platform) return version?.storageBound ? { reason: "storage-bound" } : undefined;
  return refuseStorageAccount(platform, storageCheck, key.storageCheck);
};

/** The owner has signed in recently, with the second factor if there is one [D6, D7]. */
const freshSignIn: Guard = ({ missing }) =>
  missing.length === 0 ? undefined : { reason: "step-up-required", missing };

/** The waiting time has passed, or another phone has approved [H10]. */
const waitIsOver: Guard = ({ now, releaseAt }) =>
  releaseAt === undefined || now >= releaseAt ? undefined : { reason: "recovery-waiting", releaseAt };

/**
 * No account on the phone is in the way [D2, D3]. Judged at the release alone, behind all others: no account is told
 * to whoever could not have the backup [D4].
 */
const noAccountsInTheWay: Guard = (facts) => {
  const { policy, inBackup, onPhone } = facts;
  if (!isRelease(facts)) return undefined;
  const kept = new Set(inBackup);
  const { conflict } = policy;
  const conflicts = conflict === "any-account" ? onPhone : onPhone.filter((reference) => kept.has(reference));
  return conflicts.length === 0 ? undefined : { reason: "accounts-present", policy: conflict, conflicts };
};

/** There is a backup to begin anew, or a phone that is to be told of it. */
const somethingToReplace: Guard = ({ backup, othersTrusted }) =>
  backup.state === "on" || othersTrusted ? undefined : { reason: "backup-off" };

/** The phone is signed in to a storage account, if its platform has one [A5]. */
const hasStorageAccount: Guard = ({ platform, storageCheck }) => refuseStorageAccount(platform, storageCheck);

/**
 * The guards of a recovery, in the order in which they answer; the pipeline's (token, kind of account, app version,
 * phone) come before, so that a stranger never gets here.
 */
export const guards: Readonly<Record<Purpose, readonly Guard[]>> = {
  recover: [
    triesAreLeft,
    notFrozen,
    backupExists,
    versionExists,
    samePlatform,
    opensThere,
    freshSignIn,
    waitIsOver,
    noAccountsInTheWay,
  ],
  "start-anew": [triesAreLeft, notFrozen, somethingToReplace, hasStorageAccount, freshSignIn, waitIsOver],
};

/** Why a recovery is refused: the first guard that refuses answers; undefined if none does. */
export function judge(facts: Facts): Refusal | undefined {
  for (const guard of guards[facts.purpose]) {
    const refusal = guard(facts);
    if (refusal) return refusal;
  }
  return undefined;
}

/** The user key that a recovery brings: the version's, or the current one; undefined if a new one is made. */
export function keyOf({
  purpose,
  backup,
  version,
}: Pick<Facts, "purpose" | "version"> & { readonly backup: Owner["backup"] }): BackupKey | undefined {
  if (purpose === "start-anew" || backup.state !== "on") return undefined;
  if (!version) return currentKey(backup);
  return (backup as BackupOn).keys.find(({ number }) => number === version.key);
}

/** Seconds that a recovery waits. */
export function waitOf(facts: Facts): number {
  return waitOn(facts.device, facts.policy, keyOf(facts)?.number, facts.now);
}

/** Whether the recovery would be released now: its wait is over, or there is none. */
function isRelease(facts: Facts): boolean {
  return facts.releaseAt !== undefined || waitOf(facts) === 0;
}
