import * as z from "zod";
import { randomId, sha256 } from "../formats.ts";
import { timestamp } from "../words.ts";
import { actor } from "./event.ts";

/** What the owner's other phones are told of [H5, H10]. */
export const noticeType = z.enum([
  "recovery-waiting",
  "recovery-released",
  "recovery-approved",
  "recovery-denied",
  "freeze-lifted",
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
  /** With `recovery-waiting`: until when it waits. */
  releaseAt: timestamp.optional(),
  /** The `deviceId` of each phone that is told. */
  to: z.array(sha256).min(1),
});

export type Notice = z.infer<typeof noticeShape>;
