import type { IssuerSetting } from "../config/settings.ts";
import { type Problem, problem, withHeaders } from "../errors/problem.ts";
import { type Missing, timestampOf } from "../words.ts";

/** Why a device proof, or the phone that made it, is not accepted. */
export type ProofRefusal = { readonly cause?: unknown } & (
  | {
      readonly reason: "proof-missing" | "proof-invalid" | "proof-replayed" | "device-not-registered";
    }
  | {
      readonly reason: "proof-expired";
      /** Seconds since the epoch. */
      readonly now: number;
    }
);

/** Why a token is not accepted. */
export type TokenRefusal = { readonly cause?: unknown } & (
  | { readonly reason: "token-missing" | "token-malformed" | "token-invalid" | "token-expired" }
  | {
      /** The signing keys of its issuer can't be had, or lack its key yet. */
      readonly reason: "sign-in-unavailable";
      /** Seconds. */
      readonly retryAfter: number;
    }
);

/** An account of a kind that may not do this. */
export interface KindRefusal {
  readonly reason: "work-account-refused" | "provider-refused" | "operator-refused";
}

/** A caller who is not what the endpoint is for. */
type RoleRefusal =
  | { readonly reason: "provider-required" | "operator-required" }
  | { readonly reason: "role-required"; readonly role: string };

interface StepUpRefusal {
  readonly reason: "step-up-required";
  readonly missing: readonly Missing[];
  readonly issuer: IssuerSetting;
  /** Seconds a sign-in counts as recent. */
  readonly maxAge: number;
}

type IdentityRefusal = TokenRefusal | ProofRefusal | KindRefusal | RoleRefusal | StepUpRefusal;

/** A 401 has a challenge (RFC 9110, section 15.5.2). */
const PROOF_CHALLENGE = 'DPoP error="invalid_dpop_proof", algs="ES256"';

/** What the caller sees of a refusal; the one place that says it. */
export function explain(refusal: IdentityRefusal): Problem {
  switch (refusal.reason) {
    case "token-missing":
      return challenged(problem("token-missing"), "Bearer", refusal);
    case "token-malformed":
      return challenged(problem("token-invalid"), "Bearer", refusal);
    case "token-invalid":
    case "token-expired":
      return challenged(problem(refusal.reason), 'Bearer error="invalid_token"', refusal);
    case "sign-in-unavailable":
      return withHeaders(problem(refusal.reason), { "Retry-After": String(refusal.retryAfter) }, refusal);
    case "proof-missing":
    case "proof-invalid":
    case "proof-replayed":
    case "device-not-registered":
      return challenged(problem(refusal.reason), PROOF_CHALLENGE, refusal);
    case "proof-expired":
      return challenged(
        problem("proof-expired", { time: timestampOf(refusal.now * 1000) }),
        PROOF_CHALLENGE,
        refusal,
      );
    case "work-account-refused":
    case "provider-refused":
    case "operator-refused":
    case "provider-required":
    case "operator-required":
      return problem(refusal.reason);
    case "role-required":
      return problem(refusal.reason, { role: refusal.role });
    case "step-up-required":
      return stepUpRequired(refusal);
  }
}

function challenged(refusal: Problem, challenge: string, options: { readonly cause?: unknown }): Problem {
  return withHeaders(refusal, { "WWW-Authenticate": challenge }, options);
}

/** Which freshness is missing, in the words that the token's issuer understands (RFC 9470). */
function stepUpRequired({ issuer, missing, maxAge }: StepUpRefusal): Problem {
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
  return challenged(
    problem("step-up-required", { missing: [...missing], maxAge }),
    challenges.join(", "),
    {},
  );
}

function secondFactorValues({ profile, acrValues, authenticationContext }: IssuerSetting): readonly string[] {
  if (profile === "entra") return authenticationContext === undefined ? [] : [authenticationContext];
  return acrValues ?? [];
}
