import { type Problem, problem, withHeaders } from "../errors/problem.ts";
import { explain as explainTries } from "../limits/explain.ts";
import { MOST_CONTACTS, MOST_LISTED_CONTACTS } from "../model/contact.ts";
import { timestampOf } from "../words.ts";
import type { AddressRefusal } from "./address.ts";
import type { CodeVerdict } from "./code.ts";
import type { PlaceRefusal } from "./contacts.ts";
import type { SendRefusal } from "./sends.ts";

type ContactRefusal =
  | AddressRefusal
  | PlaceRefusal
  | { readonly reason: "contact-present" | "contact-not-found" | "contact-confirmed" }
  | { readonly reason: "contact-code-wrong" | "contact-code-expired" | "contact-code-superseded" };

/** What the owner is told of a refusal. */
export function explain(refusal: ContactRefusal): Problem {
  switch (refusal.reason) {
    case "too-many-contacts": {
      const { freesAt } = refusal;
      return freesAt === undefined
        ? problem(refusal.reason, { limit: MOST_CONTACTS })
        : problem(refusal.reason, { limit: MOST_LISTED_CONTACTS, freesAt: timestampOf(freesAt) });
    }
    default:
      return problem(refusal.reason);
  }
}

/** Why a code is not the right one. */
export const CODE_REFUSALS = {
  wrong: "contact-code-wrong",
  expired: "contact-code-expired",
  superseded: "contact-code-superseded",
} as const satisfies Record<Exclude<CodeVerdict, "right">, ContactRefusal["reason"]>;

/** The answer to a phone that has a code sent too soon, or too often. @param now milliseconds since the epoch */
export function explainSend({ reason, until }: SendRefusal, now: number): Problem {
  if (reason === "too-many-sends") return explainTries({ of: "contact-sends", until });
  const retryAfter = String(Math.max(1, Math.ceil((until - now) / 1000)));
  return withHeaders(problem(reason, { retryAt: timestampOf(until) }), { "Retry-After": retryAfter });
}
