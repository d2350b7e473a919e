import type { Device } from "../model/device.ts";
import type { Owner } from "../model/owner.ts";
import type { Recovery, RecoveryState, StoredState } from "../model/recovery.ts";
import { isAsOld, mayLift } from "./freeze.ts";
import { type RecoveryAct, transitions } from "./states.ts";

/** Why a phone may not speak about a recovery, or about another phone. */
export type SayRefusal =
  | { readonly reason: "recovery-not-found" | "recovery-own" | "older-phone-required" }
  | { readonly reason: "recovery-over"; readonly state: Exclude<RecoveryState, "waiting" | "released"> };

/**
 * Whether a recovery has ended with its phone. A phone that was revoked and registered again cannot resume its old
 * recovery; a waiting recovery must still be listed in the owner item.
 */
export function hasEnded(
  { devices, recoveries }: Pick<Owner, "devices" | "recoveries">,
  recoveryId: string,
  item: Pick<Recovery, "deviceId" | "registeredAt" | "state">,
): boolean {
  const device = devices.find(({ deviceId }) => deviceId === item.deviceId);
  if (!device || !isAsOld(device, item.registeredAt)) return true;
  return item.state === "waiting" && !recoveries.some((other) => other.recoveryId === recoveryId);
}

/** A phone sees its own recoveries alone. */
export function refuseOwn(
  { deviceId }: Pick<Device, "deviceId">,
  item: Pick<Recovery, "deviceId">,
): SayRefusal | undefined {
  return item.deviceId === deviceId ? undefined : { reason: "recovery-not-found" };
}

/**
 * Only a phone that is not younger than another has a say about what that one recovers: a thief could otherwise answer
 * for the owner from a second phone.
 */
export function refuseOthers(
  device: Pick<Device, "deviceId" | "registeredAt">,
  item: Pick<Recovery, "deviceId" | "registeredAt">,
): SayRefusal | undefined {
  if (item.deviceId === device.deviceId) return { reason: "recovery-own" };
  return isAsOld(device, item.registeredAt) ? undefined : { reason: "older-phone-required" };
}

/** The state that an act moves a recovery to; or that it is in a state which no longer allows the act. */
export function moved(
  state: RecoveryState,
  act: RecoveryAct,
): { readonly refused: SayRefusal } | { readonly refused: undefined; readonly next: StoredState } {
  const next = transitions[state][act];
  if (next) return { refused: undefined, next };
  if (state === "waiting" || state === "released") throw new Error(`nothing stands against ${act}`);
  return { refused: { reason: "recovery-over", state } };
}

/** Whether a phone may lift the freeze that is there. */
export function refuseLift(freeze: NonNullable<Owner["freeze"]>, device: Device): SayRefusal | undefined {
  return mayLift(freeze, device) ? undefined : { reason: "older-phone-required" };
}

/**
 * Whether a phone may revoke another whatever its standing. It may always revoke itself; another, while the backup is
 * frozen, if it may lift that: a thief would otherwise take the owner's last one away.
 */
export function mayRevoke({ freeze }: Pick<Owner, "freeze">, device: Device, revoked: string): boolean {
  return revoked === device.deviceId || (freeze !== undefined && mayLift(freeze, device));
}
