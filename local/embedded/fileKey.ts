import {
  constants,
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  type KeyObject,
  privateDecrypt,
  randomUUID,
} from "node:crypto";
import { existsSync } from "node:fs";
import { link, mkdir, open, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { calculateJwkThumbprint } from "jose";
import { type KeyEncryptionKey, KeyUnavailable } from "../../shared/keys/port.ts";
import { wrapRsaOaep256 } from "../../shared/keys/rsa.ts";
import type { WrappedKey } from "../../shared/model/userKey.ts";

const MODULUS_BITS = 2_048;

/**
 * The key encryption key in one file: RSA, 2,048 bits, PKCS #8 in PEM, made if it is missing. Its id is
 * `file:{version}`, the version being the RFC 7638 thumbprint of its public half.
 * @throws {Error} the file can be read by others, or holds something else
 */
export async function openFileKey({ file }: { readonly file: string }): Promise<KeyEncryptionKey> {
  if (!existsSync(file)) await makeKey(file);
  const privateKey = await readKey(file);
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
    check: async () => void (await unwrap(await wrap(new Uint8Array(32)))),
  };
}

async function readKey(file: string): Promise<KeyObject> {
  const handle = await open(file);
  try {
    const { mode } = await handle.stat();
    if ((mode & 0o077) !== 0) {
      throw new Error(`the key file ${file} is open to other users; close it with: chmod 600 ${file}`);
    }
    return parseKey(file, await handle.readFile("utf8"));
  } finally {
    await handle.close();
  }
}

function parseKey(file: string, pem: string): KeyObject {
  const message = `the key file ${file} holds no RSA private key of ${MODULUS_BITS} bits in PEM`;
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch (cause) {
    throw new Error(message, { cause });
  }
  if (key.asymmetricKeyType !== "rsa" || key.asymmetricKeyDetails?.modulusLength !== MODULUS_BITS) {
    throw new Error(message);
  }
  return key;
}

/** Puts a whole key at `file`, or leaves the one that a concurrent start has already put there. */
async function makeKey(file: string): Promise<void> {
  const folder = dirname(file);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { privateKey } = await promisify(generateKeyPair)("rsa", { modulusLength: MODULUS_BITS });
  const draft = `${file}.${randomUUID()}`;
  try {
    const pem = privateKey.export({ type: "pkcs8", format: "pem" });
    await writeFile(draft, pem, { flag: "wx", mode: 0o600, flush: true });
    // Unlike a rename, a link never replaces an existing file.
    await link(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    await rm(draft, { force: true });
  }
  await syncFolder(folder);
}

/** Without it a power cut could lose the file's name, and with it every backup that the key opens (fsync(2)). */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
