import { hkdfSync } from "node:crypto";
import * as z from "zod";

export const platformSchema = z.enum(["ios", "android"]);
export type Platform = z.infer<typeof platformSchema>;

const CONTENT_KEY = "authenticator-backup/v1";

export interface ContentKeyInput {
  /** 32 bytes. */
  readonly userKey: Uint8Array;
  /** 32 bytes, if the envelope is bound to it. */
  readonly storageSecret?: Uint8Array | undefined;
  readonly userId: string;
  /** Of the backup, not of the phone that opens it. */
  readonly platform: Platform;
  /** Whether the envelope needs the storage secret: on iOS unless the owner chose otherwise, on Android never. */
  readonly storageBound?: boolean | undefined;
}

/** The key of the envelope, 32 bytes: HKDF-SHA-256 (RFC 5869) of the user key, salted with the storage secret. */
export function contentKey({
  userKey,
  storageSecret,
  userId,
  platform,
  storageBound = platform === "ios",
}: ContentKeyInput): Uint8Array {
  if (storageBound !== (storageSecret !== undefined) || (storageBound && platform !== "ios")) {
    throw new TypeError("a content key has a storage secret where it is bound to one, and only on iOS");
  }
  const salt = storageSecret ?? new Uint8Array();
  return new Uint8Array(hkdfSync("sha256", userKey, salt, CONTENT_KEY + userId + platform, 32));
}
