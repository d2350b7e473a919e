import type { JWTPayload } from "jose";
import type { IssuerSetting } from "../config/settings.ts";
import type { Identity } from "../model/identity.ts";
import type { Missing } from "../words.ts";
import { texts } from "./claims.ts";

/**
 * What each method in `amr` (RFC 8176) shows. Left out is what is no factor: where somebody is, what risk was found, that
 * somebody was there, several channels (`geo`, `rba`, `user`, `mca`), and `wia`, which doesn't say what was shown.
 */
const FACTOR_OF: ReadonlyMap<string, "knowledge" | "possession" | "inherence"> = new Map([
  ["pwd", "knowledge"],
  ["pin", "knowledge"],
  ["kba", "knowledge"],
  ["otp", "possession"],
  ["hwk", "possession"],
  ["swk", "possession"],
  ["pop", "possession"],
  ["sc", "possession"],
  ["sms", "possession"],
  ["tel", "possession"],
  ["fpt", "inherence"],
  ["face", "inherence"],
  ["iris", "inherence"],
  ["retina", "inherence"],
  ["vbm", "inherence"],
]);

/** What a token tells of the sign-in behind it, in its issuer's assurance profile. */
export function signInOf(
  { auth_time: authTime, amr, acr, acrs }: JWTPayload,
  { profile, acrValues, authenticationContext }: IssuerSetting,
): Pick<Identity, "signedInAt" | "secondFactor"> {
  const signedInAt = typeof authTime === "number" && Number.isFinite(authTime) ? authTime : undefined;
  switch (profile) {
    case "oidc":
      return {
        signedInAt,
        secondFactor:
          hasTwoFactors(texts(amr)) || (typeof acr === "string" && acrValues?.includes(acr) === true),
      };
    case "entra":
      // `acrs` is a list of authentication contexts; v2.0 tokens carry no `amr`.
      return {
        signedInAt,
        secondFactor: authenticationContext !== undefined && texts(acrs).includes(authenticationContext),
      };
    case "entra-personal":
      return { signedInAt, secondFactor: false };
  }
}

/** One method alone is one factor, and so are two of the same kind: a one-time code may be all that was asked for. */
function hasTwoFactors(methods: readonly string[]): boolean {
  return (
    methods.includes("mfa") || new Set(methods.flatMap((method) => FACTOR_OF.get(method) ?? [])).size > 1
  );
}

/**
 * What a sign-in lacks for an act that needs step-up (RFC 9470); empty if it is enough.
 * @param now seconds since the epoch
 * @param maxAge seconds
 * @param secondFactorSeen whether this owner has ever signed in here with a second factor: a token without one
 *   is then a thief's who has the password alone
 */
export function missingAssurance(
  { issuer, signedInAt, secondFactor }: Identity,
  { now, maxAge, secondFactorSeen }: { now: number; maxAge: number; secondFactorSeen: boolean },
): Missing[] {
  const missing: Missing[] = [];
  // A sign-in time in the future counts as missing.
  if (signedInAt === undefined || now - signedInAt > maxAge || signedInAt - now > 60)
    missing.push("recent-sign-in");
  const asked = issuer.profile !== "entra-personal" && (issuer.secondFactor === "always" || secondFactorSeen);
  if (asked && !secondFactor) missing.push("second-factor");
  return missing;
}
