import { type Device, withPhone } from "../model/device.ts";
import { type Actor, actorOf } from "../model/event.ts";
import { type BackupOn, nextEvent, type Owner } from "../model/owner.ts";
import type { StoredUserKey } from "../model/userKey.ts";
import { timestampOf } from "../words.ts";
import { keyOf } from "./keys.ts";
import { withoutLists } from "./lists.ts";
import { othersTrusted } from "./standing.ts";

export interface EnableRefusal {
  readonly reason: "backup-already-on" | "start-anew-required";
}

/**
 * Why a phone can't turn backup on; undefined if it can. While another phone is trusted, only a trusted one can: a
 * thief with the sign-in would otherwise begin a backup of their own without being seen.
 */
export function refuseEnable(
  { backup, devices }: Pick<Owner, "backup" | "devices">,
  device: Pick<Device, "deviceId" | "trusted">,
): EnableRefusal | undefined {
  if (backup.state === "on") return { reason: "backup-already-on" };
  if (!device.trusted && othersTrusted({ devices }, device)) return { reason: "start-anew-required" };
  return undefined;
}

/**
 * The owner once backup is turned on, for the platform of this phone, which is trusted from now on [B1, B2].
 * @param storageCheck as it is stored
 */
export function turnedOn(
  item: Owner,
  device: Device,
  { userKey, storageCheck }: { userKey: StoredUserKey; storageCheck: string | undefined },
  now: number,
): Owner & { readonly backup: BackupOn } {
  return {
    ...begun(item, device, { userKey, storageCheck }, now),
    devices: withPhone(item.devices, device.deviceId, {
      trusted: device.trusted ?? { order: nextEvent(item), from: 1 },
      awaitsSignIn: false,
    }),
  };
}

/** The owner with a backup that has this key and no version. */
export function begun(
  item: Owner,
  device: Device,
  { userKey, storageCheck }: { userKey: StoredUserKey; storageCheck: string | undefined },
  now: number,
): Owner & { readonly backup: BackupOn } {
  return {
    ...item,
    nextKey: userKey.number + 1,
    backup: {
      state: "on",
      enabledAt: timestampOf(now),
      keys: [keyOf(userKey, device, storageCheck, now)],
      versions: [],
      signedInAt: timestampOf(now),
    },
  };
}

/**
 * The owner once backup is turned off [F1–F4]: the wrapped keys are gone, and what is left says when and from which
 * phone [G4]. Phones stay, trusted as they were, and so do the recoveries that can be denied: a thief who turns off
 * would otherwise be gone from every status. @param now milliseconds since the epoch
 */
export function turnedOff(item: Owner, device: Actor, now: number): Owner {
  return {
    ...item,
    recoveries: item.recoveries
      .filter(({ state, purpose }) => state === "released" || purpose === "start-anew")
      .map(({ version: _, ...recovery }) => recovery),
    backup: { state: "deleted", deletedAt: timestampOf(now), device: actorOf(device) },
    devices: item.devices.map((other) => ({ ...withoutLists(other), awaitsSignIn: false })),
    removed: item.removed.map(({ device, ...rest }) => ({ device: withoutLists(device), ...rest })),
  };
}

/** The owner after a sign-in that keeps the backup up to date, and for which nothing waits any more [G7, G8]. */
export function refreshed(item: Owner, backup: BackupOn, { deviceId }: Device, now: number): Owner {
  return {
    ...item,
    backup: { ...backup, signedInAt: timestampOf(now) },
    devices: withPhone(item.devices, deviceId, { awaitsSignIn: false }),
  };
}

/**
 * Whether this sign-in has refreshed the backup already, and is known of this phone: its place, and what it may deny,
 * hang on its own last sign-in. @param signedInAt seconds since the epoch
 */
export function isRefreshed(
  { signedInAt: ofBackup }: BackupOn,
  { awaitsSignIn, signedInAt: ofPhone }: Device,
  signedInAt = 0,
): boolean {
  const known = Math.min(Date.parse(ofBackup), Date.parse(ofPhone));
  return known >= signedInAt * 1000 && !awaitsSignIn;
}
