import { type Problem, problem, withHeaders } from "../errors/problem.ts";
import { MOST_OPEN_ACTIVATIONS } from "../model/activation.ts";
import { timestampOf } from "../words.ts";
import type { ActivationState } from "./state.ts";
import type { CodesRefusal } from "./tries.ts";

type ProviderRefusal =
  | { readonly reason: "activation-not-found" | "credential-not-found" | "issuer-refused" }
  | { readonly reason: "activation-not-open"; readonly state: Exclude<ActivationState, "issued"> }
  | { readonly reason: "too-many-activations"; readonly freesAt: string };

/** What a provider is told of a refusal. */
export function explain(refusal: ProviderRefusal): Problem {
  switch (refusal.reason) {
    case "activation-not-open":
      return problem(refusal.reason, { state: refusal.state });
    case "too-many-activations":
      return problem(refusal.reason, { limit: MOST_OPEN_ACTIVATIONS, freesAt: refusal.freesAt });
    default:
      return problem(refusal.reason);
  }
}

/** What a provider is told while no code is looked at. @param now milliseconds since the epoch */
export function explainCodes(refusal: CodesRefusal, now: number): Problem {
  if (refusal.reason === "closed") return problem("codes-closed");
  const retryAfter = String(Math.max(1, Math.ceil((refusal.until - now) / 1000)));
  return withHeaders(problem("codes-locked", { retryAt: timestampOf(refusal.until) }), {
    "Retry-After": retryAfter,
  });
}
