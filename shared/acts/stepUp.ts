import { explain } from "../identity/explain.ts";
import type { Missing } from "../words.ts";
import type { Act } from "./act.ts";
import { missingFrom } from "./assurance.ts";
import { count } from "./commit.ts";
import { requireTriesLeft } from "./standing.ts";

/**
 * A fresh sign-in is let through, whatever was tried before: an app that polls with an old token must not lock the
 * owner out.
 * @throws {Problem} step-up-required: the sign-in is too old, or lacks the second factor; too-many-refusals: this was asked
 *   for too often
 */
export async function requireStepUp(act: Act): Promise<void> {
  const missing = missingFrom(act);
  if (missing.length > 0) await refuseStale(act, missing);
}

/** Counts the stale sign-in as a try, and asks for a fresh one. @throws {Problem} */
export async function refuseStale(act: Act, missing: readonly Missing[]): Promise<never> {
  requireTriesLeft(act, ["step-ups", "proofs"]);
  const { identity, services, device } = act;
  const { stepUpMaxAge: maxAge } = services.config;
  const refusal = explain({ reason: "step-up-required", missing, issuer: identity.issuer, maxAge });
  return await count(act, device, "step-ups", refusal);
}
