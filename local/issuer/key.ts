import { link, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import {
  type CryptoKey,
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
} from "jose";
import * as z from "zod";
import { randomId, system } from "../../shared/system.ts";
import { Unusable } from "../embedded/unusable.ts";

/** Where a checkout keeps its issuer's key, below its root. */
export const KEY_FILE = ".local/issuer.json";

export interface IssuerKey {
  /** For ES256. */
  readonly privateKey: CryptoKey;
  /** As the JWKS shows it, with its `kid` (RFC 7638). */
  readonly publicJwk: JWK & { readonly kid: string };
}

const coordinate = z.string().regex(/^[\w-]{43}$/);
const privateJwk = z.strictObject({
  kty: z.literal("EC"),
  crv: z.literal("P-256"),
  x: coordinate,
  y: coordinate,
  d: coordinate,
});

/** A key that lives as long as the process. */
export async function generateKey(): Promise<IssuerKey> {
  return fromPrivateJwk(await generatePrivateJwk());
}

/**
 * The key in `file`, which is made on first use, readable only by its owner. If several processes start at once,
 * one makes it and all use it.
 * @throws {Unusable} the file holds something other than a P-256 private key
 */
export async function loadKey(file: string): Promise<IssuerKey> {
  const stored = (await read(file)) ?? (await create(file));
  try {
    return await fromPrivateJwk(JSON.parse(stored));
  } catch {
    // Without the cause: a JSON parser's message quotes what it could not read, here a private key.
    throw new Unusable(`${file} doesn't hold a P-256 private key as a JWK; delete it and another is made`);
  }
}

async function read(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

/** Links a finished file into place: `link` fails if the name is taken, and nobody sees half a key. */
async function create(file: string): Promise<string> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomId(system)}`;
  await writeFile(draft, JSON.stringify(await generatePrivateJwk()), { mode: 0o600, flag: "wx" });
  try {
    await link(draft, file);
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error;
  } finally {
    await rm(draft);
  }
  return readFile(file, "utf8");
}

async function generatePrivateJwk(): Promise<JWK> {
  const { privateKey } = await generateKeyPair("ES256", { extractable: true });
  const { kty, crv, x, y, d } = await exportJWK(privateKey);
  return privateJwk.parse({ kty, crv, x, y, d });
}

async function fromPrivateJwk(value: unknown): Promise<IssuerKey> {
  const { d, ...publicPart } = privateJwk.parse(value);
  const privateKey = await importJWK({ ...publicPart, d }, "ES256");
  const kid = await calculateJwkThumbprint(publicPart);
  return { privateKey, publicJwk: { ...publicPart, kid, alg: "ES256", use: "sig" } };
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
