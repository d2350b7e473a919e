import type { Platform } from "./appVersion.ts";

export type StorageRefusal =
  | "storage-account-missing"
  | "storage-account-unexpected"
  | "storage-account-mismatch";

/**
 * Whether the storage account (iCloud) that a phone shows is the one that is asked for [A5–A8]. What is shown is an
 * HMAC under the storage secret, so the service learns neither the secret nor the account.
 * @param expected the check of the backup; left out while there is none yet
 */
export function refuseStorageAccount(
  platform: Platform,
  shown: string | undefined,
  expected?: string,
): StorageRefusal | undefined {
  if (platform === "android") return shown === undefined ? undefined : "storage-account-unexpected";
  if (shown === undefined) return "storage-account-missing";
  return expected !== undefined && shown !== expected ? "storage-account-mismatch" : undefined;
}
