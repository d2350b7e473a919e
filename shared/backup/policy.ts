import type { Choice, Policy } from "../model/policy.ts";
import { timestampOf } from "../words.ts";

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
