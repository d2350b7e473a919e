import { bytesAsJson } from "../json.ts";

/**
 * The store: one container of JSON items, each known by its partition and its id. All items of an owner share
 * a partition, so that everything an act changes is committed at once or not at all.
 */
export interface Store {
  /** One point read; `undefined` if there is no such item, or its time to live has passed. */
  read(partition: string, id: string): Promise<StoredItem | undefined>;

  /**
   * Of all partitions, the items whose body has a `dueAt` (RFC 3339, in UTC, to the millisecond) that is not after
   * `before`: the earliest first. For sweeps alone.
   * @param limit how many, at most
   * @param skip how many of the earliest are left out: those that a sweep could not move
   * @throws {StoreUnavailable}
   */
  due(before: string, limit: number, skip?: number): Promise<DueItem[]>;

  /**
   * Of all partitions, the items whose body has a `kek` that is none of `current`, in the order of their partitions (by code
   * unit). For re-wrapping alone.
   * @param limit how many, at most
   * @param after only those of partitions behind it
   * @throws {StoreUnavailable}
   */
  outdated(current: readonly string[], limit: number, after?: string): Promise<OutdatedItem[]>;

  /** The items of one partition whose id begins with `prefix`, in the order of their ids (by code unit). */
  list(partition: string, prefix: string): Promise<StoredItem[]>;

  /**
   * One page of what a partition holds, in an order of the driver's own; at most {@link BATCH_OPERATIONS} items. From
   * `next` to `next`, the pages have each item once that was there from the first to the last, also if others are deleted
   * meanwhile.
   * @param from the `next` of the page before; left out for the first
   * @param without leaves out the items whose id begins with it
   */
  listIds(
    partition: string,
    options?: { readonly from?: string | undefined; readonly without?: string },
  ): Promise<Page<Omit<StoredItem, "body">>>;

  /**
   * Applies all operations, or none. The limits are those of a Cosmos DB transactional batch, on every driver:
   * 1 to {@link BATCH_OPERATIONS} operations and {@link BATCH_BYTES} bytes; outside them a RangeError is thrown
   * and nothing is applied. An id may occur once in a commit.
   *
   * When the promise resolves with `committed: true`, what was written is durable.
   * @throws {StoreUnavailable} the store could not be asked, or did not answer in time
   */
  commit(partition: string, operations: readonly Operation[]): Promise<Commit>;

  /** Resolves when the store answers, and is set up as it has to be. @throws {StoreUnavailable} */
  check(): Promise<void>;

  /** Lets go of files and connections. No call may follow. */
  close(): Promise<void>;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Where the next page begins, for the driver alone to read; left out on the last. */
  readonly next?: string;
}

export interface StoredItem {
  readonly id: string;
  /** Opaque; another one after each write of the item, and never one that the id has had before. */
  readonly etag: string;
  readonly body: ItemBody;
}

/** An item that says when it is due, from any partition. */
export interface DueItem extends StoredItem {
  readonly partition: string;
  /** When its time to live is over, in milliseconds since the epoch; left out if it has none. */
  readonly expiresAt?: number;
}

/** An item that is under a key which is no longer the current one, from any partition. */
export interface OutdatedItem {
  readonly partition: string;
  readonly id: string;
  readonly etag: string;
  readonly kek: string;
  /** When its time to live is over, in milliseconds since the epoch; left out if it has none. */
  readonly expiresAt?: number;
}

/** A JSON object. `id`, `userId`, `partition` and `ttl` belong to the drivers, and may not be used as its members. */
export type ItemBody = Readonly<Record<string, unknown>>;

export type Operation =
  /** Fails with `exists` where the id is taken. `ttl`: seconds until the item is gone; left out, it stays. */
  | { readonly kind: "create"; readonly id: string; readonly body: ItemBody; readonly ttl?: number }
  /** Fails with `missing` or, where the item has another ETag than `etag`, with `changed`. */
  | {
      readonly kind: "replace";
      readonly id: string;
      readonly body: ItemBody;
      readonly etag: string;
      readonly ttl?: number;
    }
  /** Fails with `missing` or, where `etag` is given and the item has another, with `changed`. */
  | { readonly kind: "delete"; readonly id: string; readonly etag?: string };

export type Commit =
  /** `etags`: the new ETag of each item created or replaced, by its id. */
  | { readonly committed: true; readonly etags: ReadonlyMap<string, string> }
  /** Nothing was applied: `id` is the first operation that could not be, and `reason` why. */
  | { readonly committed: false; readonly id: string; readonly reason: "exists" | "missing" | "changed" };

/** The store can't be asked now, or it isn't known whether it did what it was asked; asking again may help. */
export class StoreUnavailable extends Error {
  override readonly name = "StoreUnavailable";
  /** Seconds to wait before the next try. */
  readonly retryAfter: number;

  constructor(retryAfter: number, options?: ErrorOptions) {
    super("the store is not available", options);
    this.retryAfter = retryAfter;
  }
}

/** Operations in one transactional batch (Azure Cosmos DB service limit). */
export const BATCH_OPERATIONS = 100;

/** Bytes of one transactional batch (Azure Cosmos DB service limit: 2 MB), as the sum of its bodies' JSON. */
export const BATCH_BYTES = 2_000_000;

/**
 * Checks a commit against the limits without writing it: for a driver whose SDK does that.
 * @throws {RangeError} `operations` are more than one batch can hold, or name an id twice
 */
export function weighBatch(operations: readonly Operation[]): void {
  requireCountable(operations);
  requireLight(
    operations.map((operation) => (operation.kind === "delete" ? 0 : bytesAsJson(operation.body))),
  );
}

/**
 * The JSON of each operation's body, in their order; `""` for a delete.
 * @throws {RangeError} `operations` are more than one batch can hold, or name an id twice
 */
export function serializeBatch(operations: readonly Operation[]): string[] {
  requireCountable(operations);
  const bodies = operations.map((operation) =>
    operation.kind === "delete" ? "" : JSON.stringify(operation.body),
  );
  requireLight(bodies.map((body) => Buffer.byteLength(body)));
  return bodies;
}

function requireCountable(operations: readonly Operation[]): void {
  if (operations.length < 1 || operations.length > BATCH_OPERATIONS) {
    throw new RangeError(`a commit holds 1 to ${BATCH_OPERATIONS} operations`);
  }
  if (new Set(operations.map(({ id }) => id)).size < operations.length) {
    throw new RangeError("a commit names an id once");
  }
}

function requireLight(sizes: readonly number[]): void {
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  if (bytes > BATCH_BYTES) throw new RangeError(`a commit holds ${BATCH_BYTES} bytes`);
}
