import { expect, it } from "vitest";
import type { DueItem } from "../../../shared/store/port.ts";
import { create, replace, type StoreFixture, write } from "./fixture.ts";

const at = (second: number) => `2026-11-22T07:00:${String(second).padStart(2, "0")}.000Z`;

const due = (id: string, second: number) => create(id, { dueAt: at(second) });

/** Another test's items may be there, too. */
const namesOf = (items: readonly DueItem[], { owner, stranger }: StoreFixture) =>
  items
    .filter(({ partition }) => partition === owner || partition === stranger)
    .map(({ partition, id }) => `${partition === owner ? "owner" : "stranger"} ${id}`);

export function dueContract(start: () => Promise<StoreFixture>): void {
  it("finds them in all partitions, the earliest first, and no later than asked", async () => {
    const fixture = await start();
    const { store, owner, stranger } = fixture;
    await write(store, owner, due("notice:1", 3), due("notice:2", 1), create("owner"));
    await write(store, stranger, due("notice:3", 2), due("notice:4", 4), create("event:1", { dueAt: null }));
    expect(namesOf(await store.due(at(3), 100), fixture)).toEqual([
      "owner notice:2",
      "stranger notice:3",
      "owner notice:1",
    ]);
    expect(namesOf(await store.due(at(0), 100), fixture)).toEqual([]);
  });

  it("gives each as a read does, with its partition and the end of its time to live", async () => {
    const { store, owner, clock } = await start();
    await write(
      store,
      owner,
      { kind: "create", id: "notice:1", body: { dueAt: at(1), to: ["a"] }, ttl: 60 },
      create("notice:2", { dueAt: at(2) }),
    );
    expect(await store.due(at(9), 100)).toEqual([
      { partition: owner, ...(await store.read(owner, "notice:1")), expiresAt: clock.time + 60_000 },
      { partition: owner, ...(await store.read(owner, "notice:2")) },
    ]);
  });

  it("gives a page of them, and the next one past those that stay", async () => {
    const fixture = await start();
    const { store, owner, stranger } = fixture;
    const count = 25;
    for (let n = 0; n < count; n++) {
      await write(store, n % 2 === 0 ? owner : stranger, due(`notice:${String(n).padStart(2, "0")}`, n));
    }
    const pages: string[][] = [];
    for (let skip = 0; skip < count; skip += 10) {
      pages.push((await store.due(at(59), 10, skip)).map(({ id }) => id));
    }
    expect(pages.map((page) => page.length)).toEqual([10, 10, 5]);
    expect(pages.flat()).toEqual(pages.flat().toSorted());
    expect(new Set(pages.flat()).size).toBe(count);
    expect(await store.due(at(59), 10, count)).toEqual([]);
  });

  it("no longer finds what was replaced without a time, put off, deleted, or has expired", async () => {
    const fixture = await start();
    const { store, owner, clock } = fixture;
    const etag = await write(
      store,
      owner,
      due("notice:1", 1),
      due("notice:2", 1),
      due("notice:3", 1),
      { kind: "create", id: "notice:4", body: { dueAt: at(1) }, ttl: 10 },
      due("notice:5", 1),
    );
    await write(
      store,
      owner,
      replace("notice:1", etag("notice:1"), {}),
      replace("notice:2", etag("notice:2"), { dueAt: at(30) }),
      { kind: "delete", id: "notice:3" },
    );
    clock.time += 10_000;
    expect(namesOf(await store.due(at(10), 100), fixture)).toEqual(["owner notice:5"]);
    expect(namesOf(await store.due(at(30), 100), fixture)).toEqual(["owner notice:5", "owner notice:2"]);
  });
}
