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
 * Seals a user key, or another secret of 32 bytes, to a phone: a compact JWE whose plaintext it is. Its header names what it is
 * and the owner, so that a phone can detect one meant for another owner.
 */
export function sealSecret(
  key: Uint8Array,
  { keyId, userId, sealingKey }: { keyId: string; userId: string; sealingKey: PublicKey },
): string {
  return encryptJwe(key, { kid: keyId, uid: userId }, sealingKey);
}
