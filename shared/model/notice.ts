import * as z from "zod";
import { randomId, sha256 } from "../formats.ts";
import { purpose, timestamp } from "../words.ts";
import { contactShape } from "./contact.ts";
import { actor } from "./event.ts";
import { pushTokenShape } from "./pushToken.ts";

/** What the owner's other phones and contacts are told of [H5, H10]. */
export const noticeType = z.enum([
  "device-registered",
  "device-revoked",
  "device-displaced",
  "backup-enabled",
  "backup-deleted",
  "backup-started-anew",
  "version-restored",
  "policy-changed",
  "recovery-key-set",
  "recovery-key-removed",
  "recovery-waiting",
  "recovery-released",
  "recovery-approved",
  "recovery-denied",
  "freeze-lifted",
  "exported",
  "contact-added",
  "contact-confirmed",
  "contact-removed",
  "erased",
]);

export type NoticeType = z.infer<typeof noticeType>;

/** What became of a message to one target; left out while it is still to be sent. */
const outcome = z.enum([
  /** The platform took it: nothing says that it arrived. */
  "sent",
  /** There is nowhere to send it: no token, an address that is no more, a phone or contact removed since. */
  "unreachable",
  /** The platform will not take it for this target, ever. */
  "refused",
  /** Another message tells of it: the text that waits for the same number or, with too many texts in an hour, the mail. */
  "folded",
  /** It was tried until its time was over. */
  "dead",
]);

export type Outcome = z.infer<typeof outcome>;

/** Where a target is reached of which nothing else is left: what `push:{deviceId}` or `contact:{id}` held. */
const kept = z.union([
  pushTokenShape.omit({ schema: true, at: true }),
  contactShape.omit({ schema: true, hint: true }),
]);

export type Kept = z.infer<typeof kept>;

/**
 * A notice to phones and contacts: what it tells the app shows from status and record. It is committed with what it
 * tells of, so neither goes without the other.
 */
export const noticeShape = z.strictObject({
  schema: z.literal(1),
  at: timestamp,
  type: noticeType,
  /** The phone that did it; left out of `erased`, since nothing is left in the clear of an erased owner. */
  device: actor.optional(),
  recoveryId: randomId.optional(),
  /** What the recovery is for. */
  purpose: purpose.optional(),
  /** The phone that it was done to. */
  deviceId: sha256.optional(),
  /** With `recovery-waiting`: until when it waits. */
  releaseAt: timestamp.optional(),
  /** The `deviceId` of each phone that is told. */
  to: z.array(sha256),
  /** The id of each contact that is told. */
  contacts: z.array(randomId).optional(),
  /** By the target's id; with `erased` alone. */
  kept: z.record(z.string(), kept).optional(),
  /** By the target's id. */
  outcomes: z.record(z.string(), outcome).optional(),
  /** When a sweep sends what is still to be sent; left out once there is nothing. */
  dueAt: timestamp.optional(),
  /** How often sweeps have taken it up; left out with `dueAt`. */
  attempts: z.int().nonnegative().optional(),
});

export type Notice = z.infer<typeof noticeShape>;

/** What is told, and of what: the rest of a notice is how it gets there. */
export type Told = { readonly type: Exclude<NoticeType, "erased"> } & Pick<
  Notice,
  "recoveryId" | "purpose" | "deviceId" | "releaseAt"
>;
