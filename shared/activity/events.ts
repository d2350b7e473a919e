import { hash } from "node:crypto";
import * as z from "zod";
import { platform } from "../backup/appVersion.ts";
import { sha256, timestamp } from "../formats.ts";

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
});

export type Details = z.infer<typeof details>;

export const eventShape = z.strictObject({
  schema: z.literal(1),
  /** 1, 2, 3 …: a gap is an event that was taken out. */
  number: z.int().positive(),
  at: timestamp,
  type: eventType,
  /** Left out where no phone was known: proofs that were refused. */
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

/** Of an owner to whom nothing has happened yet. */
export const NOTHING: Head = { number: 0, hash: "" };

/** Seconds an event is kept: a year, and a month to notice. */
export const EVENT_TTL = 400 * 24 * 60 * 60;

/** What happened, before it has its place in the chain. */
export type Happening = Pick<Event, "at" | "type" | "device" | "details">;

/** The next event after `head`. */
export function chained({ number, hash: previous }: Head, happening: Happening): Event {
  const unhashed = { number: number + 1, ...happening, previous };
  return { schema: 1, ...unhashed, hash: hashOf(unhashed) };
}

/**
 * SHA-256 of an event's members as a JSON array (RFC 8785), which fixes their order: docs/protocol.md. A member of
 * the details that the event does not have is null.
 */
export function hashOf(event: Omit<Event, "schema" | "hash">): string {
  const { number, at, type, device, details, previous } = event;
  const { code = null, deviceId = null, recoveryId = null, version = null } = details;
  const members = [
    number,
    at,
    type,
    device ? [device.deviceId, device.name, device.platform] : null,
    [code, deviceId, recoveryId, version],
    previous,
  ];
  return hash("sha256", JSON.stringify(members), "base64url");
}
