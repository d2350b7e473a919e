import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it, onTestFinished } from "vitest";
import { startCosmosStore } from "../../local/cloud/cosmosServer/store.ts";
import { orUnavailable } from "../../local/embedded/database.ts";
import { openSqliteStore, type SqliteStoreOptions } from "../../local/embedded/sqlite.ts";
import { type Store, StoreUnavailable } from "../../shared/store/port.ts";
import { temporaryFolder } from "../support/folder.ts";
import { create, write } from "./store/fixture.ts";
import { storeContract } from "./store.ts";

function openStore(options: SqliteStoreOptions): Store {
  const store = openSqliteStore(options);
  onTestFinished(() => store.close());
  return store;
}

async function temporaryFile(): Promise<string> {
  return join(await temporaryFolder(), "data", "store.db");
}

function openRaw(file: string): DatabaseSync {
  const database = new DatabaseSync(file);
  onTestFinished(() => database.close());
  return database;
}

storeContract("SQLite store", async (now) => {
  const file = await temporaryFile();
  return { store: openStore({ file, now }), another: async () => openStore({ file, now }) };
});

storeContract(
  "Cosmos DB store of what belongs to no owner, on the protocol server",
  (now) => startCosmosStore({ now }, { of: "activations" }),
  { clock: "seconds" },
);

storeContract("Cosmos DB store on the protocol server", (now) => startCosmosStore({ now }), {
  clock: "seconds",
});

describe("SQLite store's file", () => {
  const now = () => Date.parse("2026-11-22T07:00:00Z");

  it("keeps everything over a restart", async () => {
    const file = await temporaryFile();
    const first = openStore({ file, now });
    await write(first, "alice", create("owner", { name: "Ångström" }), create("event:1"));
    const before = await first.list("alice", "");
    await first.close();
    expect(await openStore({ file, now }).list("alice", "")).toEqual(before);
  });

  it("is for its user alone, and so are its folder and what SQLite puts beside it", async () => {
    const file = await temporaryFile();
    const store = openStore({ file, now });
    await write(store, "alice", create("owner"));
    const modes = ["..", "", "-wal", "-shm"].map(async (name) => {
      const { mode } = await stat(name === ".." ? join(file, "..") : `${file}${name}`);
      return mode & 0o777;
    });
    expect(await Promise.all(modes)).toEqual([0o700, 0o600, 0o600, 0o600]);
  });

  it("holds no trace of what was deleted once it's closed", async () => {
    const file = await temporaryFile();
    const store = openStore({ file, now });
    const secret = "wrapped-user-key".repeat(1_000);
    await write(store, "alice", create("owner", { secret }), create("small", { secret: "wrapped-user-key" }));
    await write(store, "alice", { kind: "delete", id: "owner" }, { kind: "delete", id: "small" });
    await write(store, "alice", create("event:1", { type: "disabled" }));
    await store.close();
    const bytes = await readFile(file);
    expect(bytes.includes("disabled")).toBe(true);
    expect(bytes.includes("wrapped-user-key")).toBe(false);
  });

  it("loses expired items to later commits, a few to each", async () => {
    const file = await temporaryFile();
    const clock = { time: now() };
    const store = openStore({ file, now: () => clock.time });
    const brief = Array.from({ length: 40 }, (_, n) => ({ ...create(`event:${n}`), ttl: 1 }));
    await write(store, "alice", create("owner"), ...brief);
    clock.time += 1_000;
    const count = openRaw(file).prepare("select count(*) as items from items");
    const counts: unknown[] = [];
    for (let n = 0; n < 4; n++) {
      await write(store, "bob", create(`event:${n}`));
      counts.push(count.get()?.items);
    }
    expect(counts).toEqual([26, 11, 4, 5]);
  });

  it("makes the store unavailable for commits, not for reads, while another process holds its lock", async () => {
    const file = await temporaryFile();
    const store = openStore({ file, now, busyTimeout: 0 });
    await write(store, "alice", create("owner"));
    const other = openRaw(file);
    other.exec("begin immediate");
    await expect(store.commit("alice", [create("event:1")])).rejects.toThrow(StoreUnavailable);
    await expect(store.read("alice", "owner")).resolves.toBeDefined();
    other.exec("rollback");
    await write(store, "alice", create("event:1"));
  });

  it("makes the store unavailable when its content is damaged", async () => {
    const file = await temporaryFile();
    const store = openStore({ file, now });
    await write(store, "alice", create("owner"));
    await store.close();
    const bytes = await readFile(file);
    // The first page, the schema, stays: the file opens.
    await writeFile(file, bytes.fill(0xff, 4096));

    const damaged = openStore({ file, now });
    const calls = [
      damaged.check(),
      damaged.read("alice", "owner"),
      damaged.list("alice", ""),
      damaged.commit("alice", [create("event:1")]),
    ];
    for (const { status, ...outcome } of await Promise.allSettled(calls)) {
      expect(status).toBe("rejected");
      expect(outcome).toMatchObject({ reason: { name: "StoreUnavailable", cause: { errcode: 11 } } });
    }
  });

  it.each([
    ["SQLITE_IOERR_FSYNC", 1034],
    ["SQLITE_FULL", 13],
    ["SQLITE_LOCKED_SHAREDCACHE", 262],
  ])("makes the store unavailable on %s", (_, errcode) => {
    const cause = Object.assign(new Error("fault"), { errcode });
    const call = () =>
      orUnavailable(() => {
        throw cause;
      });
    expect(call).toThrow(new StoreUnavailable(1, { cause }));
  });

  it("doesn't pass a mistake in the code off as a store that is unavailable", async () => {
    const file = await temporaryFile();
    const store = openStore({ file, now });
    openRaw(file).exec("drop table items");
    await expect(store.read("alice", "owner")).rejects.toMatchObject({
      code: "ERR_SQLITE_ERROR",
      errcode: 1,
    });
  });

  it("is refused, and named, where it's no database", async () => {
    const file = join(await temporaryFolder(), "store.db");
    await writeFile(file, "not a database ".repeat(1_000));
    expect(() => openSqliteStore({ file, now })).toThrow(`the database ${file} can't be used`);
  });
});
