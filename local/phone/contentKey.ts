import { hkdfSync } from "node:crypto";
import * as z from "zod";

export const platformSchema = z.enum(["ios", "android"]);
export type Platform = z.infer<typeof platformSchema>;

const CONTENT_KEY = "authenticator-backup/v1";

export interface ContentKeyInput {
  /** 32 bytes. */
  readonly userKey: Uint8Array;
  /** 32 bytes: on iOS always, on Android never. */
  readonly storageSecret?: Uint8Array | undefined;
  readonly userId: string;
  readonly platform: Platform;
}

/** The key of the envelope, 32 bytes: HKDF-SHA-256 (RFC 5869) of the user key, salted with the storage secret. */
export function contentKey({ userKey, storageSecret, userId, platform }: ContentKeyInput): Uint8Array {
  if ((platform === "ios") !== (storageSecret !== undefined)) {
    throw new TypeError("a content key has a storage secret on iOS, and only there");
  }
  const salt = storageSecret ?? new Uint8Array();
  return new Uint8Array(hkdfSync("sha256", userKey, salt, CONTENT_KEY + userId + platform, 32));
}
