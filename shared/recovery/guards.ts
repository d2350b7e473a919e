import type { Platform } from "../backup/appVersion.ts";
import { refuseStorageAccount, type StorageRefusal } from "../backup/storageAccount.ts";
import type { Missing } from "../identity/assurance.ts";
import type { BackupOn, Owner, Version } from "../store/items.ts";

/** What the guards of a recovery look at. */
export interface Facts {
  readonly backup: Owner["backup"];
  /** The phone that wants to recover. */
  readonly platform: Platform;
  /** The storage account that it shows. */
  readonly storageCheck: string | undefined;
  /** What its sign-in lacks. */
  readonly missing: readonly Missing[];
}

/** Why a recovery is refused. */
export type Refusal =
  | { readonly reason: "backup-none" }
  | { readonly reason: "platform-changed"; readonly backupPlatform: Platform }
  | { readonly reason: StorageRefusal }
  | { readonly reason: "step-up-required"; readonly missing: readonly Missing[] };

export type Verdict =
  | { readonly refused: Refusal }
  | { readonly refused: undefined; readonly backup: BackupOn; readonly version: Version };

/**
 * Whether a recovery may begin, and of which version. The checks stand in the order in which they answer: the
 * pipeline's (token, kind of account, app version, phone) come before, so a stranger never gets here.
 */
export function judge({ backup, platform, storageCheck, missing }: Facts): Verdict {
  const version = backup.state === "on" ? backup.versions[0] : undefined;
  if (backup.state === "off" || !version) return { refused: { reason: "backup-none" } };
  if (platform !== backup.platform) {
    return { refused: { reason: "platform-changed", backupPlatform: backup.platform } };
  }
  const reason = refuseStorageAccount(platform, storageCheck, backup.storageCheck);
  if (reason) return { refused: { reason } };
  if (missing.length > 0) return { refused: { reason: "step-up-required", missing } };
  return { refused: undefined, backup, version };
}
