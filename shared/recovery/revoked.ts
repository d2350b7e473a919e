import type { Owner } from "../model/owner.ts";
import { withoutPhone } from "./listed.ts";

/** The owner once a phone is revoked: what it recovers ends with it. */
export function phoneRevoked(item: Owner, deviceId: string): Owner {
  return {
    ...item,
    devices: item.devices.filter((device) => device.deviceId !== deviceId),
    recoveries: withoutPhone(item.recoveries, deviceId),
  };
}
