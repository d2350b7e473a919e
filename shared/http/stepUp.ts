import { type Missing, missingAssurance, stepUpRequired } from "../identity/assurance.ts";
import type { PhoneCall } from "./endpoint.ts";

/** What the sign-in behind a call lacks for an act that needs step-up. */
export function missingFrom({ identity, owner, services, now }: PhoneCall): Missing[] {
  return missingAssurance(identity, {
    now: now / 1000,
    maxAge: services.config.stepUpMaxAge,
    secondFactorSeen: owner?.item.secondFactorSeen ?? false,
  });
}

/** @throws {Problem} step-up-required: the sign-in is too old, or lacks the second factor */
export function requireStepUp(call: PhoneCall): void {
  const missing = missingFrom(call);
  if (missing.length > 0) throw stepUpRequired(call.identity, missing, call.services.config.stepUpMaxAge);
}
