import * as z from "zod";
import { randomId, sha256 } from "../formats.ts";
import { purpose, timestamp } from "../words.ts";
import { actor } from "./event.ts";

/** What the owner's other phones are told of [H5, H10]. */
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
]);

export type NoticeType = z.infer<typeof noticeType>;

/**
 * A notice to phones: data that the app makes a sentence of, in its own language. It is committed with what it tells
 * of, so neither goes without the other.
 */
export const noticeShape = z.strictObject({
  schema: z.literal(1),
  at: timestamp,
  type: noticeType,
  /** The phone that did it. */
  device: actor,
  recoveryId: randomId.optional(),
  /** What the recovery is for. */
  purpose: purpose.optional(),
  /** The phone that it was done to. */
  deviceId: sha256.optional(),
  /** With `recovery-waiting`: until when it waits. */
  releaseAt: timestamp.optional(),
  /** The `deviceId` of each phone that is told. */
  to: z.array(sha256).min(1),
});

export type Notice = z.infer<typeof noticeShape>;
