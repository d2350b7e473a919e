import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import type { Operation, Store, StoredItem } from "../../../shared/store/port.ts";

/** What a driver's test gives the contract: an empty store that goes by `now`, closed when the test is over. */
export type OpenStore = (now: () => number) => Promise<OpenedStore>;

export interface OpenedStore {
  readonly store: Store;
  /** The store of another instance of the service, on the same data; closed likewise. */
  readonly another: () => Promise<Store>;
}

export interface StoreFixture extends OpenedStore {
  readonly clock: { time: number };
  /** Two partitions that no other test knows. */
  readonly owner: string;
  readonly stranger: string;
}

export async function startStore(open: OpenStore): Promise<StoreFixture> {
  const clock = { time: Date.parse("2026-11-22T07:00:00Z") };
  return { ...(await open(() => clock.time)), clock, owner: randomUUID(), stranger: randomUUID() };
}

/** Commits what has to succeed for the test to mean anything. @returns the new ETag of each id */
export async function write(store: Store, partition: string, ...operations: Operation[]) {
  const outcome = await store.commit(partition, operations);
  if (!outcome.committed) return expect.fail(`${outcome.id}: ${outcome.reason}`);
  return (id: string): string => outcome.etags.get(id) ?? expect.fail(`no ETag of ${id}`);
}

export function create(id: string, body = {}): Operation {
  return { kind: "create", id, body };
}

export function replace(id: string, etag: string, body = {}): Operation {
  return { kind: "replace", id, etag, body };
}

export function ids(items: readonly Pick<StoredItem, "id">[]): string[] {
  return items.map(({ id }) => id);
}
