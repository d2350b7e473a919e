import { hash } from "node:crypto";
import { uuidOf } from "../formats.ts";
import type { Notice, Outcome } from "../model/notice.ts";
import { ERASED_NOTICE_TTL, ids, NOTICE_TTL } from "../store/items.ts";
import { timestampOf } from "../words.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** Milliseconds from a commit until a sweep takes up what it tells: by then the request itself has sent it. */
export const AT_ONCE = 30 * SECOND;

/** Milliseconds for which a notice is a sweep's own: more than reading, sending and marking take. */
const CLAIMED = 60 * SECOND;

/** Milliseconds after which what can't be read is looked at again: a release may have been rolled back meanwhile. */
const PARKED = 60 * MINUTE;

/** Milliseconds after the first attempt of a sweep, the second, and so on; after the last as after the one before. */
const BACKOFF = [1, 2, 4, 8, 15, 30].map((minutes) => minutes * MINUTE);

/** Attempts by sweeps; the last one is two and a half hours after the first. */
const MOST_ATTEMPTS = 10;

/** Seconds that a notice is kept; what it tells is over then. */
export function lifeOf({ type }: Pick<Notice, "type">): number {
  return type === "erased" ? ERASED_NOTICE_TTL : NOTICE_TTL;
}

const endOf = (notice: Pick<Notice, "type" | "at">) => Date.parse(notice.at) + lifeOf(notice) * SECOND;

/** Seconds that are left of its life: whoever replaces it must not prolong that. */
export function secondsLeft(notice: Pick<Notice, "type" | "at">, now: number): number {
  return Math.max(1, Math.ceil((endOf(notice) - now) / SECOND));
}

/** The targets to which it is still to be sent. */
export function unsent({ to, contacts = [], outcomes = {} }: Notice): string[] {
  return [...to, ...contacts].filter((target) => outcomes[target] === undefined);
}

/** A notice that a sweep has taken up: nobody else sends it for a minute. Undefined if its attempts are used up. */
export function claimed(notice: Notice, now: number): Notice | undefined {
  const { attempts = 0 } = notice;
  if (attempts >= MOST_ATTEMPTS) return undefined;
  return { ...notice, attempts: attempts + 1, dueAt: timestampOf(now + CLAIMED) };
}

/** When a notice is tried again. */
interface Again {
  readonly now: number;
  /** Seconds that a platform asks to be left alone. */
  readonly retryAfter?: number;
  /** Until when targets wait for what is not a failure, by target: milliseconds since the epoch. */
  readonly waits?: ReadonlyMap<string, number>;
}

/**
 * A notice after an attempt: sent, put off, or dead. A target that waits holds up none that failed, and waiting uses up no
 * attempt: what others are told by it would be lost with it.
 * @param made what has become of targets; those that are not in it were not reached
 */
export function attempted(
  notice: Notice,
  made: ReadonlyMap<string, Outcome>,
  { now, retryAfter = 0, waits = new Map() }: Again,
): Notice {
  const next = { ...notice, outcomes: { ...notice.outcomes, ...Object.fromEntries(made) } };
  const left = unsent(next);
  if (left.length === 0) return finished(next);
  const { attempts = 0 } = notice;
  // The request's own: a sweep comes soon enough.
  if (attempts === 0) return next;
  const failed = left.filter((target) => !waits.has(target));
  if (failed.length === 0) {
    return putOff(next, Math.min(...left.flatMap((target) => waits.get(target) ?? [])), attempts - 1);
  }
  if (attempts >= MOST_ATTEMPTS) {
    return attempted(notice, new Map([...made, ...failed.map(givenUp)]), { now, waits });
  }
  const pause = BACKOFF[Math.min(attempts, BACKOFF.length) - 1] ?? 0;
  return putOff(next, now + Math.max(pause, retryAfter * SECOND), attempts);
}

function putOff(notice: Notice, dueAt: number, attempts: number): Notice {
  return dueAt >= endOf(notice) ? dead(notice) : { ...notice, dueAt: timestampOf(dueAt), attempts };
}

const givenUp = (target: string) => [target, "dead"] as const;

/** A notice that is given up. */
export function dead(notice: Notice): Notice {
  const given = unsent(notice).map(givenUp);
  return finished({ ...notice, outcomes: { ...notice.outcomes, ...Object.fromEntries(given) } });
}

/** A notice that was given up, to be tried again as if it had just been committed; undefined if it was not. */
export function requeued(notice: Notice, now: number): Notice | undefined {
  const outcomes = Object.entries(notice.outcomes ?? {});
  const left = outcomes.filter(([, outcome]) => outcome !== "dead");
  if (notice.dueAt !== undefined || left.length === outcomes.length) return undefined;
  return { ...notice, outcomes: Object.fromEntries(left), dueAt: timestampOf(now), attempts: 0 };
}

function finished({ dueAt: _, attempts: __, ...notice }: Notice): Notice {
  return notice;
}

/** When an item is looked at again that can't be read. */
export function parkedUntil(now: number): string {
  return timestampOf(now + PARKED);
}

/** A notice's id as it is sent: that of an erasure looks like any other, since a push says nothing of what happened. */
export function noticeIdOf(id: string): string {
  const prefix = [ids.erasureNotice(""), ids.notice("")].find((start) => id.startsWith(start)) ?? "";
  return id.slice(prefix.length);
}

/**
 * The id of a notice's message to one target, the same with each attempt: a UUID of version 8 (RFC 9562). Two targets
 * under one id, and the platform drops the second one's message.
 */
export function messageId(noticeId: string, target: string): string {
  return uuidOf(hash("sha256", `authenticator-backup/v1/notice\0${noticeId}\0${target}`, "buffer"), 8);
}
