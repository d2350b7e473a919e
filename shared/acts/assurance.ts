import { missingAssurance } from "../identity/assurance.ts";
import type { Missing } from "../words.ts";
import type { Act } from "./act.ts";

/** What the sign-in behind an act lacks of a fresh one; empty if it is fresh. */
export function missingFrom({
  identity,
  owner,
  services,
  now,
}: Pick<Act, "identity" | "owner" | "services" | "now">): Missing[] {
  return missingAssurance(identity, {
    now: now / 1000,
    maxAge: services.config.stepUpMaxAge,
    secondFactorSeen: owner?.item.secondFactorSeen ?? false,
  });
}

/** Whether the sign-in behind an act is a fresh one, with the second factor if there is one. */
export function isFresh(act: Pick<Act, "identity" | "owner" | "services" | "now">): boolean {
  return missingFrom(act).length === 0;
}
