import { ids, SERVICE_PARTITION } from "../store/items.ts";
import { type ItemBody, type Store, StoreUnavailable } from "../store/port.ts";
import { type ItemKind, parseItem } from "../store/schema.ts";
import { randomId, type System } from "../system.ts";

// How what a timer begins has gone: an item each in the partition of what belongs to no owner.

/** A state as it was read. */
interface Found<State> {
  readonly state: State;
  readonly etag: string;
}

/** @throws {StoreUnavailable | ItemUnreadable} */
export async function readState<State>(
  store: Store,
  id: string,
  kind: ItemKind<State>,
): Promise<Found<State> | undefined> {
  const stored = await store.read(SERVICE_PARTITION, id);
  return stored && { state: parseItem(kind, stored), etag: stored.etag };
}

/** Writes a state in the place of what was found. @returns false if another instance was faster @throws {StoreUnavailable} */
export async function writeState(
  store: Store,
  id: string,
  found: Pick<Found<unknown>, "etag"> | undefined,
  body: ItemBody,
): Promise<boolean> {
  const { committed } = await store.commit(SERVICE_PARTITION, [
    found ? { kind: "replace", id, body, etag: found.etag } : { kind: "create", id, body },
  ]);
  return committed;
}

/** Seconds that what was written to try the store is kept. */
const TRIED_FOR = 60;

/**
 * Writes an item of its own, and reads it back: a store may answer, and take no writes.
 * @throws {StoreUnavailable}
 */
export async function requireWritable(store: Store, system: Pick<System, "random">): Promise<void> {
  const id = ids.tried(randomId(system));
  await store.commit(SERVICE_PARTITION, [{ kind: "create", id, body: { schema: 1 }, ttl: TRIED_FOR }]);
  if (!(await store.read(SERVICE_PARTITION, id))) throw new StoreUnavailable(1);
}
