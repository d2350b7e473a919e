import * as z from "zod";
import { sha256 } from "../formats.ts";
import { platform, timestamp } from "../words.ts";
import { device, MOST_DEVICES } from "./device.ts";
import { actor, head } from "./event.ts";
import { freeze } from "./freeze.ts";
import { policy } from "./policy.ts";
import { listedRecovery } from "./recovery.ts";
import { tally } from "./tries.ts";
import { storedUserKey } from "./userKey.ts";
import { version } from "./version.ts";

const backupOn = z.strictObject({
  state: z.literal("on"),
  platform,
  enabledAt: timestamp,
  userKey: storedUserKey,
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
  /** Newest first: the first is the current version. */
  versions: z.array(version),
  /** The last recent sign-in that a phone with this backup has shown: it goes out of date with it [G7]. */
  signedInAt: timestamp,
  /** The last upload that was refused, until one succeeds [H3]. */
  lastFailure: z.strictObject({ at: timestamp, code: z.string(), device: actor }).optional(),
});

/** What is left of a backup that was turned off: that it was, when, and from which phone [G4]. */
const backupDeleted = z.strictObject({ state: z.literal("deleted"), deletedAt: timestamp, device: actor });

export type BackupOn = z.infer<typeof backupOn>;

export const ownerShape = z.strictObject({
  schema: z.literal(1),
  createdAt: timestamp,
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
  /** Recoveries that wait, or can still be denied: at most one for each phone. */
  recoveries: z.array(listedRecovery),
  /** Where a recovery was denied, until an old phone lifts it [H5]. */
  freeze: freeze.optional(),
  /** Tries that are counted. */
  tries: z.array(tally),
  /** The end of the activity record's chain. */
  activity: head,
});

export type Owner = z.infer<typeof ownerShape>;
