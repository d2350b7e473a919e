import type { Device } from "../model/device.ts";
import type { Freeze } from "../model/freeze.ts";
import type { Owner } from "../model/owner.ts";

/**
 * What a phone must be before it may act. `trusted-if-on`: trusted while backup is on, else registered.
 * `trusted-if-any`: trusted while backup is on or another phone is trusted: a thief with the sign-in, on a new phone,
 * could otherwise turn on or erase what a trusted phone has only turned off.
 */
export type Standing = "registered" | "trusted" | "trusted-if-on" | "trusted-if-any";

export interface StandingRefusal {
  readonly reason: "trust-required";
}

export interface FreezeRefusal {
  readonly reason: "backup-frozen";
  readonly freeze: Freeze;
}

/** Why a phone may not act; undefined if it may. */
export function refuseStanding(
  { backup, devices }: Pick<Owner, "backup" | "devices">,
  device: Pick<Device, "deviceId" | "trusted">,
  standing: Standing,
): StandingRefusal | undefined {
  if (device.trusted) return undefined;
  const needed =
    standing === "trusted" ||
    (standing === "trusted-if-on" && backup.state === "on") ||
    (standing === "trusted-if-any" && (backup.state === "on" || othersTrusted({ devices }, device)));
  return needed ? { reason: "trust-required" } : undefined;
}

/** Whether another phone of the owner is trusted. */
export function othersTrusted(
  { devices }: Pick<Owner, "devices">,
  { deviceId }: Pick<Device, "deviceId">,
): boolean {
  return devices.some((other) => other.deviceId !== deviceId && other.trusted);
}
