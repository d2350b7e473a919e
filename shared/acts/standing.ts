import { explain } from "../backup/explain.ts";
import { refuseStanding, type Standing } from "../backup/standing.ts";
import { explain as explainTries } from "../limits/explain.ts";
import { exhausted } from "../limits/tries.ts";
import type { TryKind } from "../words.ts";
import type { Act, OwnerAct } from "./act.ts";

/** @throws {Problem} trust-required */
export function requireStanding({ owner, device }: OwnerAct, standing: Standing): void {
  const refusal = refuseStanding(owner.item, device, standing);
  if (refusal) throw explain(refusal);
}

/** @throws {Problem} backup-frozen */
export function requireNotFrozen({ owner }: Pick<OwnerAct, "owner">): void {
  const { freeze } = owner.item;
  if (freeze) throw explain({ reason: "backup-frozen", freeze });
}

/** @throws {Problem} too-many-refusals, too-many-tries: the phone has none left of one of these kinds */
export function requireTriesLeft(
  { owner, device, now }: Pick<Act, "owner" | "device" | "now">,
  kinds: readonly TryKind[],
): void {
  const spent = owner && exhausted(owner.item.tries, kinds, device, now);
  if (spent) throw explainTries(spent);
}
