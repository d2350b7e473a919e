import * as z from "zod";
import { randomId, sha256 } from "../formats.ts";
import { platform, timestamp } from "../words.ts";
import { publicKey } from "./publicKey.ts";

/** The most phones that one owner may have registered: the owner item stays bounded. */
export const MOST_DEVICES = 20;

/** The most access tokens of a phone that are remembered. */
export const MOST_TOKENS = 4;

/**
 * That a phone is trusted. Age is told by the numbers of events, never by a clock: instances may differ by theirs.
 */
export const trust = z.strictObject({
  /** The number of the event that made it trusted: a phone with a lower one has been trusted for longer. */
  order: z.int().positive(),
  /** The first user key that the phone may have; never rises. */
  from: z.int().positive(),
});

export type Trust = z.infer<typeof trust>;

/**
 * Accounts by the first 6 bytes of their references, base64url, one after the other: enough to tell which of them an
 * upload leaves out, in a hundredth of the manifest's size.
 */
export const accountList = z.string().regex(/^([A-Za-z0-9_-]{8}){0,500}$/);

export type AccountList = z.infer<typeof accountList>;

/** The most accounts whose credential a provider has revoked that a phone is told of: more than it has work accounts. */
export const MOST_REVOKED = 64;

export const device = z.strictObject({
  deviceId: sha256,
  /** What the owner calls the phone. */
  name: z.string(),
  platform,
  /** The key that secrets for this phone are sealed to. */
  sealingKey: publicKey,
  registeredAt: timestamp,
  /** The number of the event that registered it: a phone that was revoked and registers again has another. */
  registered: z.int().positive(),
  /** Left out until the phone turns backup on or opens a recovery. */
  trusted: trust.optional(),
  /** The last fresh sign-in that it has committed with: what it does with a stale one keeps no place. */
  signedInAt: timestamp,
  /** When it last denied without a fresh sign-in: it can't again until it has signed in. */
  deniedAt: timestamp.optional(),
  /** SHA-256 of the last access tokens that it has committed with: no other phone registers with one of them. */
  tokens: z.array(sha256).max(MOST_TOKENS),
  /** The challenge that is open on it: beginning another ends this one. */
  challenge: randomId.optional(),
  lastUploadAt: timestamp.optional(),
  /** What it last uploaded or recovered; left out until then, and after starting anew. */
  list: accountList.optional(),
  /** The fullest of those lists within a day, and since when; left out if that is the last one. */
  fullest: z.strictObject({ list: accountList, at: timestamp }).optional(),
  /** When `list` came. */
  listedAt: timestamp.optional(),
  /** Accounts whose provider has revoked this phone's credential: they need to be verified again. */
  revoked: accountList.max(8 * MOST_REVOKED).optional(),
  /** Whether accounts that it recovered wait for a sign-in of the owner [G8]. */
  awaitsSignIn: z.boolean(),
});

export type Device = z.infer<typeof device>;

/** The most phones that are remembered after they were removed. */
export const MOST_REMOVED = 20;

/** A trusted phone that was revoked or displaced while a recovery could be denied: it may still deny that. */
export const removedDevice = z.strictObject({
  device: device.omit({ fullest: true, revoked: true }),
  /** The number of the event that removed it. */
  number: z.int().positive(),
  /** The phone that removed it; left out if it gave up its place. */
  by: sha256.optional(),
});

export type RemovedDevice = z.infer<typeof removedDevice>;

/** Whether a phone was trusted before the event of that number. */
export function wasTrustedBefore({ trusted }: Pick<Device, "trusted">, order: number): boolean {
  return trusted !== undefined && trusted.order < order;
}

/** Puts phones in the order in which they became trusted, and those that are not behind them. */
export function trustedLongestFirst(a: Pick<Device, "trusted">, b: Pick<Device, "trusted">): number {
  const orderOf = ({ trusted }: Pick<Device, "trusted">) => trusted?.order ?? Number.MAX_SAFE_INTEGER;
  return orderOf(a) - orderOf(b);
}

/** The owner's phones with one of them changed. */
export function withPhone(
  devices: readonly Device[],
  deviceId: string,
  changes: Partial<Omit<Device, "deviceId">>,
): Device[] {
  return devices.map((device) => (device.deviceId === deviceId ? { ...device, ...changes } : device));
}
