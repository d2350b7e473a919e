import { problem } from "../errors/problem.ts";
import { PLACE_OF_ACTIVATION_CODE, PLACE_OF_ACTIVATION_KEY, placeOfActivated } from "../keys/places.ts";
import {
  ACTIVATION_LIFE,
  type ActivatedAccount,
  type Activation,
  type ActivationKey,
  type ActivationRoute,
} from "../model/activation.ts";
import type { Placed } from "../provider/answers.ts";
import { newActivationCode } from "../provider/code.ts";
import { explain } from "../provider/explain.ts";
import { freesAt, isFull, stillOpen } from "../provider/open.ts";
import { activationStateOf, isUnderWay } from "../provider/state.ts";
import { activationKey, ids, openActivations } from "../store/items.ts";
import { parseItem } from "../store/schema.ts";
import { randomId } from "../system.ts";
import { timestampOf } from "../words.ts";
import { claimOf, type FoundActivation, partitionOf, readActivation, secondsKept } from "./activations.ts";
import { lookAgain, uncontended } from "./retry.ts";
import type { Services } from "./services.ts";

/** What a provider asks for. */
export interface Issuing {
  readonly tenant: string;
  readonly account: ActivatedAccount;
  readonly route: ActivationRoute;
  readonly showNumber: boolean;
  readonly idempotencyKey: string;
  /** SHA-256 of the request. */
  readonly request: string;
}

/** An activation and the one code that is good for it: only its HMAC is kept. */
export interface IssuedCode {
  readonly partition: string;
  readonly id: string;
  readonly code: string;
  readonly expiresAt: string;
}

/**
 * Issues an activation or, where the Idempotency-Key has made one before, another code for that one: whoever repeats has
 * not had the first. 2 point reads and 3 commits, each a step that a repeat goes on from.
 * @throws {Problem} idempotency-key-reused, activation-not-open, too-many-activations, busy
 */
export async function issueActivation(
  services: Services,
  issuing: Issuing,
  now: number,
): Promise<IssuedCode> {
  return await uncontended(services.system, async () => {
    const { tenant, account, idempotencyKey } = issuing;
    const keys = await services.serviceKey.codes(PLACE_OF_ACTIVATION_KEY, `${tenant}\0${idempotencyKey}`);
    const partition = await partitionOf(services, tenant, account.subject);
    const known = await readKey(services, keys);
    if (!known) return await begin(services, issuing, { keys, partition }, now);
    // The key was used for another subject.
    if (partition !== known.activation.partition) throw problem("idempotency-key-reused");
    const found = await readActivation(services, known.activation.partition, known.activation.id);
    return found ? await repeat(services, issuing, found, now) : await create(services, issuing, known, now);
  });
}

async function readKey(
  { activations }: Pick<Services, "activations">,
  partitions: readonly string[],
): Promise<ActivationKey | undefined> {
  for (const partition of partitions) {
    const stored = await activations.read(partition, ids.activationKey);
    if (stored) return parseItem(activationKey, stored);
  }
  return undefined;
}

/** Remembers the key first: an activation whose key nobody knows would be issued a second time. */
async function begin(
  services: Services,
  issuing: Issuing,
  { keys, partition }: { readonly keys: readonly string[]; readonly partition: string },
  now: number,
): Promise<IssuedCode> {
  const [keyPartition = ""] = keys;
  const place: ActivationKey = { schema: 1, activation: { partition, id: randomId(services.system) } };
  const open = await findRoom(services, partition, now);
  const { committed } = await services.activations.commit(keyPartition, [
    { kind: "create", id: ids.activationKey, body: place, ttl: secondsKept(endOf(issuing, now), now) },
  ]);
  if (!committed) lookAgain();
  return await create(services, issuing, place, now, open);
}

const endOf = ({ route }: Pick<Issuing, "route">, now: number) => ({
  expiresAt: timestampOf(now + ACTIVATION_LIFE[route] * 1000),
});

async function create(
  services: Services,
  issuing: Issuing,
  { activation: { partition, id } }: ActivationKey,
  now: number,
  found?: Open,
): Promise<IssuedCode> {
  const { tenant, route, showNumber, account, request } = issuing;
  const { expiresAt } = endOf(issuing, now);
  const open = found ?? (await findRoom(services, partition, now));
  const ttl = secondsKept({ expiresAt }, now);
  const { code, hmac } = await createCode(services, { partition, id, generation: 1, ttl });
  const item: Activation = {
    schema: 1,
    tenant,
    route,
    showNumber,
    account: await services.serviceKey.seal(
      placeOfActivated(partition, id),
      Buffer.from(JSON.stringify(account)),
    ),
    code: hmac,
    generation: 1,
    issuedAt: timestampOf(now),
    expiresAt,
    request,
  };
  const activations = [...open.activations, { id, expiresAt }];
  // Longer than any of them: it must not be gone while one is open.
  const listed = { id: ids.openActivations, body: { schema: 1, activations }, ttl: LONGEST };
  const { committed } = await services.activations.commit(partition, [
    open.etag === undefined ? { kind: "create", ...listed } : { kind: "replace", ...listed, etag: open.etag },
    { kind: "create", id: ids.activation(id), body: item, ttl },
  ]);
  if (!committed) lookAgain();
  return { partition, id, code, expiresAt };
}

/** Seconds. */
const LONGEST = 2 * ACTIVATION_LIFE.administrator;

/** What is open of a subject, as it was read. */
interface Open {
  readonly activations: ReturnType<typeof stillOpen>;
  readonly etag: string | undefined;
}

/**
 * What is open of a subject where there is room for one more: one point read, and one of each that is listed once they
 * fill the list. @throws {Problem} too-many-activations
 */
async function findRoom(services: Services, partition: string, now: number): Promise<Open> {
  const stored = await services.activations.read(partition, ids.openActivations);
  const etag = stored?.etag;
  const listed = stillOpen(stored && parseItem(openActivations, stored), now);
  if (!isFull(listed)) return { activations: listed, etag };
  const found = await Promise.all(listed.map(({ id }) => readActivation(services, partition, id)));
  const activations = listed.filter((_, at) => {
    const item = found[at]?.item;
    return item !== undefined && !item.claimedBy && item.cancelledAt === undefined;
  });
  if (isFull(activations)) {
    throw explain({ reason: "too-many-activations", freesAt: freesAt(activations) });
  }
  return { activations, etag };
}

/** A new code for an activation that is open; the one before tells from now on that it was superseded. */
async function repeat(
  services: Services,
  { request }: Issuing,
  found: FoundActivation,
  now: number,
): Promise<IssuedCode> {
  const { partition, id, item } = found;
  if (item.request !== request) throw problem("idempotency-key-reused");
  const state = activationStateOf(item, await claimOf(services, item, now), now);
  if (state !== "issued") throw explain({ reason: "activation-not-open", state });
  const generation = item.generation + 1;
  const ttl = secondsKept(item, now);
  const { code, hmac } = await createCode(services, { partition, id, generation, ttl });
  await replace(services, found, { code: hmac, generation }, now);
  return { partition, id, code, expiresAt: item.expiresAt };
}

/** Makes a code that no activation has, in a partition of its own: one commit. */
async function createCode(
  services: Services,
  {
    partition,
    id,
    generation,
    ttl,
  }: { readonly partition: string; readonly id: string; readonly generation: number; readonly ttl: number },
): Promise<{ readonly code: string; readonly hmac: string }> {
  const body = { schema: 1, activation: { partition, id }, generation };
  for (;;) {
    const code = newActivationCode(services.system);
    const [hmac = ""] = await services.serviceKey.codes(PLACE_OF_ACTIVATION_CODE, code);
    const { committed } = await services.activations.commit(hmac, [
      { kind: "create", id: ids.activationCode, body, ttl },
    ]);
    if (committed) return { code, hmac };
  }
}

/** @throws {Contention} */
async function replace(
  { activations }: Pick<Services, "activations">,
  { partition, id, item, etag }: FoundActivation,
  changes: Partial<Activation>,
  now: number,
): Promise<void> {
  const body = { ...item, ...changes };
  const { committed } = await activations.commit(partition, [
    { kind: "replace", id: ids.activation(id), body, etag, ttl: secondsKept(item, now) },
  ]);
  if (!committed) lookAgain();
}

/** An activation of the tenant: another's is none. One point read. @throws {Problem} activation-not-found */
export async function ownActivation(
  services: Pick<Services, "activations">,
  tenant: string,
  { partition, id }: Placed,
): Promise<FoundActivation> {
  const found = await readActivation(services, partition, id);
  if (found?.item.tenant !== tenant) throw explain({ reason: "activation-not-found" });
  return found;
}

/**
 * Cancels an activation, unless a phone is about to verify the account with it, or has: that goes on, and its credential
 * can be revoked. A repeat is harmless.
 * @throws {Problem} activation-not-found, activation-not-open, busy
 */
export async function cancelActivation(
  services: Services,
  tenant: string,
  place: Placed,
  now: number,
): Promise<void> {
  await uncontended(services.system, async () => {
    const found = await ownActivation(services, tenant, place);
    const claim = await claimOf(services, found.item, now);
    const state = activationStateOf(found.item, claim, now);
    if (state === "cancelled" || state === "expired" || state === "refused") return;
    if (state !== "issued" && (state === "verified" || isUnderWay(found.item, claim))) {
      throw explain({ reason: "activation-not-open", state });
    }
    // A challenge that ended without a key may be followed by another of the same owner.
    await replace(services, found, { cancelledAt: timestampOf(now) }, now);
  });
}
