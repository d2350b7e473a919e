import { type Problem, problem, withHeaders } from "../errors/problem.ts";
import type { Means } from "../words.ts";
import { timestampOf } from "../words.ts";
import type { ActivationVerdict } from "./activation.ts";
import type { PushVerdict } from "./answer.ts";
import type { ChallengeSendRefusal } from "./sends.ts";
import type { SignInRefusal } from "./signIn.ts";
import type { ChallengeState } from "./states.ts";

type ChallengeRefusal =
  | SignInRefusal
  | {
      readonly reason:
        | "challenge-not-found"
        | "account-not-found"
        | "account-verified"
        | "account-pending"
        | "credential-key-refused"
        | "credential-key-reused"
        | "push-token-missing"
        | (typeof ACTIVATION_REFUSALS)[keyof typeof ACTIVATION_REFUSALS]
        | (typeof PUSH_REFUSALS)[keyof typeof PUSH_REFUSALS];
    }
  | { readonly reason: "challenge-over"; readonly state: OverState }
  | { readonly reason: "challenge-proof-missing" | "proof-not-accepted"; readonly proofs: Means[][] }
  | { readonly reason: "contact-not-counted"; readonly countsFrom: string | undefined };

export type OverState = Extract<ChallengeState, "verified" | "refused" | "cancelled" | "expired">;

/** What the owner is told of a refusal. */
export function explain(refusal: ChallengeRefusal): Problem {
  switch (refusal.reason) {
    case "challenge-over":
      return problem(refusal.reason, { state: refusal.state });
    case "challenge-proof-missing":
    case "proof-not-accepted":
      return problem(refusal.reason, { proofs: refusal.proofs });
    case "contact-not-counted": {
      const { countsFrom } = refusal;
      return problem(refusal.reason, countsFrom === undefined ? {} : { countsFrom });
    }
    default:
      return problem(refusal.reason);
  }
}

/** Why an activation code does not verify the account. */
export const ACTIVATION_REFUSALS = {
  wrong: "activation-code-wrong",
  used: "activation-code-used",
  expired: "activation-code-expired",
  cancelled: "activation-code-cancelled",
  superseded: "activation-code-superseded",
} as const satisfies Record<Exclude<ActivationVerdict, "right">, string>;

/** Why an answer to a push does not count. */
export const PUSH_REFUSALS = {
  invalid: "push-answer-invalid",
  superseded: "push-superseded",
  late: "push-expired",
  "wrong-number": "push-number-wrong",
} as const satisfies Record<Exclude<PushVerdict, "approved" | "denied">, string>;

/** The answer to a phone that has a code or a push sent too soon, or too often. @param now milliseconds since the epoch */
export function explainSend(refusal: ChallengeSendRefusal, now: number): Problem {
  if (refusal.reason === "sends-spent") return problem(refusal.reason);
  const { reason, until } = refusal;
  const retryAfter = String(Math.max(1, Math.ceil((until - now) / 1000)));
  return withHeaders(problem(reason, { retryAt: timestampOf(until) }), { "Retry-After": retryAfter });
}
