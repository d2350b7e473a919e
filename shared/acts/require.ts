import type { Platform } from "../backup/appVersion.ts";
import { refuseStorageAccount } from "../backup/storageAccount.ts";
import { problem } from "../errors/problem.ts";
import type { BackupOn, Owner } from "../store/items.ts";

/** @throws {Problem} backup-off */
export function requireOn({ backup }: Owner): BackupOn {
  if (backup.state !== "on") throw problem("backup-off");
  return backup;
}

/** @throws {Problem} the phone can't read this backup: another platform, or another storage account */
export function requireReadable(
  backup: BackupOn,
  platform: Platform,
  storageCheck: string | undefined,
): void {
  if (platform !== backup.platform) {
    throw problem("platform-changed", { backupPlatform: backup.platform });
  }
  const refusal = refuseStorageAccount(platform, storageCheck, backup.storageCheck);
  if (refusal) throw problem(refusal);
}
