import { hash } from "node:crypto";
import {
  createRemoteJWKSet,
  decodeJwt,
  errors,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
} from "jose";
import { LRUCache } from "lru-cache";
import type { IssuerSetting } from "../config/settings.ts";
import type { Identity } from "../model/identity.ts";
import type { System } from "../system.ts";
import { isAccessToken } from "./accessToken.ts";
import { signInOf } from "./assurance.ts";
import type { TokenRefusal } from "./explain.ts";

/** Seconds by which an issuer's clock and ours may differ. */
const CLOCK_TOLERANCE = 5;

/** How many verified tokens are remembered, and for how long at most, in milliseconds. */
const REMEMBERED = { max: 10_000, ttl: 5 * 60_000 };

type TokenVerdict =
  | { readonly refused: TokenRefusal }
  | { readonly refused: undefined; readonly identity: Identity };

/** Says whose an access token is, or why it is not accepted. */
export type TokenVerifier = (token: string) => Promise<TokenVerdict>;

/**
 * Verifies access tokens of the configured issuers.
 * @param keysOf where an issuer's keys come from; left out, from its `jwksUri`, cached and refreshed by jose
 */
export function createTokenVerifier({
  issuers,
  system,
  keysOf = (issuer) => createRemoteJWKSet(new URL(issuer.jwksUri)),
}: {
  issuers: readonly IssuerSetting[];
  system: Pick<System, "now">;
  keysOf?: (issuer: IssuerSetting) => JWTVerifyGetKey;
}): TokenVerifier {
  const known = new Map(issuers.map((issuer) => [issuer.issuer, { issuer, keys: keysOf(issuer) }]));
  const remembered = new LRUCache<string, Identity>({ ...REMEMBERED, perf: system, ttlResolution: 0 });

  return async (token) => {
    const tokenHash = hash("sha256", token, "base64url");
    const before = remembered.get(tokenHash);
    if (before) return { refused: undefined, identity: before };

    try {
      const { issuer, keys } = known.get(claimedIssuer(token)) ?? refuse();
      const now = system.now();
      const payload = await verify(token, issuer, keys, now);
      const identity = identityFrom(payload, issuer, tokenHash);
      const remaining = (payload.exp ?? 0) * 1000 - now;
      if (remaining > 0) remembered.set(tokenHash, identity, { ttl: Math.min(remaining, REMEMBERED.ttl) });
      return { refused: undefined, identity };
    } catch (error) {
      if (error instanceof Refused) return { refused: error.refusal };
      throw error;
    }
  };
}

/** A refusal on its way out of this module. */
class Refused extends Error {
  readonly refusal: TokenRefusal;

  constructor(refusal: TokenRefusal) {
    super(refusal.reason);
    this.refusal = refusal;
  }
}

function refuse(cause?: unknown, reason: TokenRefusal["reason"] = "token-invalid"): never {
  throw new Refused({ reason, cause });
}

/** The issuer that an unverified token names; it only chooses whose keys the token must be signed with. */
function claimedIssuer(token: string): string {
  try {
    return decodeJwt(token).iss ?? "";
  } catch (error) {
    return refuse(error);
  }
}

async function verify(
  token: string,
  issuer: IssuerSetting,
  keys: JWTVerifyGetKey,
  now: number,
): Promise<JWTPayload> {
  try {
    const { payload, protectedHeader } = await jwtVerify(token, keys, {
      issuer: issuer.issuer,
      audience: issuer.audience,
      algorithms: issuer.algorithms,
      clockTolerance: CLOCK_TOLERANCE,
      currentDate: new Date(now),
      requiredClaims: ["exp", "sub"],
    });
    if (!isAccessToken(protectedHeader.typ, payload, issuer)) refuse();
    return payload;
  } catch (error) {
    if (error instanceof errors.JWTExpired) return refuse(error, "token-expired");
    return refuse(error, saysNothingOfTheToken(error) ? "sign-in-unavailable" : "token-invalid");
  }
}

/** The issuer's keys could not be fetched: jose's time-out, its plain error for a bad answer, or fetch's own. */
function saysNothingOfTheToken(error: unknown): boolean {
  if (error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid) return true;
  if (error instanceof errors.JOSEError) return error.code === errors.JOSEError.code;
  return error instanceof TypeError || (error instanceof DOMException && error.name === "TimeoutError");
}

function identityFrom(payload: JWTPayload, issuer: IssuerSetting, tokenHash: string): Identity {
  const { sub, cnf } = payload;
  // Signed or not, an object here would be the same owner as every other object.
  if (typeof sub !== "string" || sub === "") return refuse();
  const boundKey = typeof cnf === "object" && cnf !== null && "jkt" in cnf ? cnf.jkt : undefined;
  // A binding that can't be read must not count as none.
  if (cnf !== undefined && typeof boundKey !== "string") return refuse();
  return {
    userId: hash("sha256", Buffer.from(`${issuer.issuer}\0${sub}`), "base64url"),
    issuer,
    ...signInOf(payload, issuer),
    boundKey: typeof boundKey === "string" ? boundKey : undefined,
    tokenHash,
  };
}
