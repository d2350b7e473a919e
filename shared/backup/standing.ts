import type { Device } from "../model/device.ts";
import type { Freeze } from "../model/freeze.ts";
import type { Owner } from "../model/owner.ts";
import { waitOn } from "./policy.ts";

/**
 * How a phone must stand to the backup before it may release, replace or destroy it, or loosen its guards. `guarded`:
 * the backup is not frozen and, where the owner chose a waiting time, the phone has it already: a thief on a new phone
 * could otherwise bypass the waiting recovery. `holder`: the same, and the phone has it in any case.
 */
export type Standing = "guarded" | "holder";

export type StandingRefusal =
  | { readonly reason: "backup-frozen"; readonly freeze: Freeze }
  | { readonly reason: "holder-required" };

/** Why a phone may not act on the backup; undefined if it may. @param now milliseconds since the epoch */
export function refuseStanding(
  { freeze, backup, policy }: Pick<Owner, "freeze" | "backup" | "policy">,
  device: Pick<Device, "holdsBackup"> | undefined,
  standing: Standing,
  now: number,
): StandingRefusal | undefined {
  if (freeze) return { reason: "backup-frozen", freeze };
  if (backup.state !== "on" || device?.holdsBackup) return undefined;
  if (standing === "holder" || waitOn(device, policy, now) > 0) return { reason: "holder-required" };
  return undefined;
}
