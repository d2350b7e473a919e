import {
  constants,
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  type KeyObject,
  privateDecrypt,
} from "node:crypto";
import { promisify } from "node:util";
import { calculateJwkThumbprint } from "jose";
import { type KeyEncryptionKey, KeyUnavailable } from "../../shared/keys/port.ts";
import { wrapRsaOaep256 } from "../../shared/keys/rsa.ts";
import type { WrappedKey } from "../../shared/model/userKey.ts";
import { readOrMake } from "./secretFile.ts";
import { Unusable } from "./unusable.ts";

const MODULUS_BITS = 2_048;

/**
 * The key encryption key in one file: RSA, 2,048 bits, PKCS #8 in PEM, made if it is missing. Its id is
 * `file:{version}`, the version being the RFC 7638 thumbprint of its public half.
 * @throws {Unusable} the file can be read by others, or holds something else
 */
export async function openFileKey({ file }: { readonly file: string }): Promise<KeyEncryptionKey> {
  const privateKey = parseKey(file, await readOrMake(file, makePem));
  const publicKey = createPublicKey(privateKey);
  const kek = `file:${await calculateJwkThumbprint(publicKey)}`;

  async function wrap(plaintext: Uint8Array): Promise<WrappedKey> {
    return wrapRsaOaep256(kek, publicKey, plaintext);
  }

  async function unwrap(wrapped: WrappedKey): Promise<Uint8Array> {
    if (wrapped.kek !== kek) throw new KeyUnavailable("missing");
    try {
      return privateDecrypt(
        { key: privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha256" },
        Buffer.from(wrapped.value, "base64url"),
      );
    } catch (cause) {
      throw new KeyUnavailable("broken-value", { cause });
    }
  }

  return {
    wrap,
    unwrap,
    wrapsUnder: async () => kek,
    current: async () => [kek],
    check: async () => void (await unwrap(await wrap(new Uint8Array(32)))),
  };
}

function parseKey(file: string, pem: string): KeyObject {
  const message = `the key file ${file} holds no RSA private key of ${MODULUS_BITS} bits in PEM; put a copy back`;
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch (cause) {
    throw new Unusable(message, { cause });
  }
  if (key.asymmetricKeyType !== "rsa" || key.asymmetricKeyDetails?.modulusLength !== MODULUS_BITS) {
    throw new Unusable(message);
  }
  return key;
}

async function makePem(): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)("rsa", { modulusLength: MODULUS_BITS });
  return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}
