import { notice as noticeKind } from "../store/items.ts";
import { BATCH_OPERATIONS, type Page, type Store, type StoredItem } from "../store/port.ts";
import { ItemUnreadable, parseItem } from "../store/schema.ts";
import { mark, type StoredNotice } from "./mark.ts";
import { requeued, secondsLeft } from "./schedule.ts";

// Dead notices are due no more, and no query finds them among all owners' items. So each is named in a partition of its own.

/** A `userId` is longer. */
const DEAD_NOTICES = "dead-notices";

/** Neither has a space. */
const nameOf = ({ partition, id }: Pick<StoredNotice, "partition" | "id">) => `${partition} ${id}`;

/** Names a notice that is about to be given up: one that is named though it is not dead does no harm. @throws {StoreUnavailable} */
export async function nameDead(store: Store, { notice, ...of }: StoredNotice, now: number): Promise<void> {
  const ttl = secondsLeft(notice, now);
  await store.commit(DEAD_NOTICES, [{ kind: "create", id: nameOf(of), body: { schema: 1 }, ttl }]);
}

/** Forgets which of an owner's are: their names hold the owner's. @throws {StoreUnavailable} */
export async function forgetDead(store: Store, userId: string): Promise<void> {
  const items = await store.list(DEAD_NOTICES, nameOf({ partition: userId, id: "" }));
  for (let at = 0; at < items.length; at += BATCH_OPERATIONS) {
    const page = items.slice(at, at + BATCH_OPERATIONS);
    await store.commit(
      DEAD_NOTICES,
      page.map(({ id, etag }) => ({ kind: "delete", id, etag }) as const),
    );
  }
}

/** Pages that are counted. */
const PAGES = 10;

/** How many are dead; 1,000 stand for as many or more. @throws {StoreUnavailable} */
export async function countDead(store: Pick<Store, "listIds">): Promise<number> {
  let count = 0;
  let from: string | undefined;
  for (let pages = 0; pages < PAGES; pages++) {
    const page: Page<unknown> = await store.listIds(DEAD_NOTICES, { from });
    count += page.items.length;
    from = page.next;
    if (from === undefined) break;
  }
  return Math.min(count, PAGES * BATCH_OPERATIONS);
}

/**
 * Has the next sweep try dead notices again, as if they had just been committed: at most a page of them.
 * @returns how many, and whether there are more @throws {StoreUnavailable}
 */
export async function requeueDead(
  store: Store,
  now: number,
): Promise<{ readonly requeued: number; readonly more: boolean }> {
  const { items, next } = await store.listIds(DEAD_NOTICES);
  const made = await Promise.all(items.map((item) => requeueOne(store, item, now)));
  return { requeued: made.filter(Boolean).length, more: next !== undefined };
}

async function requeueOne(
  store: Store,
  { id: name, etag: named }: Omit<StoredItem, "body">,
  now: number,
): Promise<boolean> {
  const [partition = "", id = ""] = name.split(" ");
  const item = await store.read(partition, id);
  const notice = item && readable(item);
  const next = notice && requeued(notice, now);
  const isDue = item && next && (await mark(store, { partition, id, etag: item.etag, notice }, next, now));
  await store.commit(DEAD_NOTICES, [{ kind: "delete", id: name, etag: named }]);
  return Boolean(isDue);
}

/** What can't be read can't be sent either; the sweep that came upon it has said so. */
function readable(item: StoredItem) {
  try {
    return parseItem(noticeKind, item);
  } catch (error) {
    if (error instanceof ItemUnreadable) return undefined;
    throw error;
  }
}
