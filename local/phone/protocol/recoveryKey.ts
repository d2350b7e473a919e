import { createHash, createHmac, hkdfSync } from "node:crypto";
import { CompactEncrypt } from "jose";
import { decryptDirect, differingMember } from "./directJwe.ts";
import type { System } from "./system.ts";

const RECOVERY_KEY = "authenticator-backup/v1/recovery-key";

/** The length of the key itself, in bytes. */
const SIZE = 16;
const CHECKSUM_SIZE = 4;

/** Crockford's base32: no I, L, O or U, so that no character is mistaken for another. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** A new recovery key: 16 random bytes, kept by the owner on paper and nowhere else. */
export function makeRecoveryKey({ random }: Pick<System, "random">): Uint8Array {
  return random(SIZE);
}

/** What the owner writes down: the key and a checksum, as 8 groups of 4 characters. */
export function formatRecoveryKey(recoveryKey: Uint8Array): string {
  const bytes = Buffer.concat([recoveryKey, checksum(recoveryKey)]);
  let bits = BigInt(`0x${bytes.toString("hex")}`);
  let text = "";
  for (let left = (bytes.length * 8) / 5; left > 0; left--) {
    text = ALPHABET.charAt(Number(bits & 31n)) + text;
    bits >>= 5n;
  }
  return text.replace(/.{4}(?=.)/g, "$&-");
}

/** What was typed is not a recovery key. Never says what was typed. */
export class RecoveryKeyMistyped extends Error {
  override readonly name = "RecoveryKeyMistyped";
}

/**
 * The key that the owner typed. Accepts lower case, spaces, hyphens, and O for 0, I or L for 1.
 * @returns 16 bytes
 * @throws {RecoveryKeyMistyped} by the checksum, before the service hears of it and counts a try
 */
export function parseRecoveryKey(typed: string): Uint8Array {
  const text = typed
    .replace(/[ -]/g, "")
    // ASCII letters only: toUpperCase would turn U+017F into an S.
    .replace(/[a-z]/g, (letter) => letter.toUpperCase())
    .replaceAll("O", "0")
    .replace(/[IL]/g, "1");
  const digits = Array.from(text, (character) => ALPHABET.indexOf(character));
  if (digits.length !== 32 || digits.includes(-1)) {
    throw new RecoveryKeyMistyped("a recovery key has 32 letters and digits, in 8 groups of 4");
  }
  const bits = digits.reduce((sum, digit) => (sum << 5n) | BigInt(digit), 0n);
  const bytes = Buffer.from(bits.toString(16).padStart((SIZE + CHECKSUM_SIZE) * 2, "0"), "hex");
  const recoveryKey = bytes.subarray(0, SIZE);
  if (!checksum(recoveryKey).equals(bytes.subarray(SIZE))) {
    throw new RecoveryKeyMistyped(
      "that is no recovery key: one of its characters is another, or in another place",
    );
  }
  return new Uint8Array(recoveryKey);
}

/** The first 4 bytes of SHA-256("authenticator-backup/v1/recovery-key" ‖ 0x00 ‖ recovery key). */
function checksum(recoveryKey: Uint8Array): Buffer {
  const digest = createHash("sha256").update(`${RECOVERY_KEY}\0`).update(recoveryKey).digest();
  return digest.subarray(0, CHECKSUM_SIZE);
}

/** `recoveryKeyCheck`: base64url(HMAC-SHA-256(recovery key, "authenticator-backup/v1/recovery-key" ‖ 0x00 ‖ userId)). */
export function recoveryKeyCheck(recoveryKey: Uint8Array, userId: string): string {
  return createHmac("sha256", recoveryKey).update(`${RECOVERY_KEY}\0${userId}`, "utf8").digest("base64url");
}

/** What wraps the storage secret, and what it is bound to. */
interface WrapInput {
  readonly recoveryKey: Uint8Array;
  /** Both keys are needed: neither a paper that somebody finds nor the recovery account alone opens anything. */
  readonly userKey: { readonly id: string; readonly value: Uint8Array };
  readonly userId: string;
}

/** 32 bytes: HKDF-SHA-256 (RFC 5869) of the user key, salted with the recovery key. */
function wrappingKey({ recoveryKey, userKey, userId }: WrapInput): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", userKey.value, recoveryKey, RECOVERY_KEY + userId, 32));
}

/** The header's members, exactly these. */
function headerOf({ userKey, userId }: WrapInput) {
  return { alg: "dir", enc: "A256GCM", use: "storage-secret", kid: userKey.id, uid: userId };
}

/** `wrappedStorageSecret`: the storage secret as a compact JWE, for the service to keep. */
export function wrapStorageSecret(
  storageSecret: Uint8Array,
  input: WrapInput,
  { random }: Pick<System, "random">,
): Promise<string> {
  return new CompactEncrypt(storageSecret)
    .setProtectedHeader(headerOf(input))
    .setInitializationVector(random(12))
    .encrypt(wrappingKey(input));
}

/** The wrapped storage secret is not of these keys, not this owner's, or no storage secret. */
export class StorageSecretRefused extends Error {
  override readonly name = "StorageSecretRefused";
}

/** @returns the storage secret, 32 bytes @throws {StorageSecretRefused} */
export async function unwrapStorageSecret(wrapped: string, input: WrapInput): Promise<Uint8Array> {
  const { protectedHeader, plaintext } = await decryptDirect(
    wrapped,
    wrappingKey(input),
    (cause) => new StorageSecretRefused("the wrapped storage secret does not open", { cause }),
  );
  const differing = differingMember(protectedHeader, headerOf(input));
  if (differing !== undefined) {
    throw new StorageSecretRefused(`the wrapped storage secret has another ${differing}`);
  }
  if (plaintext.length !== 32) throw new StorageSecretRefused("the storage secret does not have 32 bytes");
  return plaintext;
}
