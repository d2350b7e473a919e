import * as z from "zod";
import { actor, type Event, eventShape, head, NOTHING } from "../activity/events.ts";
import { platform } from "../backup/appVersion.ts";
import { DEFAULT_POLICY, policy } from "../backup/policy.ts";
import { randomId, sha256, timestamp } from "../formats.ts";
import { tally } from "../limits/tries.ts";
import { manifest } from "../model/manifest.ts";
import { type Notice, noticeShape } from "../model/notice.ts";
import { publicKey } from "../model/publicKey.ts";
import { recoveredAccount } from "../recovery/accounts.ts";
import { freeze } from "../recovery/freeze.ts";
import { listedRecovery } from "../recovery/listed.ts";
import { storedState } from "../recovery/states.ts";
import type { ItemBody } from "./port.ts";
import type { ItemKind } from "./schema.ts";

/** The items of an owner's partition. docs/storage-schema.md shows each with an example. */

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

/** One version in the history, without its ciphertext. */
export const version = z.strictObject({
  version: z.int().positive(),
  uploadedAt: timestamp,
  device: actor,
  /** How many accounts it holds. */
  accounts: z.int().nonnegative(),
  /** Length of the envelope in bytes. */
  bytes: z.int().positive(),
  /** SHA-256 of the envelope: a retried upload is known by it. */
  digest: sha256,
  /** The `ver` in its envelope's header: its own number, or the one of the version that it restored. */
  sealedAs: z.int().positive(),
  /** Whether it opens with the storage secret alone: not on a phone that has none. */
  storageBound: z.boolean(),
});

export type Version = z.infer<typeof version>;

export const wrappedKey = z.strictObject({
  kek: z.string(),
  alg: z.literal("RSA-OAEP-256"),
  value: z.string(),
});

const backupOn = z.strictObject({
  state: z.literal("on"),
  platform,
  enabledAt: timestamp,
  /** The user key, wrapped. `id` is the `kid` of every envelope under it. */
  userKey: z.strictObject({ id: randomId, wrapped: wrappedKey }),
  /** HMAC under the storage secret; iOS alone [A7, A8]. */
  storageCheck: sha256.optional(),
  /** The second way in, where the owner has set one up; iOS alone [H9]. */
  recoveryKey: z
    .strictObject({
      /** HMAC under the recovery key. */
      check: sha256,
      /** The storage secret, wrapped under user key and recovery key: compact JWE. */
      wrapped: z.string(),
      setAt: timestamp,
    })
    .optional(),
  /** Newest first: the first is the present version. */
  versions: z.array(version),
  /** The last recent sign-in that a phone with this backup has shown: it goes out of date with it [G7]. */
  signedInAt: timestamp,
  /** The last upload that was refused, until one succeeds [H3]. */
  lastFailure: z.strictObject({ at: timestamp, code: z.string(), device: actor }).optional(),
});

/** What is left of a backup that was turned off: that it was, when, and from which phone [G4]. */
const backupDeleted = z.strictObject({ state: z.literal("deleted"), deletedAt: timestamp, device: actor });

export type BackupOn = z.infer<typeof backupOn>;

const ownerShape = z.strictObject({
  schema: z.literal(3),
  createdAt: timestamp,
  /** The key of account references. */
  referenceSalt: sha256,
  /** Whether a token with a second factor was ever seen: from then on step-up asks for it [D7]. */
  secondFactorSeen: z.boolean(),
  devices: z.array(device).max(MOST_DEVICES),
  /** What the next version will be called; never goes back, also when backup is turned off. */
  nextVersion: z.int().positive(),
  backup: z.discriminatedUnion("state", [
    z.strictObject({ state: z.literal("off") }),
    backupOn,
    backupDeleted,
  ]),
  policy,
  /** Recoveries that wait, or can still be denied: one a phone at the most. */
  recoveries: z.array(listedRecovery),
  /** Where a recovery was denied, until an old phone lifts it [H5]. */
  freeze: freeze.optional(),
  /** Tries that are counted. */
  tries: z.array(tally),
  /** The end of the activity record's chain. */
  activity: head,
});

export type Owner = z.infer<typeof ownerShape>;

export const owner: ItemKind<Owner> = {
  schema: 3,
  shape: ownerShape,
  migrations: { 1: ownerFrom1, 2: ownerFrom2 },
};

/** Schema 1 had neither policy nor record, and knew less of versions and phones. */
function ownerFrom1(body: ItemBody): ItemBody {
  const { devices, backup, ...rest } = body as unknown as Pick<Owner, "devices" | "backup">;
  return {
    ...rest,
    devices: devices.map((device) => ({ ...device, awaitsSignIn: false })),
    backup:
      backup.state === "on"
        ? {
            ...backup,
            signedInAt: backup.enabledAt,
            versions: backup.versions.map((version) => ({
              ...version,
              sealedAs: version.version,
              storageBound: backup.platform === "ios",
            })),
          }
        : backup,
    policy: { conflict: DEFAULT_POLICY.conflict, otherPlatform: DEFAULT_POLICY.otherPlatform },
    activity: NOTHING,
  };
}

/** Schema 2 knew no waiting time, listed no recoveries and counted no tries. */
function ownerFrom2(body: ItemBody): ItemBody {
  const { policy, ...rest } = body as unknown as Pick<Owner, "policy">;
  return { ...rest, policy: { ...DEFAULT_POLICY, ...policy }, recoveries: [], tries: [] };
}

const envelopeShape = z.strictObject({
  schema: z.literal(1),
  version: z.int().positive(),
  /** Compact JWE. */
  envelope: z.string(),
  manifest,
  digest: sha256,
  deviceId: sha256,
  uploadedAt: timestamp,
});

export type Envelope = z.infer<typeof envelopeShape>;

export const envelope: ItemKind<Envelope> = { schema: 1, shape: envelopeShape };

const recoveryShape = z.strictObject({
  schema: z.literal(2),
  state: storedState,
  deviceId: sha256,
  /** When its phone was registered: a phone as old, or older, may deny or approve it. */
  registeredAt: timestamp,
  /** While it waits, the version that was the present one, or the one that was named. */
  version: z.int().positive(),
  platform,
  accounts: z.array(recoveredAccount),
  startedAt: timestamp,
  /** When it is released, or was. */
  releaseAt: timestamp,
  /** Until when it can be opened, cancelled and denied. */
  expiresAt: timestamp,
});

/** Seconds a recovery lasts: its accounts may wait for codes, and an owner may choose to wait for 7 days. */
export const RECOVERY_LIFE = 14 * 24 * 60 * 60;

/** Seconds a recovery is kept: some more, so that it is told that it has expired. */
export const RECOVERY_TTL = 30 * 24 * 60 * 60;

export type Recovery = z.infer<typeof recoveryShape>;

export const recovery: ItemKind<Recovery> = {
  schema: 2,
  shape: recoveryShape,
  migrations: { 1: recoveryFrom1 },
};

/** Schema 1 knew no waiting. */
function recoveryFrom1(body: ItemBody): ItemBody {
  const { startedAt } = body as unknown as Pick<Recovery, "startedAt">;
  return { ...body, state: "released", registeredAt: startedAt, releaseAt: startedAt };
}

/** What a request with an idempotency key led to, without secrets. */
const idempotencyShape = z.strictObject({
  schema: z.literal(1),
  /** SHA-256 over phone, method, path and body: the same key with another request is refused. */
  request: sha256,
  outcome: z.record(z.string(), z.unknown()),
});

export const idempotency: ItemKind<z.infer<typeof idempotencyShape>> = { schema: 1, shape: idempotencyShape };

/** Seconds an idempotency key is remembered. */
export const IDEMPOTENCY_TTL = 24 * 60 * 60;

export const event: ItemKind<Event> = { schema: 1, shape: eventShape };

export const notice: ItemKind<Notice> = { schema: 1, shape: noticeShape };

/** Digits of an event's number in its id: so the ids stand in the order of the numbers. */
const EVENT_DIGITS = 10;

/** Events in one page of the record: those whose ids share all but the last two digits. */
export const EVENTS_PER_PAGE = 100;

/** Ids of items. */
export const ids = {
  owner: "owner",
  event: (number: number) => `event:${String(number).padStart(EVENT_DIGITS, "0")}`,
  /** The prefix of a page's events. @param page 0 for the events 0 to 99 */
  eventPage: (page: number) => `event:${String(page).padStart(EVENT_DIGITS - 2, "0")}`,
  envelope: (version: number) => `envelope:${version}`,
  recovery: (id: string) => `recovery:${id}`,
  notice: (id: string) => `notice:${id}`,
  proof: (id: string) => `proof:${id}`,
  idempotency: (key: string) => `idempotency:${key}`,
} as const;
