import { randomUUID } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import {
  type Commit,
  type ItemBody,
  type Operation,
  type Store,
  type StoredItem,
  serializeBatch,
} from "../../shared/store/port.ts";
import { inTransaction, openDatabase, orUnavailable } from "./database.ts";

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
        statements.put.run(partition, id, etag, expires, bodies[index] ?? "");
        etags.set(id, etag);
      }
    }
    statements.sweep.run(time, SWEPT_PER_COMMIT);
    return { committed: true, etags };
  }

  return {
    read: async (partition, id) => orUnavailable(() => read(partition, id)),
    list: async (partition, prefix) => orUnavailable(() => list(partition, prefix)),
    commit: async (partition, operations) => {
      const bodies = serializeBatch(operations);
      return orUnavailable(() => inTransaction(database, () => commit(partition, operations, bodies)));
    },
    check: async () => void orUnavailable(() => statements.check.get()),
    close: async () => {
      if (database.isOpen) database.close();
    },
  };
}

/** How many expired items one commit removes: more than a commit makes, and too few to delay it. */
const SWEPT_PER_COMMIT = 16;

/**
 * Of the tables and of the rules for the items in them. It goes up only where an older database can be of no use: a
 * change of one item's form is migrated when the item is read.
 */
const VERSION = 1;

const SCHEMA = `
  create table items (
    partition text not null,
    id text not null,
    etag text not null,
    expires integer, -- milliseconds since 1970-01-01T00:00:00Z; null: it stays
    body text not null,
    primary key (partition, id)
  ) strict;
  create index items_by_expiry on items (expires) where expires is not null;
`;

interface Row {
  readonly id: string;
  readonly etag: string;
  readonly body: string;
}

function prepare(database: DatabaseSync) {
  const live = "(expires is null or expires > ?)";
  return {
    read: database.prepare(`select etag, body from items where partition = ? and id = ? and ${live}`),
    etag: database.prepare(`select etag from items where partition = ? and id = ? and ${live}`),
    listFrom: database.prepare(
      `select id, etag, body from items where partition = ? and id >= ? and ${live} order by id`,
    ),
    put: database.prepare(
      `insert into items (partition, id, etag, expires, body) values (?, ?, ?, ?, ?)
       on conflict do update set etag = excluded.etag, expires = excluded.expires, body = excluded.body`,
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
