import type { Actor } from "../activity/events.ts";
import { timestampOf } from "../formats.ts";
import type { Owner } from "../store/items.ts";

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
