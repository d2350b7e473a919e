import * as z from "zod";
import { randomId } from "../formats.ts";
import { timestamp } from "../words.ts";

/** What notices have cost one owner in texts since the first of a day. */
export const noticeTextsShape = z.strictObject({
  schema: z.literal(1),
  since: timestamp,
  /** The id of each message that was counted: one that is sent again is counted once. */
  messages: z.array(z.uuid()).max(3),
  /** By contact, the notice whose text waits until the day is over; what comes after it is folded into that. */
  waiting: z.record(randomId, randomId),
});

export type NoticeTexts = Omit<z.infer<typeof noticeTextsShape>, "schema">;
