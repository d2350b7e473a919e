import { problem } from "../errors/problem.ts";
import type { LoadedOwner, PhoneCall } from "../http/endpoint.ts";
import { PROOF_WINDOW, proofReplayed } from "../identity/proof.ts";
import { IDEMPOTENCY_TTL, idempotency, ids, type Owner, owner } from "./items.ts";
import type { Operation, Store } from "./port.ts";
import { parseItem } from "./schema.ts";

/** Reads an owner: one point read. */
export async function readOwner(store: Store, userId: string): Promise<LoadedOwner | undefined> {
  const stored = await store.read(userId, ids.owner);
  return stored && { item: parseItem(owner, stored), etag: stored.etag };
}

/** Another request changed the owner after this one had read it: the handler is run again on what is there now. */
export class Contention extends Error {
  override readonly name = "Contention";
}

/** This request was carried out before: it is answered from the outcome that was stored then. */
export class AlreadyDone extends Error {
  override readonly name = "AlreadyDone";
}

/**
 * Commits the owner's new state with all that belongs to it, and spends the request's proof and idempotency key in
 * the same transaction: nothing can be done twice, and nothing by half.
 * @param outcome what a retry is answered from; only where the endpoint takes an idempotency key, without secrets
 * @throws {Contention | AlreadyDone} which the pipeline handles
 * @throws {Problem} proof-replayed
 */
export async function commitOwner(
  call: PhoneCall,
  item: Owner,
  { operations = [], outcome }: { operations?: readonly Operation[]; outcome?: Record<string, unknown> } = {},
): Promise<void> {
  const { owner, identity, proof, idempotencyKey, services } = call;
  const body = { ...item, secondFactorSeen: item.secondFactorSeen || identity.secondFactor };
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
  const result = await services.store.commit(identity.userId, [...remembered, spent, written, ...operations]);
  if (result.committed) return;
  if (remembered.some(({ id }) => id === result.id)) throw new AlreadyDone();
  if (result.id === spent.id) throw proofReplayed();
  throw new Contention();
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
