import { explain } from "../backup/explain.ts";
import { refuseStanding, type Standing } from "../backup/standing.ts";
import { explain as explainTries } from "../limits/explain.ts";
import { exhausted } from "../limits/tries.ts";
import type { TryKind } from "../words.ts";
import type { Act } from "./act.ts";

/** @throws {Problem} backup-frozen, holder-required */
export function requireStanding(
  { owner, device, now }: Pick<Act, "owner" | "device" | "now">,
  standing: Standing,
): void {
  const refusal = owner && refuseStanding(owner.item, device, standing, now);
  if (refusal) throw explain(refusal);
}

/** @throws {Problem} too-many-tries: the phone has none left of one of these kinds */
export function requireTriesLeft(
  { owner, device, now }: Pick<Act, "owner" | "device" | "now">,
  kinds: readonly TryKind[],
): void {
  const spent = owner && exhausted(owner.item.tries, kinds, device, now);
  if (spent) throw explainTries({ reason: "too-many-tries", ...spent }, now);
}
