import { placeOfAddress, placeOfToken } from "../keys/places.ts";
import type { ServiceKey } from "../keys/serviceKey.ts";
import { failureOf, type Log } from "../log.ts";
import { costOf, metered } from "../meter.ts";
import type { Kept, Notice, Outcome } from "../model/notice.ts";
import type { Owner } from "../model/owner.ts";
import type { Notify, Sent } from "../notify/port.ts";
import { contact, ids, notice as noticeKind, pushToken } from "../store/items.ts";
import type { DueItem, Store, StoredItem } from "../store/port.ts";
import { readOwner } from "../store/read.ts";
import { parseItem } from "../store/schema.ts";
import type { System } from "../system.ts";
import { within } from "../within.ts";
import { timestampOf } from "../words.ts";
import { nameDead } from "./deadNotices.ts";
import { mark, park, type StoredNotice, takeAway } from "./mark.ts";
import { isMail, isPush, mayReach } from "./reach.ts";
import { attempted, claimed, dead, messageId, noticeIdOf, parkedUntil, unsent } from "./schedule.ts";
import type { TextLimits } from "./textLimits.ts";

// docs/delivery.md has the life of a notice.

/** How notices leave the service. Neither method rejects: what was not sent is due, and sent by a later sweep. */
export interface Delivery {
  /**
   * Sends what a request has just committed, within two seconds, and marks it.
   * @param notices of one owner
   * @param owner as committed; undefined if erased
   */
  sendNow(notices: readonly StoredNotice[], owner: Owner | undefined): Promise<void>;
  /** Sends what is due, the earliest first, for at most 50 s. */
  sweep(): Promise<Swept>;
}

/** What a sweep came to. */
export interface Swept {
  /** Notices that it took up. */
  readonly taken: number;
  /** Whether it left some that were due: its time was over, or the store did not answer. */
  readonly more: boolean;
  /** Whether it was told of all that it asked the store for. */
  readonly complete: boolean;
}

interface DeliveryOptions {
  readonly store: Store;
  readonly notify: Notify;
  readonly texts: TextLimits;
  readonly serviceKey: Pick<ServiceKey, "unseal">;
  readonly system: Pick<System, "now">;
  readonly log: Log;
  readonly limits?: typeof LIMITS;
}

/** Milliseconds that reading targets and sending may take; a sweep's are far fewer than a notice is claimed for. */
const LIMITS = { request: 2_000, sweep: 20_000 };

/** Milliseconds after which a sweep takes up nothing more: the next one begins after a minute. */
const SWEEP_TIME = 50_000;

/** Notices that a sweep sends at once. */
const PAGE = 16;

/** What a sweep did, in notices. */
interface Tally {
  sent: number;
  /** Put off, or left to another instance. */
  left: number;
  dead: number;
  unreadable: number;
}

/** A target that is left to a later attempt. */
type Left =
  /** Seconds. */
  | { readonly retryAfter: number }
  /** Milliseconds since the epoch. @member isCapped whether a mail is sent in its place, where there is one */
  | { readonly until: number; readonly isCapped: boolean };

/** Something failed once a sweep had claimed a notice. */
class Claimed extends Error {
  override readonly name = "Claimed";

  constructor(cause: unknown) {
    super("a notice was claimed, and not sent", { cause });
  }
}

export function createDelivery({
  store,
  notify,
  texts,
  serviceKey,
  system,
  log,
  limits = LIMITS,
}: DeliveryOptions): Delivery {
  /** What is sent to of one owner: read when it is needed, and once. */
  function readTargets(partition: string) {
    const listed = new Map<string, Promise<readonly StoredItem[]>>();
    return async (id: string): Promise<StoredItem | undefined> => {
      const prefix = id.slice(0, id.indexOf(":") + 1);
      const items = listed.get(prefix) ?? store.list(partition, prefix);
      listed.set(prefix, items);
      return (await items).find((item) => item.id === id);
    };
  }

  type FindTarget = ReturnType<typeof readTargets>;

  /** Sends to all targets that are left, each on its own: one that fails holds up no other. */
  async function send(stored: StoredNotice, owner: Owner | undefined, find: FindTarget, limit: number) {
    const { notice } = stored;
    const made = new Map<string, Outcome>();
    const failures: unknown[] = [];
    const waits = new Map<string, number>();
    const capped: string[] = [];
    let retryAfter = 0;
    await atMost(limit, (signal) =>
      Promise.all(
        unsent(notice).map(async (target) => {
          try {
            const sent = await sendTo(stored, target, owner, find, { limit, signal });
            if (typeof sent === "string") made.set(target, sent);
            else if ("until" in sent) {
              waits.set(target, sent.until);
              if (sent.isCapped) capped.push(target);
            } else retryAfter = Math.max(retryAfter, sent.retryAfter);
          } catch (error) {
            failures.push(error);
          }
        }),
      ),
    ).catch((error: unknown) => failures.push(error));
    const outcomes = Object.entries({ ...notice.outcomes, ...Object.fromEntries(made) });
    const isMailed = outcomes.some(
      ([target, outcome]) => outcome === "sent" && isMail(notice, target, owner),
    );
    // Only a mail that a platform took stands for a text.
    if (isMailed) for (const target of capped) made.set(target, "folded");
    return { next: attempted(notice, made, { now: system.now(), retryAfter, waits }), failures };
  }

  /** @returns what became of the target, or that it is to be tried again */
  async function sendTo(
    { partition, id, notice }: StoredNotice,
    target: string,
    owner: Owner | undefined,
    find: FindTarget,
    { limit, signal }: { readonly limit: number; readonly signal: AbortSignal },
  ): Promise<Outcome | Left> {
    if (!mayReach(notice, target, owner, system.now())) return "unreachable";
    const isPhone = notice.to.includes(target);
    const item = isPhone ? ids.push(target) : ids.contact(target);
    const kept = notice.kept?.[target];
    const found = kept ? undefined : await find(item);
    const held = kept ?? (found && (isPhone ? parseItem(pushToken, found) : parseItem(contact, found)));
    if (!held) return "unreachable";
    const opened = await open(held, partition, target);
    // Nobody waits for it any more, and a sweep will send it.
    signal.throwIfAborted();
    const noticeId = noticeIdOf(id);
    const common = { id: messageId(noticeId, target), timeLimit: limit };
    const isText = !isPush(held) && held.kind === "phone";
    const counted = isText
      ? await texts.count({
          partition,
          noticeId,
          target,
          messageId: common.id,
          number: opened,
          isLast: notice.type === "erased",
        })
      : undefined;
    if (counted?.turn === "waits") return counted;
    if (counted && counted.turn !== "sends") return counted.turn;
    // Nobody waits for it any more, and a sweep will send it.
    signal.throwIfAborted();
    const sent = await sendOne(held, opened, noticeId, common);
    // What can't be taken back stays counted: one too many, never too few.
    if (sent.outcome === "refused" || sent.outcome === "busy") await counted?.takeBack().catch(() => {});
    const forget = async () => (isPhone && found ? await takeAway(store, partition, item, found.etag) : true);
    const outcome = await outcomeOf(sent, forget);
    const isListed = owner?.devices.some(({ deviceId }) => deviceId === target);
    // It was told that it is removed, and gets nothing more. Whether that works changes nothing in what became of it.
    if (typeof outcome === "string" && !isListed) await forget().catch(() => false);
    return outcome;
  }

  async function open(held: Kept, partition: string, target: string): Promise<string> {
    const [place, sealed] = isPush(held)
      ? ([placeOfToken(partition, target), held.token] as const)
      : ([placeOfAddress(partition, target), held.address] as const);
    return Buffer.from(await serviceKey.unseal(place, sealed)).toString();
  }

  function sendOne(held: Kept, to: string, noticeId: string, common: { id: string; timeLimit: number }) {
    if (isPush(held)) {
      const { platform, environment } = held;
      const target = { platform, environment, token: to };
      return notify.push({ ...common, target, content: { kind: "notice", noticeId } });
    }
    const message = { ...common, to, language: held.language, content: { kind: "notice" } } as const;
    return held.kind === "email" ? notify.mail(message) : notify.text(message);
  }

  async function sendNow(notices: readonly StoredNotice[], owner: Owner | undefined): Promise<void> {
    const find = readTargets(notices[0]?.partition ?? "");
    await Promise.all(
      notices.map(async (stored) => {
        try {
          const { next, failures } = await send(stored, owner, find, limits.request);
          if (next.dueAt !== undefined) told(stored.notice, "notice-put-off", failures);
          await mark(store, stored, next, system.now());
        } catch (error) {
          told(stored.notice, "notice-put-off", [error]);
        }
      }),
    );
  }

  function told({ type }: Pick<Notice, "type">, code: "notice-put-off" | "notice-dead", failures: unknown[]) {
    log({
      time: timestampOf(system.now()),
      level: code === "notice-dead" ? "error" : "info",
      operation: "notice-send",
      code,
      notice: type,
      ...(failures.length > 0 && { failure: failureOf(failures[0]) }),
    });
  }

  /** Takes up one item that is due. Rejects with {@link Claimed} where it is no longer, though it was not sent. */
  async function take(item: DueItem, tally: Tally): Promise<void> {
    const now = system.now();
    let stored: StoredNotice;
    try {
      const { partition, id, etag } = item;
      stored = { partition, id, etag, notice: parseItem(noticeKind, item) };
    } catch (error) {
      tally.unreadable++;
      log({
        time: timestampOf(now),
        level: "error",
        operation: "notice-send",
        code: "notice-unreadable",
        failure: failureOf(error),
      });
      await park(store, item, parkedUntil(now), now);
      return;
    }
    const taken = claimed(stored.notice, now);
    if (!taken) {
      await give(stored, dead(stored.notice), [], tally);
      return;
    }
    const mine = await mark(store, stored, taken, now);
    if (!mine) {
      tally.left++;
      return;
    }
    try {
      const { next, failures } = await attempt(mine);
      await give(mine, next, failures, tally);
    } catch (error) {
      // It is due again when the claim is over.
      tally.left++;
      throw new Claimed(error);
    }
  }

  async function attempt(mine: StoredNotice) {
    try {
      const owner = await readOwner(store, mine.partition);
      return await send(mine, owner?.item, readTargets(mine.partition), limits.sweep);
    } catch (error) {
      return { next: attempted(mine.notice, new Map(), { now: system.now() }), failures: [error] };
    }
  }

  async function give(stored: StoredNotice, next: Notice, failures: unknown[], tally: Tally): Promise<void> {
    // Before it is: a notice that nobody could find again would be lost. That of an erasure leaves nothing to find.
    if (isDead(next) && next.type !== "erased")
      await nameDead(store, { ...stored, notice: next }, system.now());
    await mark(store, stored, next, system.now());
    if (next.dueAt !== undefined) tally.left++;
    else if (!isDead(next)) tally.sent++;
    else {
      tally.dead++;
      told(next, "notice-dead", failures);
    }
  }

  async function sweep(): Promise<Swept> {
    const start = system.now();
    const tally: Tally = { sent: 0, left: 0, dead: 0, unreadable: 0 };
    const { result, calls } = await metered(() => sweepAll(start, tally));
    const { failures, waited, ...swept } = result;
    if (Object.values(tally).every((count) => count === 0) && failures.length === 0) return swept;
    log({
      time: timestampOf(start),
      level: tally.dead + tally.unreadable + failures.length > 0 ? "error" : "info",
      operation: "notices-sweep",
      ...tally,
      ...(waited !== undefined && { waited }),
      milliseconds: system.now() - start,
      ...costOf(calls),
      ...(failures.length > 0 && { failure: failureOf(failures[0]) }),
    });
    return swept;
  }

  /** @returns with what went wrong on the way, beside what becomes of notices */
  async function sweepAll(
    start: number,
    tally: Tally,
  ): Promise<Swept & { readonly failures: readonly unknown[]; readonly waited?: number }> {
    const failures: unknown[] = [];
    const before = timestampOf(start);
    let stuck = 0;
    let taken = 0;
    let waited: { waited?: number } = {};
    while (system.now() < start + SWEEP_TIME) {
      let page: DueItem[];
      try {
        page = await store.due(before, PAGE, stuck);
      } catch (error) {
        return { taken, more: true, complete: false, failures: [...failures, error], ...waited };
      }
      const [earliest] = page;
      if (taken === 0 && earliest) waited = { waited: secondsSince(earliest, start) };
      taken += page.length;
      const outcomes = await Promise.allSettled(page.map((item) => take(item, tally)));
      for (const outcome of outcomes) {
        if (outcome.status === "fulfilled") continue;
        const { reason } = outcome;
        failures.push(reason instanceof Claimed ? reason.cause : reason);
        // What could not be moved is still the earliest: the rest is behind it.
        if (!(reason instanceof Claimed)) stuck++;
      }
      if (page.length < PAGE) return { taken, more: stuck > 0, complete: true, failures, ...waited };
    }
    return { taken, more: true, complete: true, failures, ...waited };
  }

  return { sendNow, sweep };
}

function isDead({ dueAt, outcomes = {} }: Notice): boolean {
  return dueAt === undefined && Object.values(outcomes).includes("dead");
}

/** How long an item has been due. */
function secondsSince({ body }: DueItem, now: number): number {
  return Math.floor((now - Date.parse(String(body.dueAt))) / 1000);
}

/** @param limit milliseconds; with Infinity, whoever decides the order of everything decides how long it takes */
function atMost<T>(limit: number, act: (signal: AbortSignal) => Promise<T>): Promise<T> {
  return limit === Number.POSITIVE_INFINITY ? act(new AbortController().signal) : within(limit, act);
}

/** @param forget takes away what is gone for good; false if there is a newer one, which the notice is sent to next */
async function outcomeOf(
  sent: Sent,
  forget: () => Promise<boolean>,
): Promise<Outcome | { readonly retryAfter: number }> {
  const again = { retryAfter: 0 };
  switch (sent.outcome) {
    case "sent":
      return "sent";
    case "busy":
      return { retryAfter: sent.retryAfter };
    case "unknown":
      return again;
    case "refused":
      if (sent.reason === "target-gone") return (await forget()) ? "unreachable" : again;
      // A wrong key or setting is put right while it is tried again; if not, the notice ends as dead, with an alert.
      return sent.reason === "target-refused" ? "refused" : again;
  }
}
