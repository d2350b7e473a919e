import * as z from "zod";
import { randomId } from "../formats.ts";
import type { PublicKey } from "../model/publicKey.ts";
import { encryptJwe } from "./jwe.ts";

/** The user key as a phone receives it. */
export const sealedKey = z.strictObject({
  /** The `kid` of the envelopes under it. */
  id: randomId,
  number: z.int().positive(),
  /** Compact JWE, sealed to this phone's own key. */
  sealed: z.string(),
});

/**
 * Seals a user key to a phone: a compact JWE whose plaintext is the key's 32 bytes. Its header names the key and the owner, so
 * that a phone can detect a key meant for another owner.
 */
export function sealUserKey(
  key: Uint8Array,
  { keyId, userId, sealingKey }: { keyId: string; userId: string; sealingKey: PublicKey },
): string {
  return encryptJwe(key, { kid: keyId, uid: userId }, sealingKey);
}
