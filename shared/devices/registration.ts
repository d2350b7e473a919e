import { type Device, MOST_DEVICES } from "../model/device.ts";
import { NOTHING } from "../model/event.ts";
import type { Owner } from "../model/owner.ts";
import { DEFAULT_POLICY } from "../model/policy.ts";
import type { PublicKey } from "../model/publicKey.ts";
import { type Platform, timestampOf } from "../words.ts";

/** A phone as it presents itself. */
interface Registration {
  /** The thumbprint of the key that signed the proof. */
  readonly deviceId: string;
  /** What the owner calls the phone. */
  readonly name: string;
  readonly platform: Platform;
  readonly sealingKey: PublicKey;
}

/** Why a phone can't be registered. */
export type DeviceRefusal =
  | { readonly reason: "device-id-mismatch" | "client-platform-changed" | "device-conflict" }
  | { readonly reason: "too-many-devices"; readonly limit: number };

type RegistrationVerdict =
  | { readonly refused: DeviceRefusal }
  /** `next` is undefined if nothing changes. */
  | { readonly refused: undefined; readonly device: Device; readonly next: Owner | undefined };

/**
 * The owner with this phone registered: as it was, where it was, but for its name.
 * @param known the phone as it is registered already
 * @param now milliseconds since the epoch
 */
export function registered(
  item: Owner,
  known: Device | undefined,
  registration: Registration,
  now: number,
): RegistrationVerdict {
  const { name, platform, sealingKey } = registration;
  if (known && known.platform !== platform) return { refused: { reason: "client-platform-changed" } };
  // Both key pairs are made together: another sealing key under the same signing key is no reinstalled app.
  if (known && (known.sealingKey.x !== sealingKey.x || known.sealingKey.y !== sealingKey.y)) {
    return { refused: { reason: "device-conflict" } };
  }
  const device: Device = known
    ? { ...known, name }
    : { ...registration, registeredAt: timestampOf(now), holdsBackup: false, awaitsSignIn: false };
  if (known?.name === name) return { refused: undefined, device, next: undefined };
  const others = item.devices.filter(({ deviceId }) => deviceId !== device.deviceId);
  if (others.length >= MOST_DEVICES) {
    return { refused: { reason: "too-many-devices", limit: MOST_DEVICES } };
  }
  return { refused: undefined, device, next: { ...item, devices: [...others, device] } };
}

/** An owner whose first phone is being registered. */
export function newOwner(now: number): Owner {
  return {
    schema: 1,
    createdAt: timestampOf(now),
    secondFactorSeen: false,
    devices: [],
    nextVersion: 1,
    backup: { state: "off" },
    policy: DEFAULT_POLICY,
    recoveries: [],
    tries: [],
    activity: NOTHING,
  };
}
