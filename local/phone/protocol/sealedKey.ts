import { type CompactDecryptResult, compactDecrypt, errors, importJWK } from "jose";
import * as z from "zod";
import type { PrivateJwk } from "./keys.ts";

/** The user key as the service gives it out: readable by one phone. */
export const sealedKeySchema = z.looseObject({
  /** The key's id: base64url of 16 bytes. */
  id: z.base64url().length(22),
  /** 1, 2, 3 …: the key that the service made as so many. */
  number: z.int(),
  /** Compact JWE. */
  sealed: z.string(),
});
export type SealedKey = z.infer<typeof sealedKeySchema>;

/** The sealed key is for another phone or owner, or is not the key that it is said to be. */
export class SealedKeyRefused extends Error {
  override readonly name = "SealedKeyRefused";
}

/**
 * Opens the user key (ECDH-ES with A256GCM: RFC 7518, 4.6 and 5.3) and checks that `kid` is the key's id and
 * `uid` the owner.
 * @returns 32 bytes
 * @throws {SealedKeyRefused}
 */
export async function openSealedKey(
  { id, sealed }: SealedKey,
  sealing: PrivateJwk,
  userId: string,
): Promise<Uint8Array> {
  return await openSealed({ kid: id, sealed }, sealing, userId);
}

/**
 * Opens 32 bytes that the service has sealed to this phone: the user key, or the secret of an account's one-time codes.
 * @param kid what they are said to be
 * @throws {SealedKeyRefused}
 */
export async function openSealed(
  { kid, sealed }: { readonly kid: string; readonly sealed: string },
  sealing: PrivateJwk,
  userId: string,
): Promise<Uint8Array> {
  const { protectedHeader, plaintext } = await decrypt(sealed, sealing);
  if (protectedHeader.kid !== kid)
    throw new SealedKeyRefused("the sealed key has another kid than is asked for");
  if (protectedHeader.uid !== userId) throw new SealedKeyRefused("the sealed key is another owner's");
  if (plaintext.length !== 32) throw new SealedKeyRefused("the sealed key does not have 32 bytes");
  return plaintext;
}

async function decrypt(sealed: string, sealing: PrivateJwk): Promise<CompactDecryptResult> {
  const key = await importJWK(sealing, "ECDH-ES");
  return compactDecrypt(sealed, key, {
    keyManagementAlgorithms: ["ECDH-ES"],
    contentEncryptionAlgorithms: ["A256GCM"],
  }).catch((error: unknown) => {
    if (!(error instanceof errors.JOSEError)) throw error;
    throw new SealedKeyRefused("the sealed key does not open", { cause: error });
  });
}
