import { createPublicKey, hash, type KeyObject, verify } from "node:crypto";
import { LRUCache } from "lru-cache";
import * as z from "zod";
import type { Identity } from "../model/identity.ts";
import { publicKey, thumbprint } from "../model/publicKey.ts";
import type { ProofRefusal } from "./explain.ts";
import { normalized } from "./htu.ts";

/** What a device proof that was verified says: which key made it, and its own name. */
export interface Proof {
  /** The RFC 7638 thumbprint of the key that signed it: the phone's id. */
  readonly deviceId: string;
  /** base64url(SHA-256(deviceId, 0x00, jti)): under this a write spends the proof. */
  readonly id: string;
  /** Seconds since the epoch: from then on no instance takes it, whatever becomes of it, if their clocks differ by no more than a minute. */
  readonly until: number;
}

/**
 * What becomes of a proof. `spent`: the request's commit spends it. `read`: nothing does, and whoever repeats the request
 * gets what it gave.
 */
export type ProofUse = "read" | "spent";

/**
 * Seconds that a proof may be old. The Functions host calls a function when the whole body has come: on a slow line that
 * is minutes after the proof was made, and a proof that is spent can be waited for.
 */
export const PROOF_AGE: Readonly<Record<ProofUse, number>> = { read: 60, spent: 300 };

/** Seconds that a proof's `iat` may lie ahead. */
export const PROOF_AHEAD = 60;

/** Seconds that a spent proof is kept: as long as it is good, and one more, which Cosmos DB may take off an item's life. */
export const SPENT_FOR = PROOF_AHEAD + PROOF_AGE.spent + 1;

const claims = z.object({
  jti: z.string().regex(/^[A-Za-z0-9_-]{16,64}$/),
  htm: z.string(),
  htu: z.string(),
  iat: z.number(),
  ath: z.string(),
});

// The private members of a key (`d`) are unknown here, so a proof that holds them is refused.
const header = z.strictObject({ typ: z.literal("dpop+jwt"), alg: z.literal("ES256"), jwk: publicKey });

/** A compact JWS (RFC 7515, section 7.1) whose signature has the 64 bytes of ES256 (RFC 7518, section 3.4). */
const ES256_JWS = /^(([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+))\.([A-Za-z0-9_-]{86})$/;

/** Public keys that were parsed, by thumbprint: parsing one costs as much as a signature's verification. */
const parsedKeys = new LRUCache<string, KeyObject>({ max: 10_000 });

/**
 * Verifies a device proof: RFC 9449, section 4.3. Whether it was used before is for the write that spends it.
 * @param proof the `DPoP` header; two of them arrive joined by a comma, and fail as malformed
 * @param url the address without query, as phones know it
 * @param use what becomes of it: how old it may be
 * @param now seconds since the epoch
 */
export function verifyProof(
  proof: string | undefined,
  {
    method,
    url,
    use,
    now,
    tokenHash,
    boundKey,
  }: { method: string; url: string; use: ProofUse; now: number } & Pick<Identity, "tokenHash" | "boundKey">,
): ProofVerdict {
  if (proof === undefined) return { refused: { reason: "proof-missing" } };
  const signed = verifySignature(proof);
  if (signed.refused) return signed;
  const { deviceId, payload } = signed;
  if (payload.htm !== method || !isSameAddress(payload.htu, url) || payload.ath !== tokenHash) {
    return { refused: { reason: "proof-invalid" } };
  }
  if (payload.iat < now - PROOF_AGE[use] || payload.iat > now + PROOF_AHEAD) {
    return { refused: { reason: "proof-expired", now } };
  }
  if (boundKey !== undefined && boundKey !== deviceId) return { refused: { reason: "proof-invalid" } };
  const id = hash("sha256", `${deviceId}\0${payload.jti}`, "base64url");
  return { refused: undefined, proof: { deviceId, id, until: Math.ceil(payload.iat) + SPENT_FOR } };
}

/** Cheap where both are spelt alike, as they nearly always are. */
function isSameAddress(htu: string, url: string): boolean {
  if (htu === url) return true;
  const named = normalized(htu);
  return named !== undefined && named === normalized(url);
}

type ProofVerdict =
  | { readonly refused: ProofRefusal }
  | { readonly refused: undefined; readonly proof: Proof };

function decodeJson(encoded: string): unknown {
  return JSON.parse(Buffer.from(encoded, "base64url").toString("utf8"));
}

/**
 * Verified synchronously with node:crypto. jose uses the thread pool, which makes a status request half as slow again and
 * keeps native handles alive longer (docs/benchmarks.md). The schema above leaves whoever sends a
 * proof no choice of algorithm or extensions (`crit`).
 */
function verifySignature(proof: string) {
  try {
    const [, signed = "", protectedHeader = "", payload = "", signature = ""] = ES256_JWS.exec(proof) ?? [];
    const { jwk } = header.parse(decodeJson(protectedHeader));
    const deviceId = thumbprint(jwk);
    let key = parsedKeys.get(deviceId);
    if (!key) {
      key = createPublicKey({ format: "jwk", key: jwk });
      parsedKeys.set(deviceId, key);
    }
    const es256 = { key, dsaEncoding: "ieee-p1363" } as const;
    if (!verify("sha256", Buffer.from(signed), es256, Buffer.from(signature, "base64url"))) {
      throw new Error("the signature is wrong");
    }
    return { refused: undefined, deviceId, payload: claims.parse(decodeJson(payload)) };
  } catch (cause) {
    const refused: ProofRefusal = { reason: "proof-invalid", cause };
    return { refused };
  }
}
