import type { AccountList, Device } from "../../../shared/model/device.ts";
import { actorOf, NOTHING } from "../../../shared/model/event.ts";
import type { Freeze } from "../../../shared/model/freeze.ts";
import type { BackupKey, BackupOn, Owner } from "../../../shared/model/owner.ts";
import { DEFAULT_POLICY } from "../../../shared/model/policy.ts";
import type { ListedRecovery } from "../../../shared/model/recovery.ts";
import type { StoredUserKey } from "../../../shared/model/userKey.ts";
import type { Version } from "../../../shared/model/version.ts";
import { timestampOf } from "../../../shared/words.ts";

export const MINUTE = 60 * 1000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** When backup was turned on. */
export const START = Date.parse("2026-11-22T08:00:00.000Z");

/** The time so many milliseconds after the start. */
export const timeAt = (milliseconds: number) => timestampOf(START + milliseconds);

/** Numbers from one to another, both counted. */
export function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, at) => from + at);
}

/** A phone by its letter; untrusted. */
export function phone(letter: string, changes: Partial<Device> = {}): Device {
  return {
    deviceId: letter.repeat(43),
    name: `Phone ${letter}`,
    platform: "android",
    sealingKey: { kty: "EC", crv: "P-256", x: "A".repeat(43), y: "A".repeat(43) },
    registeredAt: timeAt(-DAY),
    registered: 1,
    signedInAt: timeAt(-DAY),
    tokens: [],
    awaitsSignIn: false,
    ...changes,
  };
}

type TrustedPhone = Device & { readonly trusted: NonNullable<Device["trusted"]> };

/** A phone that has been trusted since the event of that number, from the first user key on. */
export function trusted(letter: string, order: number, changes: Partial<Device> = {}): TrustedPhone {
  return { ...phone(letter, changes), trusted: { order, from: 1, ...changes.trusted } };
}

/** The owner's one phone, on which backup was turned on. */
export const device = trusted("d", 2);

/** The same, as versions and events name it. */
export const actor = actorOf(device);

/** A user key as it is made. */
export function userKey(number: number): StoredUserKey {
  const id = String(number).padStart(22, "k");
  return {
    number,
    id,
    wrapped: { kek: "file:1", alg: "RSA-OAEP-256", value: `wrapped ${number}` },
    serviceKey: "s".repeat(22),
  };
}

/** A user key as the owner item holds it. */
export function key(number: number, changes: Partial<BackupKey> = {}): BackupKey {
  return { ...userKey(number), platform: "android", since: timeAt(0), stems: device.deviceId, ...changes };
}

/** The reference of the account of that number. */
export const refOf = (account: number) => String(account).padStart(8, "a").padEnd(43, "_");

/** The list of these accounts, by their numbers. */
export function accounts(...numbers: readonly number[]): AccountList {
  return numbers.map((number) => refOf(number).slice(0, 8)).join("");
}

/** A version of six accounts, uploaded as many minutes after the start as its number. */
export function version(number: number, changes: Partial<Version> = {}): Version {
  return {
    version: number,
    uploadedAt: timeAt(number * MINUTE),
    device: actor,
    accounts: 6,
    bytes: 1000,
    digest: String(number).padStart(43, "v"),
    sealedAs: number,
    storageBound: false,
    key: 1,
    ...changes,
  };
}

/** An owner whose backup is off. */
export const off: Owner = {
  schema: 2,
  createdAt: timeAt(-DAY),
  secondFactorSeen: false,
  devices: [device],
  removed: [],
  nextVersion: 3,
  nextKey: 1,
  backup: { state: "off" },
  policy: DEFAULT_POLICY,
  recoveries: [],
  frozenDays: [],
  tries: [],
  activity: NOTHING,
};

/** An owner whose backup was turned off. */
export const deleted: Owner = { ...off, backup: { state: "deleted", deletedAt: timeAt(0), device: actor } };

export type OwnerOn = Owner & { readonly backup: BackupOn };

/** An owner whose backup is on, with these versions, newest first; the first is current. */
export function on(versions: readonly (number | Version)[], changes: Partial<BackupOn> = {}): OwnerOn {
  const whole = versions.map((one) => (typeof one === "number" ? version(one) : one));
  const [current] = whole;
  return {
    ...off,
    nextVersion: (current?.version ?? 0) + 1,
    nextKey: 2,
    backup: {
      state: "on",
      enabledAt: timeAt(0),
      keys: [key(1)],
      ...(current && { current: current.version }),
      versions: whole,
      signedInAt: timeAt(0),
      ...changes,
    },
    activity: { number: 100, hash: "h".repeat(43) },
  };
}

/** The backup of an owner whose backup must be on. */
export function backupOf({ backup }: Owner): BackupOn {
  if (backup.state !== "on") throw new Error("backup is not on");
  return backup;
}

/** The numbers of an owner's versions, newest first. */
export const versionsOf = (item: Owner) => backupOf(item).versions.map(({ version }) => version);

/** A recovery on a phone, begun at the start by the event of that number; it waits for a day. */
export function recovery(
  letter: string,
  order: number,
  changes: Partial<ListedRecovery> = {},
): ListedRecovery {
  return {
    recoveryId: `${letter}${order}`.padStart(22, "r"),
    purpose: "recover",
    device: actorOf(phone(letter)),
    order,
    state: "waiting",
    startedAt: timeAt(0),
    releaseAt: timeAt(DAY),
    expiresAt: timeAt(15 * DAY),
    ...changes,
  };
}

/** The same once it was released, at the start. */
export function release(
  letter: string,
  order: number,
  changes: Partial<ListedRecovery> = {},
): ListedRecovery {
  const times = { releaseAt: timeAt(0), expiresAt: timeAt(14 * DAY) };
  return recovery(letter, order, { state: "released", ...times, ...changes });
}

/** A freeze that the owner's phone began at the start. */
export const freeze: Freeze = {
  at: timeAt(0),
  until: timeAt(30 * DAY),
  device: actor,
  order: 2,
  by: [device.deviceId],
};
