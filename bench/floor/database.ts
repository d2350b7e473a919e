import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** One table, as durable as the service's: WAL, synchronous FULL. */
export function openRows(folder: string) {
  const database = new DatabaseSync(join(folder, "floor.db"));
  database.exec("pragma journal_mode = wal; pragma synchronous = full");
  database.exec("create table rows (id text primary key, body blob not null) strict");
  const get = database.prepare("select body from rows where id = ?");
  const put = database.prepare(
    "insert into rows (id, body) values (?, ?) on conflict do update set body = excluded.body",
  );
  return {
    read: (id: string) => get.get(id)?.body as Uint8Array | undefined,
    /** One commit. */
    write: (id: string, body: Uint8Array) => void put.run(id, body),
  };
}
