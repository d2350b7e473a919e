import type { Services } from "../acts/services.ts";
import { countDead } from "../delivery/deadNotices.ts";
import type { Swept } from "../delivery/delivery.ts";
import { failureOf } from "../log.ts";
import { ids, swept } from "../store/items.ts";
import type { DueItem } from "../store/port.ts";
import { timestampOf } from "../words.ts";
import { readState, writeState } from "./states.ts";

type SweepServices = Pick<Services, "store" | "delivery" | "system" | "log">;

/** Milliseconds without a sweep after which something is wrong with what begins them: a timer does each minute. */
const STALE = 10 * 60_000;

/** Notices that are counted as due: more than a sweep takes up in time are too many, whatever their number. */
const MOST_COUNTED = 1_000;

/** Sends what is due, and keeps when that was, once a sweep. Never rejects. */
export async function sweep({ store, delivery, system, log }: SweepServices): Promise<Swept> {
  const result = await delivery.sweep();
  if (!result.complete) return result;
  const now = system.now();
  try {
    const found = await readState(store, ids.swept, swept);
    // An instance that was faster has swept, too.
    await writeState(store, ids.swept, found, { schema: 1, at: timestampOf(now) });
  } catch (error) {
    log({ time: timestampOf(now), level: "error", operation: "notices-sweep", failure: failureOf(error) });
  }
  return result;
}

/** Whether no sweep has been for ten minutes, or none ever. @throws {StoreUnavailable | ItemUnreadable} */
export async function isSweepStale({ store }: Pick<Services, "store">, now: number): Promise<boolean> {
  const found = await readState(store, ids.swept, swept);
  return !found || now - Date.parse(found.state.at) > STALE;
}

/** How sweeps stand. */
interface SweepState {
  /** When the last one was; left out before the first. */
  readonly at?: string;
  /** Seconds since then. */
  readonly age?: number;
  /** Notices that are due; 1,000 stand for as many or more. */
  readonly due: number;
  /** When the oldest of them was due. */
  readonly oldestDue?: string;
  /** Notices that were given up; 1,000 stand for as many or more. */
  readonly dead: number;
}

/** @throws {StoreUnavailable | ItemUnreadable} */
export async function sweepState({ store }: Pick<Services, "store">, now: number): Promise<SweepState> {
  const [found, due, dead] = await Promise.all([
    readState(store, ids.swept, swept),
    store.due(timestampOf(now), MOST_COUNTED),
    countDead(store),
  ]);
  const [oldest] = due;
  return {
    ...(found && { at: found.state.at, age: Math.floor((now - Date.parse(found.state.at)) / 1000) }),
    due: due.length,
    ...(oldest && { oldestDue: dueAtOf(oldest) }),
    dead,
  };
}

function dueAtOf({ body }: DueItem): string {
  return String(body.dueAt);
}
