import * as z from "zod";
import { timestamp } from "../words.ts";

/** `codes` of the second container, in the partition of a subject: wrong one-time codes since the last right one. */
export const codeTriesShape = z.strictObject({
  schema: z.literal(1),
  /** Wrong codes in a row. */
  row: z.int().positive(),
  /** Those within a quarter of an hour, and since when. */
  count: z.int().nonnegative(),
  since: timestamp,
  /** When the last one came. */
  last: timestamp,
  /** How often it was locked, and until when it last was. */
  locks: z.int().nonnegative(),
  lockedUntil: timestamp.optional(),
});

export type CodeTries = z.infer<typeof codeTriesShape>;
