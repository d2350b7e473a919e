import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { withKek } from "../../../shared/acts/under.ts";
import type { Challenge } from "../../../shared/model/challenge.ts";
import type { Contact } from "../../../shared/model/contact.ts";
import type { Credential } from "../../../shared/model/credential.ts";
import type { Envelope } from "../../../shared/model/envelope.ts";
import type { Event } from "../../../shared/model/event.ts";
import type { Notice } from "../../../shared/model/notice.ts";
import type { Recovery } from "../../../shared/model/recovery.ts";
import { asOf } from "../../../shared/recovery/freeze.ts";
import { ids, owner as ownerKind } from "../../../shared/store/items.ts";
import type { ItemBody, Operation, Store } from "../../../shared/store/port.ts";
import { parseItem } from "../../../shared/store/schema.ts";
import type { Partition } from "../partition.ts";
import type { Ledger } from "./ledger.ts";
import { checkMarks, checkNever, checkSwept } from "./never.ts";
import type { Request } from "./request.ts";
import { type Kept, NOTHING, type State } from "./state.ts";
import { checkStep } from "./steps.ts";
import type { Witness } from "./witness.ts";

/** The states that an owner was in while a request was carried out: its answer must be true of one of them. */
export interface Moments {
  readonly states: () => readonly State[];
  readonly some: (holds: (state: State) => boolean) => boolean;
}

/** One commit: what it was for, what it wrote, and when, in milliseconds since the epoch. */
interface Commit {
  /** Left out where a delivery marked notices. */
  readonly request?: Request;
  readonly operations: readonly Operation[];
  readonly time: number;
}

/** What one commit changed. */
export interface Step {
  readonly before: State;
  readonly after: State;
  readonly request: Request;
  /** Left out where only a try was counted, and of an upload that the next event tells of. */
  readonly event: Event | undefined;
  /** What happened, whether or not it has an event. */
  readonly type: Event["type"] | undefined;
  readonly notices: readonly Notice[];
}

export type Journal = ReturnType<typeof createJournal>;

/** Milliseconds by which the store may be early or late to forget what has had its time. */
export const FORGETS_WITHIN = 5_000;

/** All commits of one owner, in order, and the states that they led to. */
export function createJournal(ledger: Ledger, witness: Witness) {
  const states: State[] = [NOTHING];
  const pending: Commit[] = [];
  const steps: Step[] = [];

  function latest(): State {
    return states.at(-1) ?? NOTHING;
  }

  /** Checks what was committed since against the rules. */
  function catchUp(): void {
    for (const { request, operations, time } of pending.splice(0)) {
      const before = latest();
      const after = applied(before, operations, time, request?.body.address);
      if (!request) {
        states.push(after);
        if (operations.every(isSwept)) checkSwept(before, after);
        else checkMarks(before, after);
        continue;
      }
      checkSpent(before, after, time);
      if (
        operations.every(isSpending) &&
        isDeepStrictEqual(after.owner, before.owner && asStored(asOf(before.owner, request.at)))
      ) {
        states.push(after);
        continue;
      }
      const created = operations.flatMap(({ id, ...operation }) =>
        operation.kind === "create" ? [[id, asStored(operation.body)] as const] : [],
      );
      const ofKind = <Item>(prefix: string) =>
        created.flatMap(([id, body]) => (id.startsWith(prefix) ? [body as Item] : []));
      const [event] = ofKind<Event>("event:");
      const isUpload = created.some(([id]) => id.startsWith("envelope:"));
      const type = event?.type ?? (isUpload ? "backup-uploaded" : undefined);
      const step: Step = { before, after, request, event, type, notices: ofKind<Notice>("notice:") };
      states.push(after);
      steps.push(step);
      checkNever(step);
      witness.check(step);
      checkStep(step);
      ledger.checkSeal(step);
      ledger.checkGone(step);
    }
  }

  return {
    committed: (commit: Commit) => void pending.push(commit),
    catchUp,
    latest(): State {
      catchUp();
      return latest();
    },
    steps: (): readonly Step[] => steps,

    /** The moments of a request that is sent now. */
    moments(): Moments {
      catchUp();
      const from = states.length - 1;
      const since = () => {
        catchUp();
        return states.slice(from);
      };
      return { states: since, some: (holds) => since().some(holds) };
    },

    /** Compares what is stored with what was committed. */
    compare(partition: Partition, now: number): void {
      const { owner, envelopes, recoveries, outcomes, notices, challenges, credentials } = partition;
      catchUp();
      const state = latest();
      const { kek: _, ...rest } = owner ?? {};
      assert.deepEqual(
        { owner: owner && rest, envelopes },
        { owner: state.owner && { ...state.owner, spent: state.spent }, envelopes: state.envelopes },
      );
      compareKept(recoveries, state.recoveries, now);
      compareKept(outcomes, state.outcomes, now);
      compareKept(notices, state.notices, now);
      compareKept(challenges, state.challenges, now);
      const plain = [...credentials].map(([name, { kek: _, ...credential }]) => [name, credential] as const);
      assert.deepEqual(new Map(plain), state.credentials, "the credentials that are stored");
    },
  };
}

function compareKept<Item>(
  stored: ReadonlyMap<string, Item>,
  kept: ReadonlyMap<string, Kept<Item>>,
  now: number,
): void {
  for (const [id, item] of stored) {
    const known = kept.get(id) ?? assert.fail("it is stored, and nobody has written it");
    assert.deepEqual(item, known.item, "what is stored, and what was written");
    assert(now < known.until + FORGETS_WITHIN, "it is kept beyond its time");
  }
  for (const [id, { until }] of kept) {
    assert(stored.has(id) || until - FORGETS_WITHIN <= now, "it is gone before its time");
  }
}

/** What is stored, but for what the commit adds to it: what it says to be under must be so. */
function withoutKek(operation: Exclude<Operation, { kind: "delete" }>): unknown {
  assert.deepEqual(operation, withKek(operation), "what an item is under");
  const { kek: _, ...body } = asStored(operation.body) as ItemBody;
  return body;
}

/** The state after a commit. */
function applied(before: State, operations: readonly Operation[], time: number, asked?: string): State {
  let { owner, spent } = before;
  const envelopes = new Map(before.envelopes);
  const recoveries = new Map(before.recoveries);
  const outcomes = new Map(before.outcomes);
  const contacts = new Map(before.contacts);
  const notices = new Map(before.notices);
  const challenges = new Map(before.challenges);
  const credentials = new Map(before.credentials);
  for (const operation of operations) {
    const [kind = "", ...names] = operation.id.split(":");
    const name = names.join(":");
    if (operation.kind === "delete") {
      if (kind === "credential") {
        assert(credentials.delete(name), "a credential is deleted that is not there");
        continue;
      }
      if (kind === "contact") {
        assert(contacts.delete(name), "a contact is deleted that is not there");
        continue;
      }
      assert(kind === "envelope" && envelopes.delete(Number(name)), "a version is deleted that is not there");
      continue;
    }
    const body: unknown = withoutKek(operation);
    const until = time + (operation.ttl ?? Number.POSITIVE_INFINITY) * 1000;
    if (operation.id === ids.owner) {
      ({ spent, ...owner } = parseItem(ownerKind, {
        id: operation.id,
        etag: "",
        body: body as ItemBody,
      }));
    }
    if (kind === "envelope") envelopes.set(Number(name), body as Envelope);
    if (kind === "recovery") recoveries.set(name, { item: body as Recovery, until });
    if (kind === "contact") {
      const address = operation.kind === "create" ? asked : contacts.get(name)?.address;
      contacts.set(name, { item: body as Contact, address });
    }
    if (kind === "challenge") challenges.set(name, { item: body as Challenge, until });
    if (kind === "credential") credentials.set(name, body as Credential);
    if (kind === "notice") notices.set(name, { item: body as Notice, until });
    if (kind === "idempotency") {
      const { outcome } = body as { outcome: Record<string, unknown> };
      outcomes.set(name, { item: outcome, until });
    }
  }
  return { owner, spent, envelopes, recoveries, outcomes, contacts, notices, challenges, credentials };
}

/** Without the members that are undefined. */
function asStored(body: ItemBody): ItemBody {
  return JSON.parse(JSON.stringify(body));
}

/** What finds done what it asks for changes nothing, and spends its proof: in the owner item, or in one of its own. */
const isProof = ({ id }: Operation) => id.startsWith(ids.proof(""));
const isSpending = (operation: Operation) => isProof(operation) || operation.id === ids.owner;

/** No proof is forgotten that could be repeated. */
function checkSpent({ spent: before }: State, { spent: after }: State, time: number): void {
  const known = new Set(after?.listed.map(([id]) => id));
  const live = before?.listed.filter(([, until]) => time / 1000 < until) ?? [];
  assert(
    live.every(([id]) => known.has(id)),
    "a spent proof is forgotten",
  );
  assert((before?.itemsUntil ?? 0) <= (after?.itemsUntil ?? 0), "proofs in items are forgotten");
}

/** What deliveries write; tokens are nobody's business but theirs. */
const isNotice = ({ kind, id }: Operation) => kind !== "create" && id.startsWith(ids.notice(""));
/** What a sweep takes away of phones that are gone. */
const isSwept = ({ kind, id }: Operation) => kind === "delete" && id.startsWith("credential:");
const isToken = ({ id }: Operation) => id.startsWith(ids.push(""));

interface Watching {
  readonly journalOf: (userId: string) => Journal | undefined;
  /** What the commit is for, if the owner asked for it. */
  readonly requestFor: (userId: string) => Request | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Tells an owner's journal of each commit before anybody else learns of it. */
export function watched(store: Store, { journalOf, requestFor, now }: Watching): Store {
  return {
    ...store,
    async commit(userId, operations) {
      const result = await store.commit(userId, operations);
      if (!result.committed || operations.every(isToken) || operations.every(isProof)) return result;
      const journal = journalOf(userId);
      const request = requestFor(userId);
      if (operations.every(isNotice) || operations.every(isSwept))
        journal?.committed({ operations, time: now() });
      else if (request) journal?.committed({ request, operations, time: now() });
      return result;
    },
  };
}
