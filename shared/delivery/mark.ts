import type { Notice } from "../model/notice.ts";
import type { DueItem, Operation, Store } from "../store/port.ts";
import { secondsLeft } from "./schedule.ts";

// What deliveries commit to an owner's partition: marks on notices, and dead tokens taken away. Each is one operation, on
// the ETag of what was read, so it can undo nothing that somebody else did.

/** A notice as it was read or committed. */
export interface StoredNotice {
  readonly partition: string;
  /** Of the item: `notice:{id}`. */
  readonly id: string;
  readonly etag: string;
  readonly notice: Notice;
}

/** Writes how a notice stands. @returns it as it is stored then; undefined if somebody else was faster */
export async function mark(
  store: Store,
  { partition, id, etag }: StoredNotice,
  notice: Notice,
  now: number,
): Promise<StoredNotice | undefined> {
  const isLast = notice.type === "erased" && notice.dueAt === undefined;
  const operation: Operation = isLast
    ? // Nothing else is left of its owner, and nothing is to stay.
      { kind: "delete", id, etag }
    : { kind: "replace", id, etag, body: notice, ttl: secondsLeft(notice, now) };
  const result = await store.commit(partition, [operation]);
  return result.committed ? { partition, id, etag: result.etags.get(id) ?? "", notice } : undefined;
}

/** Puts off an item that can't be read, and changes nothing else in it. */
export async function park(
  store: Store,
  { partition, id, etag, body, expiresAt }: DueItem,
  dueAt: string,
  now: number,
): Promise<void> {
  const ttl = expiresAt === undefined ? {} : { ttl: Math.max(1, Math.ceil((expiresAt - now) / 1000)) };
  await store.commit(partition, [{ kind: "replace", id, etag, body: { ...body, dueAt }, ...ttl }]);
}

/** Takes away an item on its ETag. @returns whether it is gone: if not, there is a newer one */
export async function takeAway(store: Store, partition: string, id: string, etag: string): Promise<boolean> {
  const result = await store.commit(partition, [{ kind: "delete", id, etag }]);
  return result.committed || result.reason === "missing";
}
