import { expect, it } from "vitest";
import type { OutdatedItem } from "../../../shared/store/port.ts";
import { create, replace, type StoreFixture, write } from "./fixture.ts";

/** Another test's items may be there, too. */
const namesOf = (items: readonly OutdatedItem[], { owner, stranger }: StoreFixture) =>
  items
    .filter(({ partition }) => partition === owner || partition === stranger)
    .map(({ partition, id, kek }) => `${partition === owner ? "owner" : "stranger"} ${id} ${kek}`)
    .sort();

export function outdatedContract(start: () => Promise<StoreFixture>): void {
  it("finds it in all partitions, and neither what is under a current one nor what is under none", async () => {
    const fixture = await start();
    const { store, owner, stranger } = fixture;
    await write(
      store,
      owner,
      create("owner", { kek: "a" }),
      create("contact:1", { kek: "b" }),
      create("event:1"),
    );
    await write(
      store,
      stranger,
      create("owner", { kek: "c d" }),
      create("event:1", { kek: null, keks: "a" }),
    );
    const others = async (...current: string[]) => namesOf(await store.outdated(current, 1_000), fixture);
    expect(await others("a")).toEqual(["owner contact:1 b", "stranger owner c d"]);
    expect(await others("a", "b")).toEqual(["stranger owner c d"]);
    expect(await others("c", "d")).toEqual(["owner contact:1 b", "owner owner a", "stranger owner c d"]);
    expect(await others("a", "b", "c d")).toEqual([]);
    expect(await others()).toEqual(["owner contact:1 b", "owner owner a", "stranger owner c d"]);
  });

  it("goes on behind a partition, in their order", async () => {
    const { store } = await start();
    const kek = crypto.randomUUID();
    const partitions = Array.from({ length: 25 }, () => `${crypto.randomUUID()}${kek}`);
    for (const partition of partitions) await write(store, partition, create("owner", { kek }));
    const found: string[] = [];
    for (let after: string | undefined = ""; after !== undefined; ) {
      const page: OutdatedItem[] = await store.outdated(["current"], 7, after);
      expect(page.length).toBeLessThanOrEqual(7);
      found.push(...page.filter((item) => item.kek === kek).map(({ partition }) => partition));
      after = page.at(-1)?.partition;
    }
    expect(found).toEqual(partitions.toSorted());
  });

  it("gives each with its ETag, and the end of its time to live", async () => {
    const { store, owner, clock } = await start();
    const kek = crypto.randomUUID();
    const etag = await write(store, owner, create("owner", { kek }), {
      kind: "create",
      id: "push:1",
      body: { kek },
      ttl: 60,
    });
    const found = (await store.outdated([], 10_000)).filter((item) => item.kek === kek);
    expect(found.toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual([
      { partition: owner, id: "owner", etag: etag("owner"), kek },
      { partition: owner, id: "push:1", etag: etag("push:1"), kek, expiresAt: clock.time + 60_000 },
    ]);
  });

  it("no longer finds what was moved, deleted, or has expired", async () => {
    const fixture = await start();
    const { store, owner, clock } = fixture;
    const etag = await write(
      store,
      owner,
      create("contact:1", { kek: "a" }),
      create("contact:2", { kek: "a" }),
      create("contact:3", { kek: "a" }),
      { kind: "create", id: "contact:4", body: { kek: "a" }, ttl: 10 },
      create("contact:5", { kek: "a" }),
    );
    await write(
      store,
      owner,
      replace("contact:1", etag("contact:1"), { kek: "b" }),
      replace("contact:2", etag("contact:2"), {}),
      { kind: "delete", id: "contact:3" },
    );
    clock.time += 10_000;
    expect(namesOf(await store.outdated(["b"], 1_000), fixture)).toEqual(["owner contact:5 a"]);
  });
}
