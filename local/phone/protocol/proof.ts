import { createHash } from "node:crypto";
import { base64url, CompactSign } from "jose";
import { type PrivateJwk, publicJwk } from "./keys.ts";
import type { System } from "./system.ts";

interface ProofInput {
  readonly method: string;
  /** Origin and path; a query or a fragment is left out of the proof. */
  readonly url: string;
  readonly accessToken: string;
  readonly signing: PrivateJwk;
  readonly system: System;
}

/** What a test of the service sends instead of the right thing; a member set to `undefined` is left out. */
export interface ProofOverrides {
  readonly header?: Readonly<Record<string, unknown>>;
  readonly payload?: Readonly<Record<string, unknown>>;
  /** Signs instead of the phone's key; bytes are an HMAC secret, for a header with `alg: "HS256"`. */
  readonly key?: PrivateJwk | Uint8Array;
}

/** `ath`: base64url(SHA-256(access token)), RFC 9449, section 4.2. */
export function accessTokenHash(accessToken: string): string {
  return createHash("sha256").update(accessToken, "ascii").digest("base64url");
}

/** A device proof for one request (RFC 9449, section 4.2), a compact JWS. */
export async function makeProof(input: ProofInput, overrides: ProofOverrides = {}): Promise<string> {
  const { origin, pathname } = new URL(input.url);
  const payload = {
    jti: base64url.encode(input.system.random(16)),
    htm: input.method,
    htu: origin + pathname,
    iat: Math.floor(input.system.now() / 1000),
    ath: accessTokenHash(input.accessToken),
    ...overrides.payload,
  };
  const header = { typ: "dpop+jwt", alg: "ES256", jwk: publicJwk(input.signing), ...overrides.header };
  const key = overrides.key ?? input.signing;
  return new CompactSign(new TextEncoder().encode(JSON.stringify(payload)))
    .setProtectedHeader(header)
    .sign(key);
}
