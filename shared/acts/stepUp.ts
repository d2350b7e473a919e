import type { PhoneCall } from "../http/endpoint.ts";
import { type Missing, missingAssurance, stepUpRequired } from "../identity/assurance.ts";
import { refuseTry } from "./count.ts";
import { requireTriesLeft } from "./standing.ts";

/** What the sign-in behind a call lacks for an act that needs step-up. */
export function missingFrom({ identity, owner, services, now }: PhoneCall): Missing[] {
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
export async function requireStepUp(call: PhoneCall): Promise<void> {
  requireTriesLeft(call, ["step-ups", "proofs"]);
  const missing = missingFrom(call);
  if (missing.length === 0) return;
  const refusal = stepUpRequired(call.identity, missing, call.services.config.stepUpMaxAge);
  await refuseTry(call, call.device, "step-ups", refusal);
}
