import * as z from "zod";
import { timestamp, timestampOf } from "../formats.ts";

/** Seconds that a recovery may be made to wait at the most: 7 days [H10]. */
export const LONGEST_WAIT = 7 * 24 * 60 * 60;

const waitingSeconds = z.int().nonnegative().max(LONGEST_WAIT);

/** What an owner may choose. */
export const choice = z.strictObject({
  /** What blocks a recovery: an account of the backup that is on the phone already [D2], or any account there [D3]. */
  conflict: z.enum(["same-account", "any-account"]),
  /** Whether a phone of the other operating system may recover; it has to be allowed beforehand [H8]. */
  otherPlatform: z.boolean(),
  /** Seconds from the begin of a recovery on a new phone to its release, unless another phone approves it [H10]. */
  waitingSeconds,
});

export type Choice = z.infer<typeof choice>;

export const policy = choice.extend({
  /** A shorter waiting time that was chosen, and from when it counts; left out where none was. */
  shortening: z.strictObject({ waitingSeconds, from: timestamp }).optional(),
});

export type Policy = z.infer<typeof policy>;

export const DEFAULT_POLICY: Policy = { conflict: "same-account", otherPlatform: false, waitingSeconds: 0 };

/** The policy as it counts now: a shorter waiting time whose time has come is the waiting time. */
export function settled(policy: Policy, now: number): Policy {
  const { shortening, ...rest } = policy;
  if (!shortening || now < Date.parse(shortening.from)) return policy;
  return { ...rest, waitingSeconds: shortening.waitingSeconds };
}

/** Seconds that a recovery waits on a phone: one that has the backup could ask for its key, and never waits [H10]. */
export function waitOn(
  device: { readonly holdsBackup: boolean } | undefined,
  policy: Policy,
  now: number,
): number {
  return device?.holdsBackup ? 0 : settled(policy, now).waitingSeconds;
}

/**
 * The policy after a choice. A longer waiting time counts at once; a shorter one only when the one before has passed
 * [H10]: a thief who holds an unlocked phone could otherwise end the wait and recover.
 */
export function chosen(policy: Policy, changes: Partial<Choice>, now: number): Policy {
  const { shortening, ...present } = settled(policy, now);
  const next = { ...present, ...changes };
  if (changes.waitingSeconds === undefined) return { ...next, ...(shortening && { shortening }) };
  if (next.waitingSeconds >= present.waitingSeconds) return next;
  const unchanged = shortening?.waitingSeconds === next.waitingSeconds;
  const from = unchanged ? shortening.from : timestampOf(now + present.waitingSeconds * 1000);
  return {
    ...next,
    waitingSeconds: present.waitingSeconds,
    shortening: { waitingSeconds: next.waitingSeconds, from },
  };
}
