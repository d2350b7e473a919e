import {
  createLocalJWKSet,
  errors,
  type JSONWebKeySet,
  type JWK,
  type JWTPayload,
  type JWTVerifyGetKey,
} from "jose";
import * as z from "zod";
import type { System } from "../system.ts";
import { maySignFor } from "./issuers.ts";

/** Milliseconds after which known keys are asked for again, while they go on serving. */
const FRESH_FOR = 10 * 60_000;

/** Milliseconds for which known keys serve where they can't be asked for: an issuer that is down locks nobody out. */
const SERVE_FOR = 24 * 60 * 60_000;

/** Milliseconds between two tries: tokens that name keys at random must not make this service flood an issuer. */
const APART = 30_000;

/** Milliseconds within which an issuer answers. */
const ANSWER_WITHIN = 5_000;

/** The keys can't be had, or the one that is asked for is not among them yet: that says nothing of the token. */
export class SigningKeysUnavailable extends Error {
  override readonly name = "SigningKeysUnavailable";
  /** Seconds. */
  readonly retryAfter: number;

  constructor(retryAfter: number, options?: ErrorOptions) {
    super("an issuer's signing keys can't be had", options);
    this.retryAfter = retryAfter;
  }
}

/** A key, and the issuer that it is for, where the set says so. */
interface SigningKey extends JWK {
  readonly issuer?: unknown;
}

/** A key set (RFC 7517, section 5). An empty one is an issuer's mistake, and must not replace the keys that are known. */
const keySet = z.looseObject({ keys: z.array(z.looseObject({ kty: z.string() })).min(1) });

/**
 * An issuer's signing keys, from its address: asked for when first needed, when a token names another one, and every ten
 * minutes. Keys that are known serve on while the address can't be reached.
 */
export function createSigningKeys({
  url,
  system,
  fetch = globalThis.fetch,
}: {
  url: string;
  system: Pick<System, "now">;
  fetch?: typeof globalThis.fetch;
}): JWTVerifyGetKey {
  let known: { readonly keys: JWTVerifyGetKey; readonly since: number } | undefined;
  let triedAt = Number.NEGATIVE_INFINITY;
  let failure: unknown;
  let pending: Promise<void> | undefined;

  async function ask(): Promise<void> {
    triedAt = system.now();
    try {
      known = { keys: keysIn(await download(url, fetch)), since: triedAt };
    } catch (error) {
      failure = error;
    } finally {
      pending = undefined;
    }
  }

  /** Asks again, together with all who want to; not if that was tried a moment ago. */
  async function asked(): Promise<void> {
    if (!pending && system.now() - triedAt < APART) return;
    pending ??= ask();
    await pending;
  }

  function current(): JWTVerifyGetKey {
    if (!known || system.now() - known.since >= SERVE_FOR) throw unavailable(failure);
    return known.keys;
  }

  function unavailable(cause: unknown): SigningKeysUnavailable {
    const wait = Math.max(1000, triedAt + APART - system.now());
    return new SigningKeysUnavailable(Math.ceil(wait / 1000), { cause });
  }

  return async (header, token) => {
    const age = known ? system.now() - known.since : Number.POSITIVE_INFINITY;
    if (age >= SERVE_FOR) await asked();
    else if (age >= FRESH_FOR) void asked();
    try {
      return await current()(header, token);
    } catch (error) {
      const isName = header?.kid === undefined || typeof header.kid === "string";
      if (!isName || !(error instanceof errors.JWKSNoMatchingKey)) throw error;
    }
    await asked();
    try {
      return await current()(header, token);
    } catch (error) {
      throw error instanceof errors.JWKSNoMatchingKey ? unavailable(error) : error;
    }
  };
}

/** The keys of a set, each for the issuer that it names, where it names one. */
export function keysIn(set: { keys: SigningKey[] }): JWTVerifyGetKey {
  const find = createLocalJWKSet(set);
  return async (header, token) => {
    const key = await find(header, token);
    const claims: JWTPayload = JSON.parse(Buffer.from(`${token.payload}`, "base64url").toString());
    const candidates = set.keys.filter(({ kid }) => header?.kid === undefined || kid === header.kid);
    if (candidates.every(({ issuer }) => maySignFor(issuer, claims))) return key;
    throw new errors.JWTClaimValidationFailed("the key is another issuer's", claims, "iss", "check_failed");
  };
}

async function download(url: string, fetch: typeof globalThis.fetch): Promise<JSONWebKeySet> {
  const response = await fetch(url, {
    headers: { Accept: "application/json, application/jwk-set+json" },
    // Another address than the configured one must not become the issuer's.
    redirect: "error",
    signal: AbortSignal.timeout(ANSWER_WITHIN),
  });
  if (response.status !== 200) throw new Error(`the address of the keys answered ${response.status}`);
  return keySet.parse(await response.json()) as JSONWebKeySet;
}
