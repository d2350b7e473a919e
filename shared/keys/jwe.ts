import {
  createCipheriv,
  createHash,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
} from "node:crypto";
import { LRUCache } from "lru-cache";
import type { PublicKey } from "../model/publicKey.ts";

/** 96 bits (RFC 7518, section 5.3). */
const IV_BYTES = 12;

const ROUND_ONE = uint32(1);
const OTHER_INFO = otherInfo("A256GCM", 256);

/** Phones' keys that were parsed: parsing one costs half as much as agreeing on a secret with it. Each takes about 3 kB. */
const parsedKeys = new LRUCache<string, KeyObject>({ max: 1_000 });

/**
 * A compact JWE (RFC 7516, section 7.1), ECDH-ES with A256GCM (RFC 7518, sections 4.6 and 5.3). By node:crypto at once: the
 * steps that jose takes through WebCrypto cost more than the work itself (docs/benchmarks.md).
 *
 * The ephemeral private key never leaves OpenSSL, which clears it when it frees it. What is agreed and derived is zeroed here.
 * @param members of the protected header, beside `alg`, `enc` and `epk`
 * @throws if the recipient's point is not on the curve
 */
export function encryptJwe(
  plaintext: Uint8Array,
  members: { readonly kid: string; readonly uid: string },
  recipient: PublicKey,
): string {
  const ephemeral = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { kty, crv, x, y } = ephemeral.publicKey.export({ format: "jwk" });
  const header = encode(
    JSON.stringify({ alg: "ECDH-ES", enc: "A256GCM", epk: { kty, crv, x, y }, ...members }),
  );
  const iv = randomBytes(IV_BYTES);

  const secret = diffieHellman({ privateKey: ephemeral.privateKey, publicKey: parsed(recipient) });
  const contentKey = concatKdf(secret, OTHER_INFO);
  secret.fill(0);
  try {
    const cipher = createCipheriv("aes-256-gcm", contentKey, iv).setAAD(Buffer.from(header));
    const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
    // Between the header and the iv stands the encrypted key, of which direct agreement has none.
    return [header, "", encode(iv), encode(ciphertext), encode(cipher.getAuthTag())].join(".");
  } finally {
    contentKey.fill(0);
  }
}

/** The one round of the Concat KDF that gives up to 256 bits (RFC 7518, section 4.6.2; NIST SP 800-56A, section 5.8.1). */
export function concatKdf(secret: Uint8Array, info: Uint8Array): Buffer {
  return createHash("sha256").update(ROUND_ONE).update(secret).update(info).digest();
}

/** What the Concat KDF derives for: an algorithm, how many bits, and the parties (`apu` and `apv`, decoded). */
export function otherInfo(algorithm: string, bits: number, partyU = "", partyV = ""): Buffer {
  const parts = [algorithm, partyU, partyV].map((part) => Buffer.from(part));
  return Buffer.concat([...parts.flatMap((part) => [uint32(part.length), part]), uint32(bits)]);
}

function parsed(key: PublicKey): KeyObject {
  const name = key.x + key.y;
  const known = parsedKeys.get(name);
  if (known) return known;
  // A point off the curve may have so few multiples that anybody can guess the secret. OpenSSL refuses it here.
  const made = createPublicKey({ format: "jwk", key });
  parsedKeys.set(name, made);
  return made;
}

function encode(part: string | Uint8Array): string {
  return Buffer.from(part).toString("base64url");
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
