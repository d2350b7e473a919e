import { chained, type Happening } from "../activity/events.ts";
import { withRef } from "../backup/lists.ts";
import { type Problem, withTriesLeft } from "../errors/problem.ts";
import { explain } from "../identity/explain.ts";
import { type Proof, SPENT_FOR } from "../identity/proof.ts";
import { spending } from "../identity/spent.ts";
import { withRefusal } from "../limits/refusals.ts";
import { exhausted, triesLeft, withTry } from "../limits/tries.ts";
import type { Credential } from "../model/credential.ts";
import { type Device, MOST_TOKENS, withPhone } from "../model/device.ts";
import { type Actor, actorOf, type Details, type EventType } from "../model/event.ts";
import type { Notice } from "../model/notice.ts";
import type { Owner } from "../model/owner.ts";
import { packed } from "../model/storedOwner.ts";
import { EVENT_TTL, IDEMPOTENCY_TTL, ids } from "../store/items.ts";
import type { Commit, ItemBody, Operation, Store } from "../store/port.ts";
import type { LoadedOwner } from "../store/read.ts";
import { ItemUnreadable } from "../store/schema.ts";
import { type TryKind, timestampOf } from "../words.ts";
import type { Act, OwnerAct } from "./act.ts";
import { isFresh } from "./assurance.ts";
import type { Outcome } from "./outcome.ts";
import { answerAsBefore, lookAgain } from "./retry.ts";
import type { Services } from "./services.ts";
import { withKek } from "./under.ts";

// The one door to an owner's partition: nothing else commits to it, and a test says so (test/layers.test.ts).

/** An item that may be created once. */
export interface Once {
  readonly operation: Extract<Operation, { readonly kind: "create" }>;
  readonly refusal: Problem;
}

/** What is committed beside the owner's new state. */
interface CommitParts {
  /** What happened, for the owner's record, and on which phone; left out if that is nothing to the backup. */
  readonly event?: { readonly type: EventType; readonly device: Actor; readonly details?: Details };
  readonly operations?: readonly Operation[];
  /** What is written once and never again: where it is there, the act is refused. */
  readonly once?: readonly Once[];
  /** What a retry is answered from; only if the endpoint takes an idempotency key. */
  readonly outcome?: Outcome;
}

/**
 * Commits the owner's new state with all that belongs to it, and spends the request's proof and idempotency key in
 * the same transaction: nothing can be done twice, and nothing by half.
 * @throws {Contention | AlreadyDone} which the pipeline handles
 * @throws {Problem} proof-replayed, and what {@link Once} says
 */
export async function commit(
  act: Act,
  next: Owner,
  { event, operations = [], once = [], outcome }: CommitParts,
): Promise<void> {
  const { idempotencyKey } = act;
  const told =
    event &&
    recorded(next, act.now, {
      type: event.type,
      device: actorOf(event.device),
      details: event.details ?? {},
    });
  const body: Owner = {
    // A refusal is told to the record, and changes nothing else [D4].
    ...(event && isRefusal(event.type) ? next : withSignIn(act, next)),
    ...told?.members,
  };
  const remembered: Operation[] =
    idempotencyKey !== undefined && outcome
      ? [
          {
            kind: "create",
            id: ids.idempotency(idempotencyKey),
            body: { schema: 1, request: act.requestHash(), outcome },
            ttl: IDEMPOTENCY_TTL,
          },
        ]
      : [];
  const recording = told ? [told.operation] : [];
  const created = once.map(({ operation }) => operation);
  const { result, written } = await commitOwner(
    act,
    body,
    [...created, ...recording, ...operations],
    remembered,
  );
  if (result.committed) return await send(act, operations, result.etags, written);
  const taken = once.find(({ operation }) => operation.id === result.id);
  if (taken) throw taken.refusal;
  if (remembered.some(({ id }) => id === result.id)) answerAsBefore();
  if (told && result.id === told.operation.id) await requireChanged(act);
  lookAgain();
}

/** The proofs that their own requests have spent: one that takes several commits spends its proof in the first of them. */
const spent = new WeakSet<Proof>();

/**
 * Commits the owner's new state and what goes with it, and spends the request's proof in the same transaction.
 * @param first operations whose failure is told before that of a proof that is spent already
 * @throws {Problem} proof-replayed
 */
async function commitOwner(
  { services: { store }, identity: { userId }, owner, proof, now }: Spending,
  next: Owner,
  operations: readonly Operation[] = [],
  first: readonly Operation[] = [],
): Promise<{ readonly result: Commit; readonly written: Owner }> {
  const spends = proof && !spent.has(proof) ? spending(next.spent, proof, now) : undefined;
  if (spends?.replayed) throw explain({ reason: "proof-replayed" });
  const body = spends ? { ...next, spent: spends.next } : next;
  const written = { id: ids.owner, body: packed(body) };
  const asItem = proof && spends?.asItem ? [spentItem(proof.id)] : [];
  const replaced: Operation = owner
    ? { kind: "replace", ...written, etag: owner.etag }
    : { kind: "create", ...written };
  const result = await store.commit(userId, [...first, ...asItem, replaced, ...operations].map(withKek));
  if (result.committed && proof) spent.add(proof);
  if (!result.committed && asItem.some(({ id }) => id === result.id)) {
    throw explain({ reason: "proof-replayed" });
  }
  return { result, written: body };
}

function spentItem(proofId: string): Operation {
  return { kind: "create", id: ids.proof(proofId), body: { schema: 1 }, ttl: SPENT_FOR };
}

/**
 * Spends the proof of a request that found done what it asks for: a copy of it would do that, once it is undone.
 * @throws {Problem} proof-replayed
 * @throws {Contention}
 */
export async function spendProof(act: Spending & { readonly proof: Proof }): Promise<void> {
  const { services, identity, owner, proof } = act;
  if (spent.has(proof)) return;
  if (!owner) {
    const { committed } = await services.store.commit(identity.userId, [spentItem(proof.id)]);
    if (!committed) throw explain({ reason: "proof-replayed" });
    return;
  }
  const { result } = await commitOwner(act, owner.item);
  if (!result.committed) lookAgain();
}

/** Whose proof is spent, and where; undefined if none was verified. */
type Spending = Pick<Act, "services" | "identity" | "owner" | "now"> & { readonly proof: Proof | undefined };

/** Sends the notices of a commit. */
async function send(
  { services, identity: { userId } }: Pick<Act, "services" | "identity">,
  operations: readonly Operation[],
  etags: ReadonlyMap<string, string>,
  owner: Owner | undefined,
): Promise<void> {
  const notices = operations.flatMap((operation) => {
    if (operation.kind !== "create" || !operation.id.startsWith(ids.notice(""))) return [];
    const { id, body } = operation;
    return [{ partition: userId, id, etag: etags.get(id) ?? "", notice: body as Notice }];
  });
  if (notices.length > 0) await services.delivery.sendNow(notices, owner);
}

/** The owner with what the act's sign-in shows: a second factor, and that this phone has committed with this token. */
function withSignIn(act: Act, next: Owner): Owner {
  const { identity, proof, now } = act;
  const phone = next.devices.find(({ deviceId }) => deviceId === proof.deviceId);
  const tokens = new Set([identity.tokenHash, ...(phone?.tokens ?? [])]);
  return {
    ...next,
    secondFactorSeen: next.secondFactorSeen || identity.secondFactor,
    devices: withPhone(next.devices, proof.deviceId, {
      tokens: [...tokens].slice(0, MOST_TOKENS),
      ...(isFresh(act) && { signedInAt: timestampOf(now) }),
    }),
  };
}

/**
 * The next event's number is taken: another request wrote it, with the owner, and the act is run again. If the owner is
 * as it was, the record has an event that its head does not know, and running again would never end.
 * @throws {ItemUnreadable}
 */
async function requireChanged({ services, identity, owner }: Act): Promise<void> {
  const there = await services.store.read(identity.userId, ids.owner);
  if (there?.etag === owner?.etag) throw new ItemUnreadable(ids.event(0));
}

/** What the record says of an act that was refused. */
type RefusedType = "backup-refused" | "recovery-refused";

function isRefusal(type: EventType): type is RefusedType {
  return type === "backup-refused" || type === "recovery-refused";
}

/** Tells the owner's record of a refusal, then refuses: nothing else is changed but what `next` says. */
export async function refuse(
  act: OwnerAct,
  type: RefusedType,
  refusal: Problem,
  next: Owner = act.owner.item,
): Promise<never> {
  const { device, now } = act;
  const { code } = refusal;
  const refusals = withRefusal(next.refusals ?? [], device, code, now);
  await commit(act, { ...next, refusals }, { event: { type, device, details: { code } } });
  throw refusal;
}

/**
 * Records a refused try on the owner item, then throws the refusal. The try that uses up the limit also goes into the
 * activity record. It spends the proof, so that repeating the request uses up no more. If the try can't be stored the call still fails: an uncounted guess would be free.
 * @param device undefined if no proof was verified, or its phone is not registered
 * @throws {Problem} the refusal with the tries that are left
 * @throws {Contention}
 */
export async function count(
  act: Spending,
  device: Act["device"],
  kind: TryKind,
  refusal: Problem,
): Promise<never> {
  const { owner, now } = act;
  // Whoever has no phone here has nothing to guess at either.
  if (!owner) throw refusal;
  const { item } = owner;
  const tries = withTry(item.tries, kind, device, now);
  const told = exhausted(tries, [kind], device, now)
    ? recorded(item, now, {
        type: "tries-exhausted",
        ...(device && { device: actorOf(device) }),
        details: { code: kind },
      })
    : undefined;
  const { result } = await commitOwner(act, { ...item, tries, ...told?.members }, told && [told.operation]);
  if (!result.committed) lookAgain();
  throw withTriesLeft(refusal, triesLeft(tries, kind, device, now));
}

/**
 * Replaces the owner and what belongs to it without an event: on the way to an erasure, which takes the record too, or
 * to turning off, which has one in its last commit. @returns the owner as it is then @throws {Contention}
 */
export async function forget(
  act: OwnerAct,
  next: Owner,
  operations: readonly Operation[] = [],
): Promise<LoadedOwner> {
  const { result, written } = await commitOwner(act, next, operations);
  if (!result.committed) return lookAgain();
  return { item: written, etag: result.etags.get(ids.owner) ?? "" };
}

type Listed = { readonly id: string; readonly etag: string };

/** An item as it was read, to be put under current keys. */
interface Rewritten {
  readonly id: string;
  readonly etag: string;
  readonly body: ItemBody;
  /** Seconds that are left of its life; left out, it stays. */
  readonly ttl?: number;
}

/**
 * Replaces an item by the same one under current keys. That is no act of the owner's: no proof is spent, and the record is
 * told nothing. @returns false if it was changed meanwhile, or is gone @throws {StoreUnavailable}
 */
export async function rewrite(store: Store, userId: string, item: Rewritten): Promise<boolean> {
  const { committed } = await store.commit(userId, [withKek({ kind: "replace", ...item })]);
  return committed;
}

/**
 * Deletes items as they were listed, in one transaction, on the way to an erasure whose first commit has spent its proof.
 * @throws {Contention} something was written or has expired meanwhile
 */
export async function destroy(
  { services: { store }, identity: { userId } }: Pick<Act, "services" | "identity">,
  items: readonly Listed[],
): Promise<void> {
  const result = await store.commit(
    userId,
    items.map(({ id, etag }) => ({ kind: "delete", id, etag })),
  );
  if (!result.committed) lookAgain();
}

/**
 * Deletes the owner item, with all else that is left, and creates the notice of it. What it says of spent proofs goes into
 * items: they outlive it, so that no copy of a request from before meets the owner who comes back.
 * @throws {Problem} proof-replayed
 * @throws {Contention}
 */
export async function destroyOwner(
  act: OwnerAct,
  items: readonly Listed[],
  notices: readonly Operation[],
): Promise<void> {
  const { services, identity, owner, proof, now } = act;
  const own = spent.has(proof) ? [] : [spentItem(proof.id)];
  if (own.length > 0 && spending(owner.item.spent, proof, now).replayed) {
    throw explain({ reason: "proof-replayed" });
  }
  const listed = owner.item.spent?.listed ?? [];
  const result = await services.store.commit(identity.userId, [
    ...own,
    ...listed.map(([id]) => spentItem(id)),
    ...[...items, { id: ids.owner, etag: owner.etag }].map(
      ({ id, etag }) => ({ kind: "delete", id, etag }) as const,
    ),
    ...notices,
  ]);
  if (!result.committed && own.some(({ id }) => id === result.id)) {
    throw explain({ reason: "proof-replayed" });
  }
  if (!result.committed) return lookAgain();
  spent.add(proof);
  await send(act, notices, result.etags, undefined);
}

/** A credential as it was read, of a phone that the owner lists. */
export interface FoundCredential {
  readonly userId: string;
  readonly device: Device;
  readonly ref: string;
  readonly item: Credential;
  readonly etag: string;
}

/**
 * Revokes a phone's credential for an account, as its provider asks: no phone proves anything here, so nothing else can
 * be changed through it. The phone learns of it by the status.
 * @throws {Contention}
 */
export async function revokeCredential(
  { store }: Pick<Services, "store">,
  owner: LoadedOwner,
  { userId, device, ref, item, etag }: FoundCredential,
  now: number,
): Promise<void> {
  const told = recorded(owner.item, now, {
    type: "credential-revoked",
    device: actorOf(device),
    details: {},
  });
  const body: Owner = {
    ...owner.item,
    ...told.members,
    devices: withPhone(owner.item.devices, device.deviceId, { revoked: withRef(device.revoked, ref) }),
  };
  const { committed } = await store.commit(userId, [
    { kind: "replace", id: ids.owner, body: packed(body), etag: owner.etag },
    told.operation,
    {
      kind: "replace",
      id: ids.credential(device.deviceId, ref),
      body: { ...item, revokedAt: timestampOf(now) },
      etag,
    },
  ]);
  if (!committed) lookAgain();
}

/**
 * Uses up a one-time code of a phone: of two requests with the same code, one is told that it is valid.
 * @param step of the code @throws {Contention}
 */
export async function useCode(
  { store }: Pick<Services, "store">,
  { userId, device, ref, item, etag }: FoundCredential,
  step: number,
): Promise<void> {
  const { otp } = item;
  if (!otp) throw new Error("a credential without one-time codes has none that was right");
  const body = { ...item, otp: { ...otp, lastStep: step } };
  const { committed } = await store.commit(userId, [
    { kind: "replace", id: ids.credential(device.deviceId, ref), body, etag },
  ]);
  if (!committed) lookAgain();
}

/** Takes away the credential of a phone that is gone, on its ETag: whether that works, a later sweep sees. */
export async function takeCredential(
  { store }: Pick<Services, "store">,
  userId: string,
  id: string,
  etag: string,
): Promise<void> {
  await store.commit(userId, [{ kind: "delete", id, etag }]);
}

/** The next event of the owner's record: what the owner's item has with it, and what creates it. */
function recorded(
  { activity, untold }: Owner,
  now: number,
  { details, ...happening }: Omit<Happening, "at">,
): { readonly members: Pick<Owner, "activity" | "untold">; readonly operation: Operation } {
  const told = { ...details, ...(untold !== undefined && { uploads: untold }) };
  const body = chained(activity, { at: timestampOf(now), ...happening, details: told });
  const { number, hash } = body;
  return {
    members: { activity: { number, hash }, untold: undefined },
    operation: { kind: "create", id: ids.event(number), body, ttl: EVENT_TTL },
  };
}
