import { cp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { openSqliteStore } from "../../../local/embedded/sqlite.ts";
import type { Store } from "../../../shared/store/port.ts";
import { temporaryFolder } from "../../support/folder.ts";

const SECRET = "what is destroyed";

/** A store with an item, and how much of its log still holds what the item held. */
async function start() {
  const folder = await temporaryFolder();
  const file = join(folder, "backup.db");
  const store = openSqliteStore({ file, now: () => 0 });
  onTestFinished(() => store.close());
  await store.commit("p", [{ kind: "create", id: "a", body: { text: SECRET } }]);
  return { folder, file, store };
}

const destroy = (store: Store) => store.commit("p", [{ kind: "delete", id: "a" }]);

const holdsSecret = async (file: string) => (await readFile(`${file}-wal`)).includes(SECRET);

/** Another process that reads, and is not done. */
function startReading(file: string): DatabaseSync {
  const reader = new DatabaseSync(file, { readOnly: true });
  reader.exec("begin; select * from items");
  onTestFinished(() => {
    if (reader.isOpen) reader.close();
  });
  return reader;
}

describe("the log of a SQLite store", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("is emptied by a commit that deletes, and by no other: each costs a write more", async () => {
    const { file, store } = await start();
    expect(await holdsSecret(file)).toBe(true);
    await store.commit("p", [{ kind: "create", id: "b", body: {} }]);
    expect(await holdsSecret(file)).toBe(true);
    await destroy(store);
    expect(await readFile(`${file}-wal`)).toHaveLength(0);
  });

  it("is emptied where a replaced item no longer holds a key that it held", async () => {
    const { file, store } = await start();
    const replace = async (body: Readonly<Record<string, unknown>>) => {
      const { etag = "" } = (await store.read("p", "a")) ?? {};
      await store.commit("p", [{ kind: "replace", id: "a", body, etag }]);
      return (await readFile(`${file}-wal`)).length === 0;
    };
    const key = (value: string) => ({ wrapped: { kek: "k", alg: "RSA-OAEP-256", value } });
    expect(await replace({ keys: [key("1"), key("2")] })).toBe(false);
    expect(await replace({ keys: [key("1"), key("2")], recoveryKey: { wrapped: "a.b" } })).toBe(false);
    expect(await replace({ keys: [key("2"), key("1")], recoveryKey: { wrapped: "a.b" } })).toBe(false);
    expect(await replace({ keys: [key("2")], recoveryKey: { wrapped: "a.b" } })).toBe(true);
    expect(await replace({ keys: [key("2")], recoveryKey: { wrapped: "a.c" } })).toBe(true);
    expect(await replace({ keys: [key("2")], name: "another" })).toBe(true);
    expect(await replace({ keys: [key("2")], name: '"wrapped":"in a name"' })).toBe(false);
  });

  it("is emptied after a listing that was left in the middle", async () => {
    const { file, store } = await start();
    await store.commit("p", [{ kind: "create", id: "b", body: {} }]);
    expect(await store.list("p", "a")).toHaveLength(1);
    await destroy(store);
    expect(await readFile(`${file}-wal`)).toHaveLength(0);
  });

  it("waits for whoever reads it: the commit is done, and it is emptied once they have read", async () => {
    const { file, store } = await start();
    const reader = startReading(file);
    expect(await destroy(store)).toMatchObject({ committed: true });
    expect(await holdsSecret(file)).toBe(true);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await holdsSecret(file)).toBe(true);
    reader.close();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await readFile(`${file}-wal`)).toHaveLength(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("is waited for by nobody: while it is read, the next commits try no more than once a second", async () => {
    const { file, store } = await start();
    startReading(file);
    await destroy(store);
    for (const id of ["b", "c"]) {
      await store.commit("p", [{ kind: "create", id, body: {} }]);
      await store.commit("p", [{ kind: "delete", id }]);
    }
    expect(vi.getTimerCount()).toBe(1);
    await store.close();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("is emptied at the next start, where a process was killed before", async () => {
    const { folder, file, store } = await start();
    startReading(file);
    await destroy(store);
    const killed = await temporaryFolder();
    await cp(folder, killed, { recursive: true });
    const left = join(killed, "backup.db");
    expect(await holdsSecret(left)).toBe(true);
    const again = openSqliteStore({ file: left, now: () => 0 });
    onTestFinished(() => again.close());
    expect(await readFile(`${left}-wal`)).toHaveLength(0);
    expect((await readFile(left)).includes(SECRET)).toBe(false);
    expect(await again.read("p", "a")).toBeUndefined();
  });
});
