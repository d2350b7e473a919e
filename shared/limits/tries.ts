import { MOST_DEVICES } from "../model/device.ts";
import type { Tally } from "../model/tries.ts";
import { type TryKind, timestampOf } from "../words.ts";

const HOUR = 60 * 60 * 1000;

interface Limit {
  /** Milliseconds from the first try until counting starts over. */
  readonly window: number;
  readonly perPhone: number;
  readonly perOwner: number;
  /** Whether what other phones tried counts for a trusted phone, too: only if a list grows with each try. */
  readonly trustedToo?: true;
  /** Whether a phone that has not tried is never stopped by what others tried. */
  readonly sparesOthers?: true;
}

/** How many tries there are. A refused proof identifies no phone, so it is charged to "unknown". */
export const LIMITS: Readonly<Record<TryKind, Limit>> = {
  recoveries: { window: 24 * HOUR, perPhone: 5, perOwner: 10, trustedToo: true },
  conflicts: { window: 24 * HOUR, perPhone: 10, perOwner: 20 },
  "recovery-keys": { window: 24 * HOUR, perPhone: 5, perOwner: 10 },
  "step-ups": { window: HOUR, perPhone: 10, perOwner: 30 },
  proofs: { window: HOUR, perPhone: 20, perOwner: 20 },
  registrations: { window: 24 * HOUR, perPhone: 10, perOwner: 10, trustedToo: true },
  losses: { window: 24 * HOUR, perPhone: 3, perOwner: 3, trustedToo: true },
  "contact-codes": { window: 24 * HOUR, perPhone: 5, perOwner: 10, sparesOthers: true },
  "contact-sends": { window: 24 * HOUR, perPhone: 5, perOwner: 20, sparesOthers: true },
  challenges: { window: 24 * HOUR, perPhone: 50, perOwner: 200, sparesOthers: true },
  "challenge-codes": { window: 24 * HOUR, perPhone: 5, perOwner: 10, sparesOthers: true },
  "activation-codes": { window: 24 * HOUR, perPhone: 10, perOwner: 30, sparesOthers: true },
};

/** The phone that tries; undefined while it is not registered. */
export type Trier = { readonly deviceId: string; readonly trusted?: unknown } | undefined;

/**
 * The tallies with one more try; those whose time has passed are left out, and the oldest of a kind's phones if there
 * are more than an owner can have: a phone that is revoked and registered over and over must not fill the list.
 * @param now milliseconds since the epoch
 */
export function withTry(tallies: readonly Tally[], of: TryKind, trier: Trier, now: number): Tally[] {
  const live = tallies.filter((tally) => isLive(tally, now));
  const counted = trier ? [undefined, trier.deviceId] : [undefined];
  const others = live.filter((tally) => tally.of !== of || !counted.includes(tally.deviceId));
  const phones = others.filter((tally) => tally.of === of && tally.deviceId !== undefined);
  const [oldest] = phones.length >= MOST_DEVICES ? phones.toSorted(bySince) : [];
  const touched = counted.map((deviceId): Tally => {
    const before = find(live, of, deviceId);
    return {
      of,
      ...(deviceId !== undefined && { deviceId }),
      count: (before?.count ?? 0) + 1,
      since: before?.since ?? timestampOf(now),
    };
  });
  return [...others.filter((tally) => tally !== oldest), ...touched];
}

/** The tallies with one try of a phone taken back: it cost nothing. */
export function withoutTry(
  tallies: readonly Tally[],
  of: TryKind,
  { deviceId }: { deviceId: string },
): Tally[] {
  return tallies.flatMap((tally) => {
    const isCounted = tally.of === of && (tally.deviceId === undefined || tally.deviceId === deviceId);
    if (!isCounted) return [tally];
    return tally.count > 1 ? [{ ...tally, count: tally.count - 1 }] : [];
  });
}

function bySince(a: Tally, b: Tally): number {
  return Date.parse(a.since) - Date.parse(b.since);
}

/** How many tries of a kind a phone has left. */
export function triesLeft(tallies: readonly Tally[], of: TryKind, trier: Trier, now: number): number {
  const live = tallies.filter((tally) => isLive(tally, now));
  const left = countsFor(live, of, trier).map(({ deviceId, most }) => most - countOf(live, of, deviceId));
  return Math.max(0, Math.min(...left));
}

/** Which kind of try a phone has none left of, and until when in milliseconds since the epoch. */
export function exhausted(
  tallies: readonly Tally[],
  kinds: readonly TryKind[],
  trier: Trier,
  now: number,
): { readonly of: TryKind; readonly until: number } | undefined {
  for (const of of kinds) {
    const live = tallies.filter((tally) => isLive(tally, now));
    const ends = countsFor(live, of, trier).flatMap(({ deviceId, most }) => {
      const spent = find(live, of, deviceId);
      return spent && spent.count >= most ? [endOf(spent, now)] : [];
    });
    if (ends.length > 0) return { of, until: Math.max(...ends) };
  }
  return undefined;
}

/**
 * The tallies that count for a phone. What others tried does not count for one that is trusted or, of some kinds, has not
 * tried: a thief who spends the owner's tries would otherwise lock the owner out.
 */
function countsFor(
  live: readonly Tally[],
  of: TryKind,
  trier: Trier,
): { readonly deviceId: string | undefined; readonly most: number }[] {
  const { perPhone, perOwner, trustedToo, sparesOthers } = LIMITS[of];
  const own = trier ? [{ deviceId: trier.deviceId, most: perPhone }] : [];
  const isSpared =
    (trier?.trusted && !trustedToo) || (trier && sparesOthers && countOf(live, of, trier.deviceId) === 0);
  return isSpared ? own : [...own, { deviceId: undefined, most: perOwner }];
}

function find(tallies: readonly Tally[], of: TryKind, deviceId: string | undefined): Tally | undefined {
  return tallies.find((tally) => tally.of === of && tally.deviceId === deviceId);
}

function countOf(tallies: readonly Tally[], of: TryKind, deviceId: string | undefined): number {
  return find(tallies, of, deviceId)?.count ?? 0;
}

/** A count that began ahead of this instance's clock lasts at most its full length from now. */
function endOf({ of, since }: Tally, now: number): number {
  return Math.min(Date.parse(since), now) + LIMITS[of].window;
}

function isLive(tally: Tally, now: number): boolean {
  return now < endOf(tally, now);
}
