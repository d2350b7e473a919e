import { type Device, withPhone } from "../model/device.ts";
import type { Actor } from "../model/event.ts";
import type { BackupOn, Owner } from "../model/owner.ts";
import type { StoredUserKey } from "../model/userKey.ts";
import { timestampOf } from "../words.ts";

/** The owner once backup is turned on, for the platform of this phone, which alone has it [B1, B2]. */
export function turnedOn(
  item: Owner,
  { deviceId, platform }: Device,
  { userKey, storageCheck }: { userKey: StoredUserKey; storageCheck: string | undefined },
  now: number,
): Owner & { readonly backup: BackupOn } {
  return {
    ...item,
    backup: {
      state: "on",
      platform,
      enabledAt: timestampOf(now),
      userKey,
      ...(storageCheck !== undefined && { storageCheck }),
      versions: [],
      signedInAt: timestampOf(now),
    },
    devices: item.devices.map((other) => ({
      ...other,
      holdsBackup: other.deviceId === deviceId,
      awaitsSignIn: false,
    })),
  };
}

/**
 * The owner once backup is turned off [F1–F4]: the wrapped key is gone, and what is left says when and from which phone
 * [G4]. Phones stay. @param now milliseconds since the epoch
 */
export function turnedOff(item: Owner, device: Actor, now: number): Owner {
  return {
    ...item,
    recoveries: [],
    backup: { state: "deleted", deletedAt: timestampOf(now), device },
    devices: item.devices.map((other) => ({ ...other, holdsBackup: false, awaitsSignIn: false })),
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

/** Whether this sign-in has refreshed the backup already. @param signedInAt seconds since the epoch */
export function isRefreshed(
  { signedInAt: known }: BackupOn,
  { awaitsSignIn }: Device,
  signedInAt: number | undefined,
): boolean {
  return Date.parse(known) >= (signedInAt ?? 0) * 1000 && !awaitsSignIn;
}
