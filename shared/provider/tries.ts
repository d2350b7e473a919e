import type { CodeTries } from "../model/codeTries.ts";
import { timestampOf } from "../words.ts";

const MINUTE = 60 * 1000;

/** Milliseconds within which wrong codes are counted together; as long as the first lock. */
const WINDOW = 15 * MINUTE;

/** Wrong codes within {@link WINDOW} that lock a subject. */
const MOST_WRONG = 5;

/** Milliseconds of the longest lock. */
const LONGEST_LOCK = 24 * 60 * MINUTE;

/** Wrong codes in a row that close a subject until one of its phones answers a push. */
const MOST_IN_A_ROW = 100;

export type CodesRefusal =
  /** Milliseconds since the epoch. */
  { readonly reason: "locked"; readonly until: number } | { readonly reason: "closed" };

/** Why no code is looked at now. @param now milliseconds since the epoch */
export function refuseCodes(tries: CodeTries | undefined, now: number): CodesRefusal | undefined {
  if (!tries) return undefined;
  if (tries.row >= MOST_IN_A_ROW) return { reason: "closed" };
  const until = lockEnd(tries, now);
  return now < until ? { reason: "locked", until } : undefined;
}

/** A lock that was set ahead of this instance's clock lasts at most its full length from now. */
function lockEnd({ lockedUntil, locks }: CodeTries, now: number): number {
  return lockedUntil === undefined ? 0 : Math.min(Date.parse(lockedUntil), now + lockOf(locks));
}

/** Milliseconds of a lock; each is twice as long as the one before. @param number 1 for the first */
function lockOf(number: number): number {
  return Math.min(LONGEST_LOCK, WINDOW * 2 ** (number - 1));
}

/** The tries with one more code that was wrong. */
export function withWrongCode(tries: CodeTries | undefined, now: number): CodeTries {
  const at = timestampOf(now);
  const begins = !tries || now >= Math.min(Date.parse(tries.since), now) + WINDOW;
  const count = begins ? 1 : tries.count + 1;
  const locks = (tries?.locks ?? 0) + (count >= MOST_WRONG ? 1 : 0);
  return {
    schema: 1,
    row: (tries?.row ?? 0) + 1,
    // Counted anew once the lock is over, which is no shorter than the window.
    count,
    since: begins ? at : tries.since,
    last: at,
    locks,
    ...(count >= MOST_WRONG && { lockedUntil: timestampOf(now + lockOf(locks)) }),
  };
}

/** Whether a phone was verified, by answering a push, since the last wrong code: that opens what was closed. */
export function isOpenedBy({ last }: Pick<CodeTries, "last">, verifiedAt: string): boolean {
  return Date.parse(verifiedAt) > Date.parse(last);
}
