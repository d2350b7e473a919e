import type { Device } from "../../../shared/model/device.ts";
import { NOTHING } from "../../../shared/model/event.ts";
import type { BackupOn, Owner } from "../../../shared/model/owner.ts";
import { DEFAULT_POLICY } from "../../../shared/model/policy.ts";
import type { Version } from "../../../shared/model/version.ts";

/** The owner's one phone, on which backup was turned on. */
export const device: Device = {
  deviceId: "d".repeat(43),
  name: "Pixel",
  platform: "android",
  sealingKey: { kty: "EC", crv: "P-256", x: "x".repeat(43), y: "y".repeat(43) },
  registeredAt: "2026-11-21T08:00:00.000Z",
  holdsBackup: true,
  awaitsSignIn: false,
};

/** The same, as versions and events name it. */
export const actor = { deviceId: device.deviceId, name: device.name, platform: device.platform };

/** An owner whose backup is off, and was on before. */
export const off: Owner = {
  schema: 1,
  createdAt: "2026-11-21T08:00:00.000Z",
  secondFactorSeen: false,
  devices: [device],
  nextVersion: 3,
  backup: { state: "off" },
  policy: DEFAULT_POLICY,
  recoveries: [],
  tries: [],
  activity: NOTHING,
};

/** A backup that nothing was uploaded to. */
export const backup: BackupOn = {
  state: "on",
  platform: "android",
  enabledAt: "2026-11-22T08:00:00.000Z",
  userKey: {
    number: 1,
    id: "k".repeat(22),
    wrapped: { kek: "file:1", alg: "RSA-OAEP-256", value: "wrapped" },
    serviceKey: "s".repeat(22),
  },
  versions: [],
  signedInAt: "2026-11-22T08:00:00.000Z",
};

/** A version of six accounts, uploaded as many minutes after eight as its number. */
export function version(number: number): Version {
  return {
    version: number,
    uploadedAt: `2026-11-22T08:0${number}:00.000Z`,
    device: actor,
    accounts: 6,
    bytes: 1000,
    digest: String(number).repeat(43),
    sealedAs: number,
    storageBound: false,
  };
}

/** An owner whose backup is on, with these versions, newest first. */
export function on(versions: readonly number[], changes: Partial<BackupOn> = {}): Owner {
  const next = (versions[0] ?? 0) + 1;
  return { ...off, nextVersion: next, backup: { ...backup, versions: versions.map(version), ...changes } };
}
