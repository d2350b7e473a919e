import { isUtf8 } from "node:buffer";
import { hash } from "node:crypto";
import { decodeJwt, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from "jose";
import { LRUCache } from "lru-cache";
import type { IssuerSetting } from "../config/settings.ts";
import type { Identity } from "../model/identity.ts";
import type { System } from "../system.ts";
import { isAccessToken, isOfApp } from "./accessToken.ts";
import { signInOf } from "./assurance.ts";
import { texts } from "./claims.ts";
import type { TokenRefusal } from "./explain.ts";
import { findIssuer } from "./issuers.ts";
import { createSigningKeys, SigningKeysUnavailable } from "./signingKeys.ts";

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
 * @param keysOf where an issuer's keys come from; left out, from its `jwksUri`
 */
export function createTokenVerifier({
  issuers,
  system,
  fetch,
  keysOf = ({ jwksUri: url }) => createSigningKeys({ url, system, ...(fetch && { fetch }) }),
}: {
  issuers: readonly IssuerSetting[];
  system: Pick<System, "now">;
  fetch?: typeof globalThis.fetch;
  keysOf?: (issuer: IssuerSetting) => JWTVerifyGetKey;
}): TokenVerifier {
  const find = findIssuer(issuers.map((issuer) => ({ issuer, keys: keysOf(issuer) })));
  const remembered = new LRUCache<string, Identity>({ ...REMEMBERED, perf: system, ttlResolution: 0 });

  return async (token) => {
    const tokenHash = hash("sha256", token, "base64url");
    const before = remembered.get(tokenHash);
    if (before) return { refused: undefined, identity: before };

    try {
      const claims = claimsOf(token);
      const { exp } = claims;
      const { issuer, keys } = find(claims) ?? refuse();
      const now = system.now();
      // Before its key is looked for: that of an old token may be gone for good.
      if (typeof exp === "number" && exp + CLOCK_TOLERANCE < now / 1000) refuse(undefined, "token-expired");
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

function refuse(cause?: unknown, reason: "token-invalid" | "token-expired" = "token-invalid"): never {
  throw new Refused({ reason, cause });
}

/** What an unverified token says of itself: it only chooses whose keys the token must be signed with. */
function claimsOf(token: string): JWTPayload {
  // Where bytes are no character, every reader puts the same one in their place: two people would have one name.
  if (!isUtf8(Buffer.from(token.split(".")[1] ?? "", "base64url"))) return refuse();
  try {
    return decodeJwt(token);
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
    // By whom it is has been seen, when the keys were chosen: a family of issuers has many names.
    const { payload, protectedHeader } = await jwtVerify(token, keys, {
      audience: issuer.audience,
      algorithms: issuer.algorithms,
      clockTolerance: CLOCK_TOLERANCE,
      currentDate: new Date(now),
      requiredClaims: ["iss", "exp", "sub"],
    });
    if (!isAccessToken(protectedHeader.typ, payload, issuer)) refuse();
    return payload;
  } catch (error) {
    if (error instanceof errors.JWTExpired) return refuse(error, "token-expired");
    if (error instanceof SigningKeysUnavailable) {
      const { retryAfter } = error;
      throw new Refused({ reason: "sign-in-unavailable", retryAfter, cause: error });
    }
    return refuse(error);
  }
}

/** The claims that tell who signed in, where, and with which app. */
const IDENTIFYING = ["iss", "sub", "oid", "tid", "azp", "appid", "client_id"];

function isIllFormed(claim: unknown): boolean {
  return typeof claim === "string" && !claim.isWellFormed();
}

function identityFrom(payload: JWTPayload, issuer: IssuerSetting, tokenHash: string): Identity {
  const { iss = "", sub, oid, tid, cnf } = payload;
  // Signed or not, an object here would be the same owner as every other object.
  if (typeof sub !== "string" || sub === "") return refuse();
  // So would half a surrogate pair: every half becomes the same character in UTF-8.
  if (IDENTIFYING.some((name) => isIllFormed(payload[name]))) return refuse();
  const boundKey = typeof cnf === "object" && cnf !== null && "jkt" in cnf ? cnf.jkt : undefined;
  // A binding that can't be read must not count as none.
  if (cnf !== undefined && typeof boundKey !== "string") return refuse();
  return {
    userId: hash("sha256", Buffer.from(`${iss}\0${sub}`), "base64url"),
    issuer,
    ...(issuer.profile === "oidc"
      ? { authority: iss, subject: sub, tenant: issuer.tenant }
      : { authority: textOf(tid) ?? iss, subject: textOf(oid), tenant: textOf(tid) }),
    roles: texts(payload.roles),
    isApp: isOfApp(payload, issuer),
    ...signInOf(payload, issuer),
    boundKey: typeof boundKey === "string" ? boundKey : undefined,
    tokenHash,
  };
}

function textOf(claim: unknown): string | undefined {
  return typeof claim === "string" && claim !== "" ? claim : undefined;
}
