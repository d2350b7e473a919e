import { explain } from "../backup/explain.ts";
import { refuseReading } from "../backup/storageAccount.ts";
import { type BackupKey, type BackupOn, currentKey, type Owner } from "../model/owner.ts";
import type { Platform } from "../words.ts";

/** @throws {Problem} backup-off */
export function requireOn({ backup }: Owner): BackupOn {
  if (backup.state !== "on") throw explain({ reason: "backup-off" });
  return backup;
}

/** The current key. @throws {Problem} the phone can't use it: another platform, or another storage account */
export function requireReadable(
  backup: BackupOn,
  platform: Platform,
  storageCheck: string | undefined,
): BackupKey {
  const key = currentKey(backup);
  const refusal = refuseReading(key, platform, storageCheck);
  if (refusal) throw explain(refusal);
  return key;
}
