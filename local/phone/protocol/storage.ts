import { createHmac } from "node:crypto";
import type { System } from "./system.ts";

const STORAGE_CHECK = "authenticator-backup/v1/storage";

/** A new storage secret: 32 random bytes, kept in iCloud and nowhere else. */
export function makeStorageSecret({ random }: Pick<System, "random">): Uint8Array {
  return random(32);
}

/**
 * `storageCheck`: base64url(HMAC-SHA-256(storage secret, "authenticator-backup/v1/storage" ‖ 0x00 ‖ userId)).
 * Tells the service whether this is the iCloud account of the backup, and nothing about the secret.
 */
export function storageCheck(storageSecret: Uint8Array, userId: string): string {
  return createHmac("sha256", storageSecret)
    .update(`${STORAGE_CHECK}\0${userId}`, "utf8")
    .digest("base64url");
}
