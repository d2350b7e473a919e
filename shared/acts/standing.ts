import { waitOn } from "../backup/policy.ts";
import { problem } from "../errors/problem.ts";
import type { PhoneCall, Standing } from "../http/endpoint.ts";
import { exhausted, type TryKind, tooManyTries } from "../limits/tries.ts";
import { frozen } from "../recovery/freeze.ts";

/** @throws {Problem} backup-frozen, holder-required */
export function requireStanding(
  { owner, device, now }: Pick<PhoneCall, "owner" | "device" | "now">,
  standing: Standing,
): void {
  if (!owner) return;
  const { freeze, backup } = owner.item;
  if (freeze) throw frozen(freeze);
  if (backup.state !== "on" || device?.holdsBackup) return;
  if (standing === "holder" || waitOn(device, owner.item.policy, now) > 0) throw problem("holder-required");
}

/** @throws {Problem} too-many-tries: the phone has none left of one of these kinds */
export function requireTriesLeft(
  { owner, device, now }: Pick<PhoneCall, "owner" | "device" | "now">,
  kinds: readonly TryKind[],
): void {
  const spent = owner && exhausted(owner.item.tries, kinds, device, now);
  if (spent) throw tooManyTries(spent, now);
}
