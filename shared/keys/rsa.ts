import { constants, type KeyObject, publicEncrypt } from "node:crypto";
import type { WrappedKey } from "../model/userKey.ts";

/** The most bytes that a 2,048-bit key can wrap: 256 − 2 × 32 − 2 (RFC 8017, section 7.1.1). */
const WRAP_BYTES = 190;

/**
 * Wraps with the public half of a key encryption key, on this machine: RSA-OAEP, SHA-256 as its hash and in MGF1.
 * @param kek the full id of the key encryption key with its version
 * @throws {RangeError} `plaintext` has more than {@link WRAP_BYTES} bytes
 */
export function wrapRsaOaep256(kek: string, publicKey: KeyObject, plaintext: Uint8Array): WrappedKey {
  if (plaintext.byteLength > WRAP_BYTES) throw new RangeError(`a key wraps at most ${WRAP_BYTES} bytes`);
  const value = publicEncrypt(
    { key: publicKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha256" },
    plaintext,
  );
  return { kek, alg: "RSA-OAEP-256", value: value.toString("base64url") };
}
