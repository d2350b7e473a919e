import { type Device, type RemovedDevice, wasTrustedBefore } from "../model/device.ts";
import type { Owner } from "../model/owner.ts";
import type { ListedRecovery, Recovery, RecoveryState, StoredState } from "../model/recovery.ts";
import type { Missing } from "../words.ts";
import { mayLift } from "./freeze.ts";
import { isOnProbation } from "./listed.ts";
import { type RecoveryAct, transitions } from "./states.ts";

/** Why a phone may not speak about a recovery, or about another phone. */
export type SayRefusal =
  | { readonly reason: "recovery-not-found" | "recovery-own" | "older-phone-required" }
  | { readonly reason: "step-up-required"; readonly missing: readonly Missing[] }
  | { readonly reason: "recovery-over"; readonly state: Exclude<RecoveryState, "waiting" | "released"> };

/**
 * Whether a recovery has ended with its phone. A phone that was revoked and registered again cannot resume its old
 * recovery; a waiting recovery must still be listed in the owner item.
 */
export function hasEnded(
  { devices, recoveries }: Pick<Owner, "devices" | "recoveries">,
  recoveryId: string,
  item: Pick<Recovery, "deviceId" | "registered" | "state">,
): boolean {
  const device = devices.find(({ deviceId }) => deviceId === item.deviceId);
  if (device?.registered !== item.registered) return true;
  return item.state === "waiting" && !recoveries.some((other) => other.recoveryId === recoveryId);
}

/** A phone sees its own recoveries alone. */
export function refuseOwn(
  { deviceId }: Pick<Device, "deviceId">,
  item: Pick<Recovery, "deviceId">,
): SayRefusal | undefined {
  return item.deviceId === deviceId ? undefined : { reason: "recovery-not-found" };
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

/**
 * Why a phone can't approve a recovery of another [H10]: it was not trusted before that began. A thief could otherwise
 * answer for the owner from a second phone.
 */
export function refuseApproval(device: Device, recovery: ListedRecovery): SayRefusal | undefined {
  if (recovery.device.deviceId === device.deviceId) return { reason: "recovery-own" };
  return wasTrustedBefore(device, recovery.order) ? undefined : { reason: "older-phone-required" };
}

/** How a phone denies. */
export interface Denial {
  /** The phone as it is, or as it was before it was removed: it is back with its denial. */
  readonly device: Device & { readonly trusted: NonNullable<Device["trusted"]> };
  /** Whether the backup is frozen: not by a phone whose own release can still be denied. */
  readonly freezes: boolean;
  /** Whether it uses up what the owner's phones may do without a fresh sign-in. */
  readonly counts: boolean;
}

/** Milliseconds in which an owner's phones may deny once without a fresh sign-in: 60 days. */
export const STALE_DENIAL = 60 * 24 * 60 * 60 * 1000;

/**
 * Whether a phone may deny a recovery of another [H5], and what that does. It was trusted before the recovery began and,
 * if the recovering phone is itself trusted, before that phone was; or it was so, and was removed since.
 *
 * With a fresh sign-in it always may. Without one, since a thief may have shut the owner out of the account, the owner's
 * phones may once in 60 days, all of them together: stolen phones could otherwise hold the owner off for ever.
 */
export function judgeDenial(
  owner: Pick<Owner, "devices" | "removed" | "recoveries" | "freeze" | "denial">,
  { deviceId }: Pick<Device, "deviceId">,
  recovery: ListedRecovery,
  missing: readonly Missing[],
  now: number,
): { readonly refused: SayRefusal } | ({ readonly refused: undefined } & Denial) {
  if (recovery.device.deviceId === deviceId) return { refused: { reason: "recovery-own" } };
  const here = owner.devices.find((device) => device.deviceId === deviceId);
  const gone = owner.removed.filter(({ device }) => device.deviceId === deviceId);
  const stepUp = { refused: { reason: "step-up-required", missing } } as const;
  const fresh = missing.length === 0;

  const device = [here, ...fromBefore(gone, recovery)].find((phone) => phone && isOlderThan(phone, recovery));
  if (!isTrusted(device)) return { refused: { reason: "older-phone-required" } };
  // It is back with this: a stolen phone that was revoked must not come back by itself.
  if (device !== here && !fresh) return stepUp;
  const sound = { refused: undefined, device } as const;
  if (isOnProbation(owner, deviceId, now)) {
    return fresh ? { ...sound, freezes: false, counts: false } : stepUp;
  }
  if (owner.freeze?.by.includes(deviceId)) return { ...sound, freezes: true, counts: false };
  if (!fresh && isUsedUp(owner.denial, device, now)) return stepUp;
  return { ...sound, freezes: true, counts: true };
}

/** Whether the owner's phones, or this one, may deny no more without a fresh sign-in. */
function isUsedUp(
  denial: Owner["denial"],
  { deniedAt, signedInAt }: Pick<Device, "deniedAt" | "signedInAt">,
  now: number,
): boolean {
  if (deniedAt !== undefined && Date.parse(signedInAt) <= Date.parse(deniedAt)) return true;
  return denial !== undefined && now < Date.parse(denial.at) + STALE_DENIAL;
}

/** A phone as it was when it was removed, each time that this was since a recovery began. */
function fromBefore(gone: readonly RemovedDevice[], { order }: ListedRecovery): Device[] {
  return gone.filter(({ number }) => number > order).map(({ device }) => device);
}

/** Whether a phone was trusted before the recovery began and, if the recovering phone was, before that one. */
function isOlderThan(device: Device, { order, trusted }: ListedRecovery): boolean {
  return wasTrustedBefore(device, order) && (trusted === undefined || wasTrustedBefore(device, trusted));
}

function isTrusted(device: Device | undefined): device is Denial["device"] {
  return device?.trusted !== undefined;
}

/** Why a phone can't lift the freeze that is there. */
export function refuseLift(
  freeze: NonNullable<Owner["freeze"]>,
  device: Pick<Device, "trusted">,
): SayRefusal | undefined {
  return mayLift(freeze, device) ? undefined : { reason: "older-phone-required" };
}

/**
 * Whether a phone may revoke another though the backup is frozen: if it may lift that. A thief would otherwise take the
 * owner's last phone away.
 */
export function mayRevoke({ freeze }: Pick<Owner, "freeze">, device: Pick<Device, "trusted">): boolean {
  return freeze === undefined || mayLift(freeze, device);
}
