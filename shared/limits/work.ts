import { LRUCache } from "lru-cache";

/** Seconds of work that a phone may ask for at once: an app that catches up after a night offline needs no more. */
export const WORK_AT_ONCE = 30;

/** The most phones whose work is remembered; one that is forgotten begins again with all of it. */
const MOST_PHONES = 10_000;

/** What one instance does for each phone: a token bucket, in units of work (docs/architecture.md). */
export interface WorkBudget {
  /**
   * Takes `work` from what the phone has left. If there is less, nothing is taken.
   * @param phone the phone and its owner
   * @returns seconds until there is enough; undefined if there was
   */
  take(phone: string, work: number): number | undefined;
}

/**
 * A budget for each phone and not for its owner: whoever took the owner's sign-in over would otherwise spend what the
 * owner's own phones need.
 * @param perSecond units
 * @param now milliseconds
 */
export function createWorkBudget({
  perSecond,
  now,
}: {
  readonly perSecond: number;
  readonly now: () => number;
}): WorkBudget {
  const most = perSecond * WORK_AT_ONCE;
  const buckets = new LRUCache<string, { left: number; at: number }>({ max: MOST_PHONES });

  return {
    take(phone, work) {
      const time = now();
      const before = buckets.get(phone) ?? { left: most, at: time };
      // A clock that is set back adds nothing, and takes nothing.
      const gained = Math.max(0, ((time - before.at) / 1000) * perSecond);
      const left = Math.min(most, before.left + gained);
      const missing = work - left;
      buckets.set(phone, { left: missing > 0 ? left : left - work, at: time });
      return missing > 0 ? missing / perSecond : undefined;
    },
  };
}
