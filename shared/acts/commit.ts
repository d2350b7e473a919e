import {
  type Actor,
  actorOf,
  chained,
  type Details,
  EVENT_TTL,
  type EventType,
  type Happening,
  type Head,
} from "../activity/events.ts";
import { type Problem, problem, withHeaders } from "../errors/problem.ts";
import { timestampOf } from "../formats.ts";
import type { LoadedOwner, OwnerCall, PhoneCall } from "../http/endpoint.ts";
import { PROOF_WINDOW, proofReplayed } from "../identity/proof.ts";
import { IDEMPOTENCY_TTL, idempotency, ids, type Owner, owner, type Version } from "../store/items.ts";
import type { Operation, Store } from "../store/port.ts";
import { parseItem } from "../store/schema.ts";

/** Reads an owner: one point read. */
export async function readOwner(store: Store, userId: string): Promise<LoadedOwner | undefined> {
  const stored = await store.read(userId, ids.owner);
  return stored && { item: parseItem(owner, stored), etag: stored.etag };
}

/** Another request changed the owner after this one had read it: the handler is run again on what is there now. */
export class Contention extends Error {
  override readonly name = "Contention";
}

/** How often an act is run on a fresh read of the owner before the phone is asked to come back. */
const TRIES = 4;

/**
 * Runs an act that reads the owner and commits on what it read; again where another request came between the two.
 * @throws {Problem} busy
 */
export async function uncontended<Result>(act: () => Promise<Result>): Promise<Result> {
  for (let tries = 0; tries < TRIES; tries++) {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof Contention)) throw error;
    }
  }
  throw withHeaders(problem("busy"), { "Retry-After": "1" });
}

/** This request was carried out before: it is answered from the outcome that was stored then. */
export class AlreadyDone extends Error {
  override readonly name = "AlreadyDone";
}

/** What is committed beside the owner's new state. */
export interface CommitParts {
  /** What happened, for the owner's record, and on which phone. */
  readonly event: { readonly type: EventType; readonly device: Actor; readonly details?: Details };
  readonly operations?: readonly Operation[];
  /** What a retry is answered from; only where the endpoint takes an idempotency key, without secrets. */
  readonly outcome?: Record<string, unknown>;
}

/** Takes a version's ciphertext out of the store. */
export function deleteEnvelope({ version }: Pick<Version, "version">): Operation {
  return { kind: "delete", id: ids.envelope(version) };
}

/** The next event of the owner's record: the head that the owner's item has with it, and what creates it. */
export function recorded(
  head: Head,
  now: number,
  happening: Omit<Happening, "at">,
): { readonly activity: Head; readonly operation: Operation } {
  const body = chained(head, { at: timestampOf(now), ...happening });
  const { number, hash } = body;
  return {
    activity: { number, hash },
    operation: { kind: "create", id: ids.event(number), body, ttl: EVENT_TTL },
  };
}

/**
 * Commits the owner's new state with all that belongs to it, and spends the request's proof and idempotency key in
 * the same transaction: nothing can be done twice, and nothing by half.
 * @throws {Contention | AlreadyDone} which the pipeline handles
 * @throws {Problem} proof-replayed
 */
export async function commitOwner(
  call: PhoneCall,
  item: Owner,
  { event, operations = [], outcome }: CommitParts,
): Promise<void> {
  const { owner, identity, proof, idempotencyKey, services } = call;
  const { type, device, details = {} } = event;
  const { activity, operation } = recorded(item.activity, call.now, {
    type,
    device: actorOf(device),
    details,
  });
  const body: Owner = {
    ...item,
    // A refusal is told to the record, and changes nothing else [D4].
    secondFactorSeen: item.secondFactorSeen || (identity.secondFactor && !isRefusal(type)),
    activity,
  };
  const written: Operation = owner
    ? { kind: "replace", id: ids.owner, body, etag: owner.etag }
    : { kind: "create", id: ids.owner, body };
  const spent: Operation = {
    kind: "create",
    id: ids.proof(proof.id),
    body: { schema: 1 },
    // A proof is good for its window after its `iat`, which may lie a window ahead.
    ttl: 2 * PROOF_WINDOW + 1,
  };
  const remembered: Operation[] =
    idempotencyKey !== undefined && outcome
      ? [
          {
            kind: "create",
            id: ids.idempotency(idempotencyKey),
            body: { schema: 1, request: call.requestHash(), outcome },
            ttl: IDEMPOTENCY_TTL,
          },
        ]
      : [];
  const result = await services.store.commit(identity.userId, [
    ...remembered,
    spent,
    written,
    operation,
    ...operations,
  ]);
  if (result.committed) return;
  if (remembered.some(({ id }) => id === result.id)) throw new AlreadyDone();
  if (result.id === spent.id) throw proofReplayed();
  throw new Contention();
}

/** What the record says of an act that was refused. */
type RefusedType = "backup-refused" | "recovery-refused";

function isRefusal(type: EventType): type is RefusedType {
  return type === "backup-refused" || type === "recovery-refused";
}

/** Tells the owner's record of a refusal, then refuses: nothing else is changed but what `item` says. */
export async function refuse(
  call: OwnerCall,
  type: RefusedType,
  refusal: Problem,
  item: Owner = call.owner.item,
): Promise<never> {
  await commitOwner(call, item, { event: { type, device: call.device, details: { code: refusal.code } } });
  throw refusal;
}

/**
 * What this request led to before, where it was carried out under its idempotency key.
 * @throws {Problem} idempotency-key-reused, where the key came with another request
 */
export async function readOutcome(call: PhoneCall): Promise<Readonly<Record<string, unknown>> | undefined> {
  if (call.idempotencyKey === undefined) return undefined;
  const stored = await call.services.store.read(call.identity.userId, ids.idempotency(call.idempotencyKey));
  if (!stored) return undefined;
  const { request, outcome } = parseItem(idempotency, stored);
  if (request !== call.requestHash()) throw problem("idempotency-key-reused");
  return outcome;
}
