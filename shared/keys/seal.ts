import { CompactEncrypt, importJWK } from "jose";
import type { PublicKey } from "../model/publicKey.ts";

/**
 * Seals a user key to a phone: a compact JWE, ECDH-ES with A256GCM (RFC 7518, section 4.6), whose plaintext is
 * the key's 32 bytes. Its header names the key and the owner, so that the phone notices another's.
 */
export async function sealUserKey(
  key: Uint8Array,
  { keyId, userId, sealingKey }: { keyId: string; userId: string; sealingKey: PublicKey },
): Promise<string> {
  return await new CompactEncrypt(key)
    .setProtectedHeader({ alg: "ECDH-ES", enc: "A256GCM", kid: keyId, uid: userId })
    .encrypt(await importJWK(sealingKey, "ECDH-ES"));
}
