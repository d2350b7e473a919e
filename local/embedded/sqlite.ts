import { randomUUID } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import {
  BATCH_OPERATIONS,
  type Commit,
  type DueItem,
  type ItemBody,
  type Operation,
  type OutdatedItem,
  type Page,
  type Store,
  type StoredItem,
  serializeBatch,
} from "../../shared/store/port.ts";
import { inTransaction, openDatabase, orUnavailable, truncateLog, watchFiles } from "./database.ts";

export interface SqliteStoreOptions {
  /** The database's path. If it is missing, it is made with its folder, for this user alone. */
  readonly file: string;
  /** The time in milliseconds since 1970-01-01T00:00:00Z, from which times to live are counted. */
  readonly now: () => number;
  /** Milliseconds that a call, and this process with it, waits for the commit of another process. */
  readonly busyTimeout?: number;
}

/** The store in one SQLite file, which several processes of one machine may share. */
export function openSqliteStore({ file, now, busyTimeout = 2_000 }: SqliteStoreOptions): Store {
  const database = openDatabase({ file, schema: SCHEMA, version: VERSION, busyTimeout });
  const statements = prepare(database);
  const log = createLog(database);
  // A process that was killed may have destroyed something, and not emptied the log any more.
  log.empty();
  const requireFiles = watchFiles(file);

  function read(partition: string, id: string): StoredItem | undefined {
    const row = statements.read.get(partition, id, now()) as Row | undefined;
    return row && { id, etag: row.etag, body: JSON.parse(row.body) as ItemBody };
  }

  function list(partition: string, prefix: string): StoredItem[] {
    const items: StoredItem[] = [];
    // Sorted, the ids that begin with the prefix follow each other: the first that doesn't ends the list.
    for (const row of statements.listFrom.iterate(partition, prefix, now())) {
      const { id, etag, body } = row as unknown as Row;
      if (!id.startsWith(prefix)) break;
      items.push({ id, etag, body: JSON.parse(body) as ItemBody });
    }
    // SQLite compares UTF-8, where U+FFFD comes before U+1F600; by code unit it comes after.
    return items.sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  function listIds(
    partition: string,
    { from = "", without }: { readonly from?: string | undefined; readonly without?: string } = {},
  ): Page<Omit<StoredItem, "body">> {
    const most = BATCH_OPERATIONS;
    const rows =
      without === undefined
        ? statements.listIds.all(partition, from, now(), most)
        : statements.listIdsWithout.all(partition, from, now(), without, without, most);
    const items = (rows as unknown as Row[]).map(({ id, etag }) => ({ id, etag }));
    const last = items.at(-1);
    return { items, ...(last && items.length === BATCH_OPERATIONS && { next: last.id }) };
  }

  function due(before: string, limit: number, skip: number): DueItem[] {
    const rows = statements.due.all(before, now(), limit, skip) as unknown as DueRow[];
    return rows.map(({ partition, id, etag, expires, body }) => ({
      partition,
      id,
      etag,
      body: JSON.parse(body) as ItemBody,
      ...(expires !== null && { expiresAt: expires }),
    }));
  }

  function outdated(current: readonly string[], limit: number, after: string): OutdatedItem[] {
    const rows = statements.outdated.all(JSON.stringify(current), after, now(), limit);
    return (rows as unknown as OutdatedRow[]).map(({ partition, id, etag, kek, expires }) => ({
      partition,
      id,
      etag,
      kek,
      ...(expires !== null && { expiresAt: expires }),
    }));
  }

  function commit(partition: string, operations: readonly Operation[], bodies: readonly string[]): Commit {
    const time = now();
    const etags = new Map<string, string>();
    for (const [index, operation] of operations.entries()) {
      const { id } = operation;
      const found = statements.etag.get(partition, id, time) as Pick<Row, "etag"> | undefined;
      const reason = refusal(operation, found?.etag);
      if (reason !== undefined) return { committed: false, id, reason };
      if (operation.kind === "delete") {
        statements.delete.run(partition, id);
      } else {
        const etag = randomUUID();
        const expires = operation.ttl === undefined ? null : time + operation.ttl * 1000;
        const { dueAt, kek } = operation.body;
        statements.put.run(partition, id, etag, expires, textOf(dueAt), textOf(kek), bodies[index] ?? "");
        etags.set(id, etag);
      }
    }
    statements.sweep.run(time, SWEPT_PER_COMMIT);
    return { committed: true, etags };
  }

  /** Whether these delete an item, or replace one that holds a wrapped key by one that does not [F2]. */
  function destroys(partition: string, operations: readonly Operation[], bodies: readonly string[]): boolean {
    return operations.some((operation, index) => {
      if (operation.kind !== "replace") return operation.kind === "delete";
      const before = statements.read.get(partition, operation.id, now()) as Row | undefined;
      return wrappedIn(before?.body ?? "").some((wrapped) => !bodies[index]?.includes(wrapped));
    });
  }

  return {
    read: async (partition, id) => orUnavailable(() => read(partition, id)),
    list: async (partition, prefix) => orUnavailable(() => list(partition, prefix)),
    listIds: async (partition, options) => orUnavailable(() => listIds(partition, options)),
    due: async (before, limit, skip = 0) => orUnavailable(() => due(before, limit, skip)),
    outdated: async (current, limit, after = "") => orUnavailable(() => outdated(current, limit, after)),
    commit: async (partition, operations) => {
      const bodies = serializeBatch(operations);
      requireFiles();
      return orUnavailable(() => {
        const toEmpty = destroys(partition, operations, bodies);
        const result = inTransaction(database, () => commit(partition, operations, bodies));
        if (result.committed && toEmpty) log.empty();
        return result;
      });
    },
    check: async () => {
      requireFiles();
      orUnavailable(() => statements.check.get());
    },
    close: async () => {
      log.leave();
      if (database.isOpen) database.close();
    },
  };
}

/** Milliseconds until a log that somebody was reading is emptied again. */
const EMPTY_AGAIN = 1_000;

/** The write-ahead log: what a commit destroys is still in it, until it is emptied [F2]. */
function createLog(database: DatabaseSync) {
  let again: NodeJS.Timeout | undefined;

  function empty(): void {
    // While somebody reads it for long, commits don't wait for them.
    if (!again) emptyNow();
  }

  function emptyNow(): void {
    again = isEmptied(database) ? undefined : setTimeout(emptyNow, EMPTY_AGAIN).unref();
  }

  return { empty, leave: () => clearTimeout(again) };
}

function isEmptied(database: DatabaseSync): boolean {
  try {
    return truncateLog(database);
  } catch {
    // What was committed is durable all the same: a full disk, say, ends no request that is already done.
    return false;
  }
}

/** The JSON of what is wrapped in a stored item: user keys, and the storage secret under a recovery key. */
function wrappedIn(body: string): readonly string[] {
  return body.match(/"wrapped":(?:"[^"]*"|\{[^{}]*\})/g) ?? [];
}

/** How many expired items one commit removes: more than a commit makes, and too few to delay it. */
const SWEPT_PER_COMMIT = 16;

/**
 * Of the tables and of the rules for the items in them. It goes up only where an older database can be of no use: a
 * change of one item's form is migrated when the item is read.
 */
const VERSION = 3;

const SCHEMA = `
  create table items (
    partition text not null,
    id text not null,
    etag text not null,
    expires integer, -- milliseconds since 1970-01-01T00:00:00Z; null: it stays
    due text, -- the body's dueAt, for those that have one
    kek text, -- the body's kek, likewise
    body text not null,
    primary key (partition, id)
  ) strict;
  create index items_by_expiry on items (expires) where expires is not null;
  create index items_by_due on items (due) where due is not null;
  create index items_by_kek on items (partition, kek) where kek is not null;
`;

interface Row {
  readonly id: string;
  readonly etag: string;
  readonly body: string;
}

interface DueRow extends Row {
  readonly partition: string;
  readonly expires: number | null;
}

type OutdatedRow = Omit<DueRow, "body"> & { readonly kek: string };

function textOf(member: unknown): string | null {
  return typeof member === "string" ? member : null;
}

function prepare(database: DatabaseSync) {
  const live = "(expires is null or expires > ?)";
  return {
    read: database.prepare(`select etag, body from items where partition = ? and id = ? and ${live}`),
    etag: database.prepare(`select etag from items where partition = ? and id = ? and ${live}`),
    listFrom: database.prepare(
      `select id, etag, body from items where partition = ? and id >= ? and ${live} order by id`,
    ),
    listIds: database.prepare(
      `select id, etag from items where partition = ? and id > ? and ${live} order by id limit ?`,
    ),
    listIdsWithout: database.prepare(
      `select id, etag from items where partition = ? and id > ? and ${live} and substr(id, 1, length(?)) <> ?
       order by id limit ?`,
    ),
    due: database.prepare(
      `select partition, id, etag, expires, body from items where due <= ? and ${live} order by due limit ? offset ?`,
    ),
    outdated: database.prepare(
      `select partition, id, etag, kek, expires from items where kek is not null and kek not in (select value from json_each(?))
       and partition > ? and ${live} order by partition limit ?`,
    ),
    put: database.prepare(
      `insert into items (partition, id, etag, expires, due, kek, body) values (?, ?, ?, ?, ?, ?, ?)
       on conflict do update set etag = excluded.etag, expires = excluded.expires, due = excluded.due,
         kek = excluded.kek, body = excluded.body`,
    ),
    delete: database.prepare("delete from items where partition = ? and id = ?"),
    sweep: database.prepare(
      "delete from items where rowid in (select rowid from items where expires <= ? order by expires limit ?)",
    ),
    check: database.prepare("select 1 from items limit 1"),
  };
}

function refusal(
  operation: Operation,
  etag: string | undefined,
): "exists" | "missing" | "changed" | undefined {
  if (operation.kind === "create") return etag === undefined ? undefined : "exists";
  if (etag === undefined) return "missing";
  return operation.etag === undefined || operation.etag === etag ? undefined : "changed";
}
