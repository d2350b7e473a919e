import * as z from "zod";
import { sha256 } from "../formats.ts";
import { platform, timestamp } from "../words.ts";
import { listedContact, MOST_LISTED_CONTACTS } from "./contact.ts";
import { device, MOST_DEVICES, MOST_REMOVED, removedDevice } from "./device.ts";
import { actor, head } from "./event.ts";
import { denial, freeze } from "./freeze.ts";
import { policy } from "./policy.ts";
import { listedRecovery, MOST_RECOVERIES } from "./recovery.ts";
import { spentProofs } from "./spent.ts";
import { MOST_REFUSALS, MOST_TALLIES, recordedRefusal, tally } from "./tries.ts";
import { storedUserKey } from "./userKey.ts";
import { version } from "./version.ts";

/**
 * The most versions in a history. 31 days count, the history is six days behind, and stolen phones freeze it once in 60
 * days: so there are 37 days with two times 31 that were frozen in any part, 99 in all. Each has the version at its end
 * and three uploads with a loss, each of which holds the version that it replaced and its phone's own last, 693; with the
 * 10 newest, the current one, 20 of phones, and 170 that live recoveries name, that is 894. What only a fresh sign-in can
 * replace comes behind them, where there is room: in all but such a siege there is.
 */
export const MOST_VERSIONS = 900;

/** The most user keys that are kept: those of the versions, the current one, and that of the recovery key. */
export const MOST_KEYS = MOST_VERSIONS + 2;

/** The most spans of frozen days: there is none that no day of the last 31 follows. */
export const MOST_SPANS = 40;

/** A user key, and what a phone must be to use what is sealed under it. */
const backupKey = storedUserKey.extend({
  platform,
  /** Hash of the HMAC under the storage secret; iOS alone [A7, A8]. */
  storageCheck: sha256.optional(),
  since: timestamp,
  /** The phone that chose platform and storage account, by turning on or starting anew. */
  stems: sha256,
  /** Whether that phone was denied: the next key takes neither from it. */
  denied: z.literal(true).optional(),
});

export type BackupKey = z.infer<typeof backupKey>;

export const backupOn = z.strictObject({
  state: z.literal("on"),
  enabledAt: timestamp,
  /** Oldest first; the last is current. */
  keys: z.array(backupKey).min(1).max(MOST_KEYS),
  /** The second way in, if the owner has set one up; iOS alone [H9]. */
  recoveryKey: z
    .strictObject({
      /** Hash of the HMAC under the recovery key. */
      check: sha256,
      /** The storage secret, wrapped under user key and recovery key: compact JWE. */
      wrapped: z.string(),
      setAt: timestamp,
      /** The number of the user key that it was made under: it opens the versions of that one. */
      key: z.int().positive(),
    })
    .optional(),
  /** The number of the current version; left out before the first upload after turning on or starting anew. */
  current: z.int().positive().optional(),
  /** Newest first. */
  versions: z.array(version).max(MOST_VERSIONS),
  /** The last recent sign-in that a phone with this backup has shown: it goes out of date with it [G7]. */
  signedInAt: timestamp,
  /** The last upload that was refused, until one succeeds [H3]. */
  lastFailure: z.strictObject({ at: timestamp, code: z.string(), device: actor }).optional(),
});

export const backupOff = z.strictObject({ state: z.literal("off") });

/** What is left of a backup that was turned off: that it was, when, and from which phone [G4]. */
export const backupDeleted = z.strictObject({
  state: z.literal("deleted"),
  deletedAt: timestamp,
  device: actor,
});

export type BackupOn = z.infer<typeof backupOn>;

/** An owner, as the rules have them; how they are stored: storedOwner.ts. */
export const ownerShape = z.strictObject({
  schema: z.literal(2),
  /** The names of all that its user keys are under, as the commit writes it (acts/under.ts); left out without a key. */
  kek: z.string().optional(),
  createdAt: timestamp,
  /** Whether a token with a second factor was ever seen: from then on step-up asks for it [D7]. */
  secondFactorSeen: z.boolean(),
  devices: z.array(device).max(MOST_DEVICES),
  /** Trusted phones that were removed while a recovery could be denied. */
  removed: z.array(removedDevice).max(MOST_REMOVED),
  /** What the next version will be called; never goes back, also when backup is turned off. */
  nextVersion: z.int().positive(),
  /** The number of the next user key; never goes back either. */
  nextKey: z.int().positive(),
  backup: z.discriminatedUnion("state", [backupOff, backupOn, backupDeleted]),
  policy,
  /** Recoveries that wait, or can still be denied. */
  recoveries: z.array(listedRecovery).max(MOST_RECOVERIES),
  /** If a recovery was denied, until an old phone lifts this or its time is over [H5]. */
  freeze: freeze.optional(),
  /** The last denial that froze the backup. */
  denial: denial.optional(),
  /** Days (UTC, since the epoch) that were frozen in any part: from, to. They count for no version's age [H1]. */
  frozenDays: z.array(z.tuple([z.int(), z.int()])).max(MOST_SPANS),
  /** Tries that are counted. */
  tries: z.array(tally).max(MOST_TALLIES),
  /** The end of the activity record's chain. */
  activity: head,
  /** Uploads since the last event of the record that made none: the next one tells how many. Left out if none. */
  untold: z.int().positive().optional(),
  /** What was refused within the last minute, so that the same is recorded once; left out until there is any. */
  refusals: z.array(recordedRefusal).max(MOST_REFUSALS).optional(),
  /** Where else the owner is told, and is asked for codes; in the order in which they were added. */
  contacts: z.array(listedContact).max(MOST_LISTED_CONTACTS).optional(),
  /** Left out of an item that an older release wrote: all of its proofs stand in items of their own. */
  spent: spentProofs.optional(),
});

export type Owner = z.infer<typeof ownerShape>;

/** The user key that the next version is sealed under. */
export function currentKey({ keys }: Pick<BackupOn, "keys">): BackupKey {
  const key = keys.at(-1);
  if (!key) throw new Error("a backup that is on has a key");
  return key;
}

/** The current version; undefined before the first upload after turning on or starting anew. */
export function currentVersion({ current, versions }: Pick<BackupOn, "current" | "versions">) {
  return versions.find(({ version }) => version === current);
}

/** The number of the event that the next commit makes. */
export function nextEvent({ activity }: Pick<Owner, "activity">): number {
  return activity.number + 1;
}
