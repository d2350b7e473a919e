import type { JWTPayload } from "jose";
import type { IssuerSetting } from "../config/settings.ts";
import type { Identity } from "../model/identity.ts";
import type { Missing } from "../words.ts";

/** `amr` values (RFC 8176) that name a second factor, or several at once. */
const SECOND_FACTORS = new Set(["mfa", "otp", "hwk", "swk", "sms", "tel", "fpt", "face", "iris", "sc"]);

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
          strings(amr).some((method) => SECOND_FACTORS.has(method)) ||
          (typeof acr === "string" && acrValues?.includes(acr) === true),
      };
    case "entra":
      // `acrs` is a list of authentication contexts; v2.0 tokens carry no `amr`.
      return {
        signedInAt,
        secondFactor: authenticationContext !== undefined && strings(acrs).includes(authenticationContext),
      };
    case "entra-personal":
      return { signedInAt, secondFactor: false };
  }
}

function strings(claim: unknown): string[] {
  return Array.isArray(claim) ? claim.filter((value) => typeof value === "string") : [];
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
