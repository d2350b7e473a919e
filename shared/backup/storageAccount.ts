import { hash } from "node:crypto";
import type { BackupKey } from "../model/owner.ts";
import type { Platform } from "../words.ts";

export interface StorageRefusal {
  readonly reason: "storage-account-missing" | "storage-account-unexpected" | "storage-account-mismatch";
}

/** A check as it is stored: who can read the database could otherwise show it as a phone does. */
export function stored(check: string): string {
  return hash("sha256", `authenticator-backup/v1/check\0${check}`, "base64url");
}

/**
 * Whether the storage account (iCloud) that a phone shows is the one that is asked for [A5–A8]. What is shown is an
 * HMAC under the storage secret, so the service learns neither the secret nor the account.
 * @param expected the stored check of the backup; left out while there is none yet
 */
export function refuseStorageAccount(
  platform: Platform,
  shown: string | undefined,
  expected?: string,
): StorageRefusal | undefined {
  if (platform === "android") {
    return shown === undefined ? undefined : { reason: "storage-account-unexpected" };
  }
  if (shown === undefined) return { reason: "storage-account-missing" };
  return expected !== undefined && stored(shown) !== expected
    ? { reason: "storage-account-mismatch" }
    : undefined;
}

export type ReadingRefusal =
  | StorageRefusal
  | { readonly reason: "platform-changed"; readonly backupPlatform: Platform };

/** Why a phone can't use what is under this key: another platform, or another storage account; undefined if it can. */
export function refuseReading(
  key: Pick<BackupKey, "platform" | "storageCheck">,
  platform: Platform,
  storageCheck: string | undefined,
): ReadingRefusal | undefined {
  if (platform !== key.platform) return { reason: "platform-changed", backupPlatform: key.platform };
  return refuseStorageAccount(platform, storageCheck, key.storageCheck);
}
