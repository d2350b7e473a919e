import * as z from "zod";
import { conflictPolicy, timestamp } from "../words.ts";

/** The longest that a recovery can be made to wait, in seconds: 7 days [H10]. */
export const LONGEST_WAIT = 7 * 24 * 60 * 60;

const waitingSeconds = z.int().nonnegative().max(LONGEST_WAIT);

/** What an owner may choose. */
export const choice = z.strictObject({
  conflict: conflictPolicy,
  /** Whether a phone of the other operating system may recover; it has to be allowed beforehand [H8]. */
  otherPlatform: z.boolean(),
  /** Seconds from the start of a recovery on a new phone to its release, unless another phone approves it [H10]. */
  waitingSeconds,
});

export type Choice = z.infer<typeof choice>;

export const policy = choice.extend({
  /** A shorter waiting time that was chosen, and from when it counts; left out if none was. */
  shortening: z.strictObject({ waitingSeconds, from: timestamp }).optional(),
});

export type Policy = z.infer<typeof policy>;

export const DEFAULT_POLICY: Policy = { conflict: "same-account", otherPlatform: false, waitingSeconds: 0 };
