import { explain } from "../backup/explain.ts";
import { refuseReading } from "../backup/storageAccount.ts";
import type { BackupOn, Owner } from "../model/owner.ts";
import type { Platform } from "../words.ts";

/** @throws {Problem} backup-off */
export function requireOn({ backup }: Owner): BackupOn {
  if (backup.state !== "on") throw explain({ reason: "backup-off" });
  return backup;
}

/** @throws {Problem} the phone can't read this backup: another platform, or another storage account */
export function requireReadable(
  backup: BackupOn,
  platform: Platform,
  storageCheck: string | undefined,
): void {
  const refusal = refuseReading(backup, platform, storageCheck);
  if (refusal) throw explain(refusal);
}
