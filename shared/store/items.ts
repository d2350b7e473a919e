import * as z from "zod";
import { sha256 } from "../formats.ts";
import { type Envelope, envelopeShape } from "../model/envelope.ts";
import { type Event, eventShape } from "../model/event.ts";
import { type Notice, noticeShape } from "../model/notice.ts";
import { type Owner, ownerShape } from "../model/owner.ts";
import { type Recovery, recoveryShape } from "../model/recovery.ts";
import type { ItemKind } from "./schema.ts";

/** The items of an owner's partition: docs/storage-schema.md shows each with an example. */

export const owner: ItemKind<Owner> = { schema: 1, shape: ownerShape };

export const envelope: ItemKind<Envelope> = { schema: 1, shape: envelopeShape };

export const recovery: ItemKind<Recovery> = { schema: 1, shape: recoveryShape };

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

/** Seconds an event is kept: a year, and a month to notice. */
export const EVENT_TTL = 400 * 24 * 60 * 60;

export const event: ItemKind<Event> = { schema: 1, shape: eventShape };

/** Seconds a notice is kept: as long as a recovery can be denied. */
export const NOTICE_TTL = 14 * 24 * 60 * 60;

export const notice: ItemKind<Notice> = { schema: 1, shape: noticeShape };

/** The partition of what belongs to no owner: a `userId` is longer. */
export const SERVICE_PARTITION = "service";

/** By this a process knows that its service key is the one that this store was begun with. */
const serviceKeyCheckShape = z.strictObject({
  schema: z.literal(1),
  /** HMAC under a key derived from the service key. */
  check: sha256,
});

export const serviceKeyCheck: ItemKind<z.infer<typeof serviceKeyCheckShape>> = {
  schema: 1,
  shape: serviceKeyCheckShape,
};

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
  /** In {@link SERVICE_PARTITION}. */
  serviceKey: "service-key",
} as const;
