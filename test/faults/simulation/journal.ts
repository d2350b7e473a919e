import assert from "node:assert/strict";
import type { Event } from "../../../shared/model/event.ts";
import type { Notice, NoticeType } from "../../../shared/model/notice.ts";
import type { Owner } from "../../../shared/model/owner.ts";
import type { Recovery } from "../../../shared/model/recovery.ts";
import { ids, NOTICE_TTL } from "../../../shared/store/items.ts";
import type { ItemBody, Operation, Store } from "../../../shared/store/port.ts";
import type { Partition } from "../partition.ts";
import { checkStep } from "./rules.ts";
import { NOTHING, type State } from "./state.ts";

/** The states that an owner was in while a request was carried out: its answer must be true of one of them. */
export interface Moments {
  /** When it was sent, in milliseconds since the epoch. */
  readonly at: number;
  readonly some: (holds: (state: State, at: number) => boolean) => boolean;
}

export type Journal = ReturnType<typeof createJournal>;

/** All commits of one owner, in order, and the states that they led to. */
export function createJournal() {
  const states: State[] = [NOTHING];
  const pending: (readonly Operation[])[] = [];
  const notices = new Map<string, Notice>();
  const told: NoticeType[] = [];

  function latest(): State {
    return states.at(-1) ?? NOTHING;
  }

  function take(operations: readonly Operation[]): void {
    const before = latest();
    const written = new Map<string, ItemBody>();
    for (const operation of operations) {
      // As it is stored: without the members that are undefined.
      if (operation.kind !== "delete") written.set(operation.id, JSON.parse(JSON.stringify(operation.body)));
    }
    const sent = named<Notice>(written, ids.notice(""));
    for (const [id, notice] of sent) notices.set(id, notice);
    const recoveries = named<Recovery>(written, ids.recovery(""));
    const after: State = {
      owner: (written.get(ids.owner) as Owner | undefined) ?? before.owner,
      recoveries: recoveries.size > 0 ? new Map([...before.recoveries, ...recoveries]) : before.recoveries,
    };
    const [event] = named<Event>(written, "event:").values();
    states.push(after);
    told.push(...checkStep({ before, after, event, notices: [...sent.values()] }).map(({ type }) => type));
  }

  /** Checks what was committed since against the rules. */
  function catchUp(): void {
    for (const operations of pending.splice(0)) take(operations);
  }

  return {
    committed: (operations: readonly Operation[]) => void pending.push(operations),
    catchUp,
    latest,
    /** The types of all notices so far. */
    told: (): readonly NoticeType[] => told,

    /** The moments of a request that is sent now. @param at when it is sent */
    moments(at: number): Moments {
      catchUp();
      const from = states.length - 1;
      return {
        at,
        some(holds) {
          catchUp();
          return states.slice(from).some((state) => holds(state, at));
        },
      };
    },

    /** Compares what is stored with what was committed. */
    compare({ owner, recoveries, notices: stored }: Partition, now: number): void {
      catchUp();
      assert.deepEqual({ owner, recoveries }, latest(), "what is stored, and what was committed");
      const kept = [...notices].filter(([, { at }]) => now < Date.parse(at) + NOTICE_TTL * 1000);
      assert.deepEqual(stored, new Map(kept), "the notices");
    },
  };
}

/** Tells an owner's journal of each commit before anybody else learns of it. */
export function watched(store: Store, ofOwner: (userId: string) => Journal | undefined): Store {
  return {
    ...store,
    async commit(userId, operations) {
      const result = await store.commit(userId, operations);
      if (result.committed) ofOwner(userId)?.committed(operations);
      return result;
    },
  };
}

function named<Item>(written: ReadonlyMap<string, unknown>, prefix: string): Map<string, Item> {
  const found = [...written].filter(([id]) => id.startsWith(prefix));
  return new Map(found.map(([id, body]) => [id.slice(prefix.length), body as Item]));
}
