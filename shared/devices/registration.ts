import { exhausted, withTry } from "../limits/tries.ts";
import { type Device, MOST_DEVICES } from "../model/device.ts";
import { NOTHING } from "../model/event.ts";
import { nextEvent, type Owner } from "../model/owner.ts";
import { DEFAULT_POLICY } from "../model/policy.ts";
import type { PublicKey } from "../model/publicKey.ts";
import { endOf, isAlive } from "../recovery/listed.ts";
import { type Platform, timestampOf } from "../words.ts";

/** A phone as it presents itself. */
interface Registration {
  /** The thumbprint of the key that signed the proof. */
  readonly deviceId: string;
  /** What the owner calls the phone. */
  readonly name: string;
  readonly platform: Platform;
  readonly sealingKey: PublicKey;
  /** SHA-256 of the access token that it comes with. */
  readonly tokenHash: string;
}

/** Why a phone can't be registered. */
export type DeviceRefusal =
  | {
      readonly reason:
        | "device-id-mismatch"
        | "client-platform-changed"
        | "device-conflict"
        | "token-used-elsewhere";
    }
  | { readonly reason: "too-many-tries"; readonly of: "registrations"; readonly until: number }
  | { readonly reason: "too-many-devices"; readonly limit: number; readonly freesAt: number };

type RegistrationVerdict =
  | { readonly refused: DeviceRefusal }
  | {
      readonly refused: undefined;
      readonly device: Device;
      /** Undefined if nothing changes. */
      readonly next: Owner | undefined;
      /** The phone that has to give up its place first. */
      readonly displaced: Device | undefined;
    };

/**
 * The owner with this phone registered: as it was, where it was, but for its name. It gets nothing by it but a place.
 * @param known the phone as it is registered already
 * @param now milliseconds since the epoch
 * @param places how many phones there is room for
 */
export function registered(
  item: Owner,
  known: Device | undefined,
  { tokenHash, ...registration }: Registration,
  now: number,
  places: number = MOST_DEVICES,
): RegistrationVerdict {
  const { name, platform, sealingKey, deviceId } = registration;
  if (known && known.platform !== platform) return { refused: { reason: "client-platform-changed" } };
  // Both key pairs are made together: another sealing key under the same signing key is no reinstalled app.
  if (known && (known.sealingKey.x !== sealingKey.x || known.sealingKey.y !== sealingKey.y)) {
    return { refused: { reason: "device-conflict" } };
  }
  if (known) {
    const device = { ...known, name };
    const devices = item.devices.map((other) => (other.deviceId === deviceId ? device : other));
    const next = known.name === name ? undefined : { ...item, devices };
    return { refused: undefined, device, next, displaced: undefined };
  }

  // Who has stolen a fresh access token from a phone has none of its own; nor has who holds a phone that was removed.
  const phones = [...item.devices, ...item.removed.map((removed) => removed.device)];
  if (phones.some((other) => other.deviceId !== deviceId && other.tokens.includes(tokenHash))) {
    return { refused: { reason: "token-used-elsewhere" } };
  }
  const spent = exhausted(item.tries, ["registrations"], undefined, now);
  if (spent) return { refused: { reason: "too-many-tries", of: "registrations", until: spent.until } };
  const place = placeFor(item, now, places);
  if ("freesAt" in place) {
    return { refused: { reason: "too-many-devices", limit: places, freesAt: place.freesAt } };
  }
  const device: Device = {
    ...registration,
    registeredAt: timestampOf(now),
    registered: nextEvent(item),
    signedInAt: timestampOf(now),
    tokens: [],
    awaitsSignIn: false,
  };
  const next: Owner = {
    ...item,
    devices: [...item.devices, device],
    tries: withTry(item.tries, "registrations", undefined, now),
  };
  return { refused: undefined, device, next, displaced: place.displaced };
}

/** Milliseconds without a fresh sign-in after which a trusted phone keeps no place: 90 days. */
export const UNUSED = 90 * 24 * 60 * 60 * 1000;

/**
 * The place for one more phone: a free one, else that of the untrusted phone without a live recovery that registered
 * first; if all are trusted, that of the one whose last fresh sign-in is longest ago, if for 90 days. A stranger with
 * the sign-in could otherwise fill the places, and the owner's next phone would find none.
 */
function placeFor(
  { devices, recoveries, freeze }: Owner,
  now: number,
  places: number,
): { readonly displaced: Device | undefined } | { readonly freesAt: number } {
  if (devices.length < places) return { displaced: undefined };
  const liveOf = ({ deviceId }: Device) =>
    recoveries.filter((other) => other.device.deviceId === deviceId && isAlive(other, now, freeze));
  const untrusted = devices.filter(({ trusted }) => !trusted);
  const [idle] = untrusted
    .filter((device) => liveOf(device).length === 0)
    .toSorted((a, b) => a.registered - b.registered);
  if (idle) return { displaced: idle };
  if (untrusted.length > 0) {
    const ends = untrusted.map((device) => Math.max(...liveOf(device).map((live) => endOf(live, freeze))));
    return { freesAt: Math.min(...ends) };
  }
  const [longest] = devices.toSorted((a, b) => Date.parse(a.signedInAt) - Date.parse(b.signedInAt));
  const freesAt = longest ? Math.min(Date.parse(longest.signedInAt), now) + UNUSED : now;
  return longest && now >= freesAt ? { displaced: longest } : { freesAt };
}

/** An owner whose first phone is being registered. */
export function newOwner(now: number): Owner {
  return {
    schema: 2,
    createdAt: timestampOf(now),
    secondFactorSeen: false,
    devices: [],
    removed: [],
    nextVersion: 1,
    nextKey: 1,
    backup: { state: "off" },
    policy: DEFAULT_POLICY,
    recoveries: [],
    frozenDays: [],
    tries: [],
    activity: NOTHING,
  };
}
