import type { SendCount } from "../model/contact.ts";
import { timestampOf } from "../words.ts";

/** Milliseconds between two codes to one contact. */
export const APART = 60 * 1000;

/** The most codes to one contact, and to one address over all owners, within {@link WINDOW}. */
export const MOST_SENDS = 3;

/** Milliseconds from the first send until counting starts over: a day. */
export const WINDOW = 24 * 60 * 60 * 1000;

export type SendRefusal =
  /** Milliseconds since the epoch. */
  | { readonly reason: "code-sent-recently"; readonly until: number }
  | { readonly reason: "too-many-sends"; readonly until: number };

/** Why nothing is sent now. A count that began ahead of this instance's clock lasts at most its full length from now. */
export function refuseSend(count: SendCount | undefined, now: number): SendRefusal | undefined {
  const live = liveCount(count, now);
  if (!live) return undefined;
  if (live.count >= MOST_SENDS) return { reason: "too-many-sends", until: since(live, now) + WINDOW };
  const until = Math.min(Date.parse(live.last), now) + APART;
  return now < until ? { reason: "code-sent-recently", until } : undefined;
}

/** The count with one more send. */
export function withSend(count: SendCount | undefined, now: number): SendCount {
  const live = liveCount(count, now);
  const last = timestampOf(now);
  return { count: (live?.count ?? 0) + 1, since: live?.since ?? last, last };
}

function liveCount(count: SendCount | undefined, now: number): SendCount | undefined {
  return count && now < since(count, now) + WINDOW ? count : undefined;
}

function since(count: SendCount, now: number): number {
  return Math.min(Date.parse(count.since), now);
}
