import * as z from "zod";
import { sha256 } from "../formats.ts";
import {
  type Activation,
  type ActivationCode,
  type ActivationKey,
  activationCodeShape,
  activationKeyShape,
  activationShape,
  type OpenActivations,
  openActivationsShape,
} from "../model/activation.ts";
import { type Challenge, challengeShape } from "../model/challenge.ts";
import { type CodeTries, codeTriesShape } from "../model/codeTries.ts";
import { type Contact, contactShape, sendCount } from "../model/contact.ts";
import {
  accountKeyShape,
  type Credential,
  credentialShape,
  type Holder,
  holderShape,
  type Issued,
  issuedShape,
} from "../model/credential.ts";
import { type Envelope, envelopeShape } from "../model/envelope.ts";
import { type Event, eventShape } from "../model/event.ts";
import { type Notice, noticeShape } from "../model/notice.ts";
import { noticeTextsShape } from "../model/noticeTexts.ts";
import type { Owner } from "../model/owner.ts";
import { type PushToken, pushTokenShape } from "../model/pushToken.ts";
import { type Recovery, recoveryShape } from "../model/recovery.ts";
import { packed, storedOwner } from "../model/storedOwner.ts";
import { timestamp } from "../words.ts";
import type { ItemKind } from "./schema.ts";

/** The items of an owner's partition: docs/storage-schema.md shows each with an example. */

/** Written with `packed`. Before, versions stood in it as the rules have them. */
export const owner: ItemKind<Owner> = {
  schema: 2,
  shape: storedOwner,
  migrations: { 1: (body) => packed(body as unknown as Owner) },
};

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

/** Seconds that the notice of an erasure is kept, if it can't be sent before: it is all that is left of its owner. */
export const ERASED_NOTICE_TTL = 24 * 60 * 60;

export const notice: ItemKind<Notice> = { schema: 1, shape: noticeShape };

export const pushToken: ItemKind<PushToken> = { schema: 1, shape: pushTokenShape };

export const contact: ItemKind<Contact> = { schema: 1, shape: contactShape };

/**
 * Seconds that a contact is kept after it was removed: 14 days, and as long as a freeze may make them stand still. It
 * counts only as long as the owner's item lists it.
 */
export const REMOVED_CONTACT_TTL = (14 + 30 + 1) * 24 * 60 * 60;

/** Seconds that a token is kept: FCM drops one that was not used for 270 days, and the app says it at every start. */
export const PUSH_TOKEN_TTL = 270 * 24 * 60 * 60;

export const challenge: ItemKind<Challenge> = { schema: 1, shape: challengeShape };

export const credential: ItemKind<Credential> = { schema: 1, shape: credentialShape };

export const accountKey: ItemKind<z.infer<typeof accountKeyShape>> = { schema: 1, shape: accountKeyShape };

/** Seconds that a sign-in which verified an account is remembered, so that it does so once: longer than it stays fresh. */
export const SIGN_IN_TTL = 24 * 60 * 60;

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

/** When a sweep of notices last looked at everything that was due. */
const sweptShape = z.strictObject({ schema: z.literal(1), at: timestamp });

export const swept: ItemKind<z.infer<typeof sweptShape>> = { schema: 1, shape: sweptShape };

/** How re-wrapping stands. */
const rewrapShape = z.strictObject({
  schema: z.literal(1),
  /** When the last batch was. */
  at: timestamp,
  /** What things were put under by it: names of the key encryption keys' versions and of the service key, sorted. */
  current: z.array(z.string()),
  /** When a batch first found these. */
  since: timestamp,
  /** The partition behind which the next batch begins; left out where it begins from the start. */
  after: z.string().optional(),
  /** Keys and sealed values that were moved since then. */
  moved: z.int().nonnegative(),
  /** Items that were still under others at the end of the last batch. */
  left: z.int().nonnegative(),
  /** Of those that it took up, how many could not be moved. */
  failed: z.int().nonnegative(),
});

export const rewrapState: ItemKind<z.infer<typeof rewrapShape>> = { schema: 1, shape: rewrapShape };

// In the second container, which holds what belongs to no owner.

/** Codes that were sent to one address by all owners, in the partition `sends:{HMAC(address)}`. */
const sendsShape = sendCount.extend({ schema: z.literal(1) });

export const sends: ItemKind<z.infer<typeof sendsShape>> = { schema: 1, shape: sendsShape };

/** Texts that were sent in one hour, in one of its parts: the partition `texts:{hour}:{part}`. */
const textsShape = z.strictObject({ schema: z.literal(1), count: z.int().nonnegative() });

export const texts: ItemKind<z.infer<typeof textsShape>> = { schema: 1, shape: textsShape };

/** Prefixes that are closed to texts, in the partition `texts-closed`. */
const closedTextsShape = z.strictObject({ schema: z.literal(1), prefixes: z.array(z.string()) });

export const closedTexts: ItemKind<z.infer<typeof closedTextsShape>> = { schema: 1, shape: closedTextsShape };

/** Texts of notices to one owner, in the partition `notice-texts:{HMAC(userId)}`. */
export const noticeTexts: ItemKind<z.infer<typeof noticeTextsShape>> = { schema: 1, shape: noticeTextsShape };

export const activation: ItemKind<Activation> = { schema: 1, shape: activationShape };

export const activationCode: ItemKind<ActivationCode> = { schema: 1, shape: activationCodeShape };

export const holder: ItemKind<Holder> = { schema: 1, shape: holderShape };

export const issued: ItemKind<Issued> = { schema: 1, shape: issuedShape };

export const openActivations: ItemKind<OpenActivations> = { schema: 1, shape: openActivationsShape };

export const activationKey: ItemKind<ActivationKey> = { schema: 1, shape: activationKeyShape };

export const codeTries: ItemKind<CodeTries> = { schema: 1, shape: codeTriesShape };

/** Seconds that wrong one-time codes are remembered: what was closed by a hundred of them stays closed for a year. */
export const CODE_TRIES_TTL = 400 * 24 * 60 * 60;

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
  /** Told apart by its id alone: an erasure lists no bodies. */
  erasureNotice: (id: string) => `notice:erasure-${id}`,
  push: (deviceId: string) => `push:${deviceId}`,
  contact: (id: string) => `contact:${id}`,
  challenge: (id: string) => `challenge:${id}`,
  /** The prefix of a phone's, with an empty `ref`. */
  credential: (deviceId: string, ref: string) => `credential:${deviceId}:${ref}`,
  accountKey: (thumbprint: string) => `key:${thumbprint}`,
  /** That a token has verified an account. */
  signIn: (tokenHash: string) => `sign-in:${tokenHash}`,
  proof: (id: string) => `proof:${id}`,
  idempotency: (key: string) => `idempotency:${key}`,
  /** In {@link SERVICE_PARTITION}. */
  serviceKey: "service-key",
  /** What `ready` writes, and nobody else reads. */
  tried: (id: string) => `tried:${id}`,
  swept: "swept",
  rewrap: "rewrap",
  /** In the second container. */
  sends: "sends",
  texts: (of: "codes" | "notices") => `texts:${of}`,
  noticeTexts: "notice-texts",
  activation: (id: string) => `activation:${id}`,
  activationCode: "code",
  /** The prefix of a subject's, with an empty `userId`. */
  holder: (userId: string, deviceId: string) =>
    userId === "" ? "credential:" : `credential:${userId}:${deviceId}`,
  issued: (credentialId: string) => `issued:${credentialId}`,
  openActivations: "open",
  activationKey: "key",
  codeTries: "codes",
  closedTexts: "texts-closed",
} as const;
