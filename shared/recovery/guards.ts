import { refuseStorageAccount, type StorageRefusal } from "../backup/storageAccount.ts";
import type { TriesRefusal } from "../limits/explain.ts";
import type { Actor } from "../model/event.ts";
import type { Freeze } from "../model/freeze.ts";
import type { BackupOn, Owner } from "../model/owner.ts";
import type { Policy } from "../model/policy.ts";
import type { Version } from "../model/version.ts";
import type { Missing, Platform, TryKind } from "../words.ts";

/** What the guards of a recovery look at. */
export interface Facts {
  /** The time in milliseconds since the epoch. */
  readonly now: number;
  /** Which tries the phone has none left of, and until when. */
  readonly exhausted: { readonly of: TryKind; readonly until: number } | undefined;
  readonly freeze: Freeze | undefined;
  readonly backup: Owner["backup"];
  readonly policy: Policy;
  /** The version that is asked for; the current one if none was named. */
  readonly version: Version | undefined;
  /** References of the accounts in that version. */
  readonly inBackup: readonly string[];
  /** The phone that wants to recover. */
  readonly platform: Platform;
  /** The storage account that it shows. */
  readonly storageCheck: string | undefined;
  /** The recovery key that it shows in place of a storage account. */
  readonly recoveryKeyCheck: string | undefined;
  /** References of the accounts that it has already. */
  readonly onPhone: readonly string[];
  /** What its sign-in lacks. */
  readonly missing: readonly Missing[];
  /** When the recovery is released, in milliseconds since the epoch; undefined if it has not begun. */
  readonly releaseAt: number | undefined;
}

/** Why a recovery is refused. */
export type Refusal =
  | TriesRefusal
  | { readonly reason: "backup-frozen"; readonly freeze: Freeze }
  | { readonly reason: "backup-none" }
  | { readonly reason: "backup-deleted"; readonly deletedAt: string; readonly device: Actor }
  | { readonly reason: "version-not-found" }
  | { readonly reason: "platform-changed"; readonly backupPlatform: Platform }
  | { readonly reason: "storage-bound" }
  | { readonly reason: "recovery-key-none" | "recovery-key-wrong" }
  | StorageRefusal
  | {
      readonly reason: "accounts-present";
      readonly policy: Policy["conflict"];
      readonly conflicts: readonly string[];
    }
  | { readonly reason: "step-up-required"; readonly missing: readonly Missing[] }
  | { readonly reason: "recovery-waiting"; readonly releaseAt: number };

type Guard = (facts: Facts) => Refusal | undefined;

/** Tries are left: a thief has as few guesses as the owner. */
const triesAreLeft: Guard = ({ exhausted }) => exhausted && { reason: "too-many-tries", ...exhausted };

/** No recovery was denied, or the owner has lifted that [H5]. */
const notFrozen: Guard = ({ freeze }) => freeze && { reason: "backup-frozen", freeze };

/** There is a backup, and the version in it. Never turned on and deleted are told apart [G4]. */
const backupExists: Guard = ({ backup, version }) => {
  if (backup.state === "deleted") {
    return { reason: "backup-deleted", deletedAt: backup.deletedAt, device: backup.device };
  }
  if (backup.state === "off" || backup.versions.length === 0) return { reason: "backup-none" };
  return version ? undefined : { reason: "version-not-found" };
};

/** The backup is of the phone's operating system [G1], unless the owner allowed the other beforehand [H8]. */
const samePlatform: Guard = ({ backup, policy, platform }) => {
  if (backup.state !== "on" || backup.platform === platform || policy.otherPlatform) return undefined;
  return { reason: "platform-changed", backupPlatform: backup.platform };
};

/**
 * The phone is signed in to the storage account of the backup, where its platform has one [A5–A8], or the owner has
 * the recovery key that was set up beforehand [H9]. A phone of the other platform needs neither, but for a version that
 * is bound to the storage account.
 */
const opensThere: Guard = ({ backup, version, platform, storageCheck, recoveryKeyCheck }) => {
  if (backup.state !== "on") return undefined;
  if (recoveryKeyCheck !== undefined) {
    if (!backup.recoveryKey) return { reason: "recovery-key-none" };
    return recoveryKeyCheck === backup.recoveryKey.check ? undefined : { reason: "recovery-key-wrong" };
  }
  if (backup.platform !== platform) return version?.storageBound ? { reason: "storage-bound" } : undefined;
  return refuseStorageAccount(platform, storageCheck, backup.storageCheck);
};

/** No account on the phone is in the way [D2, D3]. */
const noAccountsInTheWay: Guard = ({ policy: { conflict }, inBackup, onPhone }) => {
  const kept = new Set(inBackup);
  const conflicts = conflict === "any-account" ? onPhone : onPhone.filter((reference) => kept.has(reference));
  return conflicts.length === 0 ? undefined : { reason: "accounts-present", policy: conflict, conflicts };
};

/** The owner has signed in recently, with the second factor where there is one [D6, D7]. */
const recentSignIn: Guard = ({ missing }) =>
  missing.length === 0 ? undefined : { reason: "step-up-required", missing };

/** The waiting time has passed, or another phone has approved [H10]. */
const waitIsOver: Guard = ({ now, releaseAt }) =>
  releaseAt === undefined || now >= releaseAt ? undefined : { reason: "recovery-waiting", releaseAt };

/**
 * The guards of a recovery, in the order in which they answer; the pipeline's (token, kind of account, app version,
 * phone) come before, so that a stranger never gets here.
 */
export const guards: readonly Guard[] = [
  triesAreLeft,
  notFrozen,
  backupExists,
  samePlatform,
  opensThere,
  noAccountsInTheWay,
  recentSignIn,
  waitIsOver,
];

export type Verdict =
  | { readonly refused: Refusal }
  | { readonly refused: undefined; readonly backup: BackupOn; readonly version: Version };

/** Whether a recovery may go on, and of which version: the first guard that refuses answers. */
export function judge(facts: Facts): Verdict {
  for (const guard of guards) {
    const refused = guard(facts);
    if (refused) return { refused };
  }
  const { backup, version } = facts;
  // The guard of the backup's existence has looked at both.
  if (backup.state !== "on" || !version) return { refused: { reason: "backup-none" } };
  return { refused: undefined, backup, version };
}
