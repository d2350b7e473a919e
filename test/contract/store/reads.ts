import { expect, it } from "vitest";
import { BATCH_OPERATIONS, type Page } from "../../../shared/store/port.ts";
import { create, ids, type StoreFixture, write } from "./fixture.ts";

const BODIES = {
  "an empty object": {},
  "nested objects and lists": { phones: [{ name: "Pixel 9", keys: { signing: [1, [2, [3]]] } }, []] },
  "null, false, zero and the empty string": { a: null, b: false, c: 0, d: "", e: [null] },
  "numbers at the ends of what JSON holds": { a: Number.MAX_SAFE_INTEGER, b: -1.5e-300, c: 1e300 },
  "text of many scripts": { name: "驗證器 Ångström 👩‍👩‍👧 عربى", 鍵: "값" },
  "text that SQL, JSON and C take for their own": {
    a: `'; drop table items; --`,
    b: '"\\',
    c: "a\u0000b\u2028",
  },
};

const IDS = [
  "event:1",
  "event:10",
  "event:2",
  "event:%",
  "event:_",
  "event:\u{1F600}",
  "event:\uFFFD",
  "event:\u{10FFFF}",
  "event:\u{10FFFF}1",
  "event",
  "event;",
  "Event:1",
  "evént:1",
  "eve%t:1",
  "eve%t:2",
  "owner",
];

function range(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n);
}

export function readContract(start: () => Promise<StoreFixture>): void {
  it.each(Object.entries(BODIES))("gives back %s as it was written", async (_, body) => {
    const { store, owner } = await start();
    const etag = await write(store, owner, create("owner", body));
    expect(await store.read(owner, "owner")).toEqual({ id: "owner", etag: etag("owner"), body });
  });

  it("finds nothing where nothing was written", async () => {
    const { store, owner, stranger } = await start();
    await write(store, owner, create("owner"));
    expect(await store.read(owner, "Owner")).toBeUndefined();
    expect(await store.read(stranger, "owner")).toBeUndefined();
    expect(await store.list(owner, "event:")).toEqual([]);
    expect(await store.list(stranger, "")).toEqual([]);
  });

  it("keeps the items of one owner apart from those of another", async () => {
    const { store, owner, stranger } = await start();
    await write(store, owner, create("owner", { of: "owner" }));
    await write(store, stranger, create("owner", { of: "stranger" }), create("event:1"));
    expect(await store.list(owner, "")).toMatchObject([{ id: "owner", body: { of: "owner" } }]);
    await write(store, owner, { kind: "delete", id: "owner" });
    expect(await store.read(stranger, "owner")).toMatchObject({ body: { of: "stranger" } });
  });

  it.each([
    "event:",
    "event:1",
    "event:%",
    "event:_",
    "event:\u{10FFFF}",
    "eve%",
    "event",
    "E",
    "",
    "x",
    "~",
  ])("lists the ids that begin with %j, and no others", async (prefix) => {
    const { store, owner, stranger } = await start();
    await write(store, owner, ...IDS.map((id) => create(id, { of: id })));
    await write(store, stranger, ...IDS.map((id) => create(id)));
    const expected = IDS.filter((id) => id.startsWith(prefix)).sort();
    expect((await store.list(owner, prefix)).map(({ body }) => body)).toEqual(expected.map((of) => ({ of })));
  });

  it("lists in the order of code units, in which U+1F600 comes before U+FFFD", async () => {
    const { store, owner } = await start();
    await write(
      store,
      owner,
      ...["\uFFFD", "\u{1F600}", "é", "b", "a10", "a1", "a2", "B"].map((id) => create(id)),
    );
    expect(ids(await store.list(owner, ""))).toEqual([
      "B",
      "a1",
      "a10",
      "a2",
      "b",
      "é",
      "\u{1F600}",
      "\uFFFD",
    ]);
  });

  it("lists ids and ETags page by page, each once, also if every page is deleted on the way", async () => {
    const { store, owner, stranger } = await start();
    const all = new Map<string, string>();
    for (let n = 0; n < 210; n += 70) {
      const etag = await write(store, owner, ...range(70).map((m) => create(`event:${n + m}`)));
      for (const m of range(70)) all.set(`event:${n + m}`, etag(`event:${n + m}`));
    }
    await write(store, stranger, create("owner"));
    for (const isDeleted of [false, true]) {
      const found: { id: string; etag: string }[] = [];
      let from: string | undefined;
      do {
        const { items, next }: Page<{ id: string; etag: string }> = await store.listIds(owner, { from });
        expect(items.length).toBeLessThanOrEqual(BATCH_OPERATIONS);
        found.push(...items);
        if (isDeleted)
          await write(store, owner, ...items.map(({ id, etag }) => ({ kind: "delete" as const, id, etag })));
        from = next;
      } while (from !== undefined);
      expect(found).toHaveLength(all.size);
      expect(new Map(found.map(({ id, etag }) => [id, etag]))).toEqual(all);
    }
    expect(await store.listIds(owner)).toEqual({ items: [] });
    await write(store, owner, create("proof:1"), create("proof:2"), create("proo"), create("proofs"));
    const { items } = await store.listIds(owner, { without: "proof:" });
    expect(ids(items).toSorted()).toEqual(["proo", "proofs"]);
    expect(ids((await store.listIds(stranger)).items)).toEqual(["owner"]);
  });

  it("lists each item as a read gives it", async () => {
    const { store, owner } = await start();
    await write(
      store,
      owner,
      create("event:1", { type: "enabled" }),
      create("event:2", { type: "uploaded" }),
    );
    const read = [await store.read(owner, "event:1"), await store.read(owner, "event:2")];
    expect(await store.list(owner, "event:")).toEqual(read);
  });

  it("shows another instance what one has committed", async () => {
    const { store, another, owner } = await start();
    const other = await another();
    await write(store, owner, create("owner", { phones: 1 }));
    expect(await other.read(owner, "owner")).toEqual(await store.read(owner, "owner"));
    await write(other, owner, { kind: "delete", id: "owner" });
    expect(await store.read(owner, "owner")).toBeUndefined();
  });

  it("says that it answers", async () => {
    const { store } = await start();
    await expect(store.check()).resolves.toBeUndefined();
  });

  it("can be closed twice", async () => {
    const { store } = await start();
    await store.close();
    await expect(store.close()).resolves.toBeUndefined();
  });
}
