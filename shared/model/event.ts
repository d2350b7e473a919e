import * as z from "zod";
import { sha256 } from "../formats.ts";
import { platform, timestamp } from "../words.ts";

/** What can happen to a backup, for the owner's record [H6]. */
export const eventType = z.enum([
  "device-registered",
  "device-renamed",
  "device-revoked",
  "backup-enabled",
  "backup-uploaded",
  "backup-refused",
  "backup-refreshed",
  "backup-deleted",
  "backup-started-anew",
  "exported",
  "version-restored",
  "policy-changed",
  "recovery-key-set",
  "recovery-key-removed",
  "recovery-begun",
  "recovery-refused",
  "recovery-approved",
  "recovery-released",
  "recovery-cancelled",
  "recovery-denied",
  "freeze-lifted",
  "contact-added",
  "contact-code-sent",
  "contact-confirmed",
  "contact-removed",
  "challenge-begun",
  "challenge-code-sent",
  "challenge-refused",
  "account-verified",
  "credential-revoked",
  "tries-exhausted",
]);

export type EventType = z.infer<typeof eventType>;

/** The phone that did it, as it was called then. */
export const actor = z.strictObject({ deviceId: sha256, name: z.string(), platform });

export type Actor = z.infer<typeof actor>;

/** A phone as events, versions and answers name it. */
export function actorOf({ deviceId, name, platform }: Actor): Actor {
  return { deviceId, name, platform };
}

/** What else is told of an event: ids, numbers and codes, never a name of an account. */
export const details = z.strictObject({
  code: z.string().optional(),
  deviceId: sha256.optional(),
  recoveryId: z.string().optional(),
  version: z.int().optional(),
  /** How many uploads came since the event before that have none of their own. */
  uploads: z.int().positive().optional(),
});

export type Details = z.infer<typeof details>;

export const eventShape = z.strictObject({
  schema: z.literal(1),
  /** 1, 2, 3 …: a gap is an event that was taken out. */
  number: z.int().positive(),
  at: timestamp,
  type: eventType,
  /** Left out if no phone was known: proofs that were refused. */
  device: actor.optional(),
  details,
  /** The hash of the event before; empty of the first. */
  previous: z.string(),
  hash: sha256,
});

export type Event = z.infer<typeof eventShape>;

/** The end of the chain, in the owner item: without it, the last events could be cut off unseen. */
export const head = z.strictObject({ number: z.int().nonnegative(), hash: z.string() });

export type Head = z.infer<typeof head>;

/** The head of an owner to whom nothing has happened yet. */
export const NOTHING: Head = { number: 0, hash: "" };
