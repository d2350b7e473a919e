import { withTry } from "../limits/tries.ts";
import { type Device, wasTrustedBefore } from "../model/device.ts";
import { nextEvent, type Owner } from "../model/owner.ts";
import type { ListedRecovery } from "../model/recovery.ts";
import type { Purpose, TryKind } from "../words.ts";
import type { Refusal } from "./guards.ts";
import { waitingOn } from "./listed.ts";

/**
 * The tries that a new recovery costs: none for going on with what waits, whatever it is for now, since the list of
 * recoveries does not grow by it.
 */
export function triesToBegin(
  { recoveries }: Pick<Owner, "recoveries">,
  { deviceId }: Pick<Device, "deviceId">,
  now: number,
): readonly TryKind[] {
  return waitingOn(recoveries, deviceId, now) ? [] : ["recoveries"];
}

/** The tallies with one more recovery that a phone begins. */
export function withBegun({ tries }: Pick<Owner, "tries">, device: Device, now: number): Owner["tries"] {
  return withTry(tries, "recoveries", device, now);
}

/** Whether what waits on a phone is for the same. */
export function isFor(
  waiting: ListedRecovery,
  { purpose, version }: { readonly purpose: Purpose; readonly version: number | undefined },
): boolean {
  return waiting.purpose === purpose && waiting.version === version;
}

/**
 * How many of the owner's other phones can approve a recovery on this one [H10]: those that were trusted before it
 * began, or would be if it began now.
 */
export function approversOf(
  item: Pick<Owner, "devices" | "activity" | "recoveries">,
  { deviceId }: Pick<Device, "deviceId">,
  now: number,
): number {
  const order = waitingOn(item.recoveries, deviceId, now)?.order ?? nextEvent(item);
  return item.devices.filter((other) => other.deviceId !== deviceId && wasTrustedBefore(other, order)).length;
}

/** A refusal that counts as a try, and of which kind. */
const CHARGED: Partial<Record<Refusal["reason"], TryKind>> = {
  "step-up-required": "step-ups",
  "recovery-key-wrong": "recovery-keys",
  "accounts-present": "conflicts",
};

/** What a refused recovery costs; undefined if nothing. */
export function chargeOf({ reason }: Refusal): TryKind | undefined {
  return CHARGED[reason];
}

/** What a phone may ask again and again, without filling the record. */
const UNTOLD: readonly Refusal["reason"][] = ["too-many-tries", "recovery-waiting", "backup-frozen"];

/** Whether the record hears of a refusal. */
export function isTold({ reason }: Refusal): boolean {
  return !UNTOLD.includes(reason);
}
