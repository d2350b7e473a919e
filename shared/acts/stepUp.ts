import { missingAssurance } from "../identity/assurance.ts";
import { explain } from "../identity/explain.ts";
import type { Missing } from "../words.ts";
import type { Act } from "./act.ts";
import { count } from "./commit.ts";
import { requireTriesLeft } from "./standing.ts";

/** What the sign-in behind an act lacks for one that needs step-up. */
export function missingFrom({ identity, owner, services, now }: Act): Missing[] {
  return missingAssurance(identity, {
    now: now / 1000,
    maxAge: services.config.stepUpMaxAge,
    secondFactorSeen: owner?.item.secondFactorSeen ?? false,
  });
}

/**
 * @throws {Problem} step-up-required: the sign-in is too old, or lacks the second factor; too-many-tries: this was asked
 *   for too often
 */
export async function requireStepUp(act: Act): Promise<void> {
  requireTriesLeft(act, ["step-ups", "proofs"]);
  const missing = missingFrom(act);
  if (missing.length === 0) return;
  const { identity, services, device } = act;
  const { stepUpMaxAge: maxAge } = services.config;
  const refusal = explain({ reason: "step-up-required", missing, issuer: identity.issuer, maxAge });
  await count(act, device, "step-ups", refusal);
}
