import * as z from "zod";
import { sha256 } from "../formats.ts";
import { platform, timestamp } from "../words.ts";
import { publicKey } from "./publicKey.ts";

/** Phones one owner may have registered: the owner item stays a few KB. */
export const MOST_DEVICES = 20;

export const device = z.strictObject({
  deviceId: sha256,
  /** What the owner calls the phone. */
  name: z.string(),
  platform,
  /** The key that secrets for this phone are sealed to. */
  sealingKey: publicKey,
  registeredAt: timestamp,
  lastUploadAt: timestamp.optional(),
  /** Whether this phone turned the present backup on or recovered it: only then may it replace a version [D11]. */
  holdsBackup: z.boolean(),
  /** Whether accounts that it recovered wait for a sign-in of the owner [G8]. */
  awaitsSignIn: z.boolean(),
});

export type Device = z.infer<typeof device>;

/** The owner's phones with one of them changed. */
export function withPhone(
  devices: readonly Device[],
  deviceId: string,
  changes: Partial<Omit<Device, "deviceId">>,
): Device[] {
  return devices.map((device) => (device.deviceId === deviceId ? { ...device, ...changes } : device));
}
