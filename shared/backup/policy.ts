import type { Device } from "../model/device.ts";
import type { Choice, Policy } from "../model/policy.ts";
import { timestampOf } from "../words.ts";
import { reaches } from "./keys.ts";

/** The policy as it counts now: a shorter waiting time whose time has come is the waiting time. */
export function settled(policy: Policy, now: number): Policy {
  const { shortening, ...rest } = policy;
  if (!shortening || now < Date.parse(shortening.from)) return policy;
  return { ...rest, waitingSeconds: shortening.waitingSeconds };
}

/**
 * The policy once a recovery was denied: a shortening whose time has not come ends, since the thief may have asked for
 * it. The time would run out during the freeze, and the next recovery would not wait.
 */
export function withoutShortening(policy: Policy, now: number): Policy {
  const { shortening: _, ...present } = settled(policy, now);
  return present;
}

/**
 * Seconds that a recovery waits on a phone: a trusted one may have every key from its `from` on anyway, and never waits
 * for them [H10].
 * @param key the number of the user key that it would bring; left out, a new one
 */
export function waitOn(
  device: Pick<Device, "trusted">,
  policy: Policy,
  key: number | undefined,
  now: number,
): number {
  if (device.trusted && (key === undefined || reaches(device, key))) return 0;
  return settled(policy, now).waitingSeconds;
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
