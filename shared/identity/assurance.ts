import type { JWTPayload } from "jose";
import type { IssuerSetting } from "../config/settings.ts";
import { type Problem, problem, withHeaders } from "../errors/problem.ts";
import type { Identity } from "../model/identity.ts";

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

export type Missing = "recent-sign-in" | "second-factor";

/**
 * What a sign-in lacks for an act that needs step-up (RFC 9470); empty where it is enough.
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
  // A sign-in from the future is no more recent than one that is not told.
  if (signedInAt === undefined || now - signedInAt > maxAge || signedInAt - now > 60)
    missing.push("recent-sign-in");
  const asked = issuer.profile !== "entra-personal" && (issuer.secondFactor === "always" || secondFactorSeen);
  if (asked && !secondFactor) missing.push("second-factor");
  return missing;
}

/** The answer to a sign-in that is not enough: which freshness is missing, in the words its issuer understands. */
export function stepUpRequired({ issuer }: Identity, missing: readonly Missing[], maxAge: number): Problem {
  const parameters = ['error="insufficient_user_authentication"', `max_age="${maxAge}"`];
  const wanted = missing.includes("second-factor") ? secondFactorValues(issuer) : [];
  if (wanted.length > 0) parameters.push(`acr_values="${wanted.join(" ")}"`);
  const challenges = [`Bearer ${parameters.join(", ")}`];
  if (issuer.profile === "entra" && wanted.length > 0) {
    // Microsoft's claims challenge: the client hands these claims back when it asks for the next token.
    const claims = JSON.stringify({
      access_token: { acrs: { essential: true, value: issuer.authenticationContext } },
    });
    challenges.push(`Bearer error="insufficient_claims", claims="${Buffer.from(claims).toString("base64")}"`);
  }
  return withHeaders(problem("step-up-required", { missing: [...missing], maxAge }), {
    "WWW-Authenticate": challenges.join(", "),
  });
}

function secondFactorValues({ profile, acrValues, authenticationContext }: IssuerSetting): readonly string[] {
  if (profile === "entra") return authenticationContext === undefined ? [] : [authenticationContext];
  return acrValues ?? [];
}
