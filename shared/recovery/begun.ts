import { waitOn } from "../backup/policy.ts";
import { withTry } from "../limits/tries.ts";
import type { Device } from "../model/device.ts";
import type { Owner } from "../model/owner.ts";
import type { ListedRecovery } from "../model/recovery.ts";
import type { TryKind } from "../words.ts";
import { isAsOld } from "./freeze.ts";
import type { Refusal } from "./guards.ts";
import { isAlive } from "./listed.ts";

/**
 * The recovery of the same version that already waits on this phone. Beginning again resumes it; its wait does not
 * restart [H4].
 * @param named the version that was named; left out, the current one
 */
export function waitingHere(
  { recoveries }: Pick<Owner, "recoveries">,
  { deviceId }: Pick<Device, "deviceId">,
  named: number | undefined,
  now: number,
): ListedRecovery | undefined {
  return recoveries.find(
    (other) =>
      other.deviceId === deviceId &&
      other.state === "waiting" &&
      other.named === named &&
      isAlive(other, now),
  );
}

/**
 * The tries that a new recovery costs: none for a phone that already has the backup (it could simply ask for the key),
 * and none for resuming one.
 */
export function triesToBegin(
  owner: Pick<Owner, "recoveries">,
  device: Pick<Device, "deviceId" | "holdsBackup">,
  named: number | undefined,
  now: number,
): readonly TryKind[] {
  return device.holdsBackup || waitingHere(owner, device, named, now) ? [] : ["recoveries"];
}

/** What a new recovery takes on this phone: the tallies with it, and the seconds that it waits. */
export function costOf(
  { tries, policy }: Pick<Owner, "tries" | "policy">,
  device: Pick<Device, "deviceId" | "holdsBackup">,
  now: number,
): { readonly tries: Owner["tries"]; readonly wait: number } {
  return {
    tries: device.holdsBackup ? tries : withTry(tries, "recoveries", device, now),
    wait: waitOn(device, policy, now),
  };
}

/** How many of the owner's other phones can approve a recovery of this one [H10]. */
export function approversOf(
  { devices }: Pick<Owner, "devices">,
  { deviceId, registeredAt }: Pick<Device, "deviceId" | "registeredAt">,
): number {
  return devices.filter(
    (other) => other.deviceId !== deviceId && other.holdsBackup && isAsOld(other, registeredAt),
  ).length;
}

/** A refusal that counts as a try, and of which kind. */
const CHARGED: Partial<Record<Refusal["reason"], TryKind>> = {
  "step-up-required": "step-ups",
  "recovery-key-wrong": "recovery-keys",
};

/** What a refused recovery costs; undefined if nothing. */
export function chargeOf({ reason }: Refusal): TryKind | undefined {
  return CHARGED[reason];
}

/** What a phone may ask again and again, without filling the record. */
const UNTOLD: readonly Refusal["reason"][] = ["too-many-tries", "recovery-waiting"];

/** Whether the record hears of a refusal. */
export function isTold({ reason }: Refusal): boolean {
  return !UNTOLD.includes(reason);
}
