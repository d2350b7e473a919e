import { withoutPhone } from "../recovery/listed.ts";
import type { Device, Owner } from "../store/items.ts";

/** The owner's phones with one of them changed. */
export function withPhone(
  devices: readonly Device[],
  deviceId: string,
  changes: Partial<Omit<Device, "deviceId">>,
): Device[] {
  return devices.map((device) => (device.deviceId === deviceId ? { ...device, ...changes } : device));
}

/** The owner once a phone is revoked: what it recovers ends with it. */
export function phoneRevoked(item: Owner, deviceId: string): Owner {
  return {
    ...item,
    devices: item.devices.filter((device) => device.deviceId !== deviceId),
    recoveries: withoutPhone(item.recoveries, deviceId),
  };
}
