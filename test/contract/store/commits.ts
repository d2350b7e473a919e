import { describe, expect, it } from "vitest";
import type { Operation } from "../../../shared/store/port.ts";
import { create, replace, type StoreFixture, write } from "./fixture.ts";

/** Each reason for which an operation can't be applied, to a partition that holds `owner` and `event:1` alone. */
const REFUSED: readonly (readonly [title: string, operation: Operation, reason: string])[] = [
  ["a create of an id that is taken", create("owner", { new: true }), "exists"],
  ["a replace of what isn't there", replace("envelope:1", "any"), "missing"],
  ["a replace with another ETag", replace("owner", "any"), "changed"],
  ["a delete of what isn't there", { kind: "delete", id: "envelope:1" }, "missing"],
  ["a delete with an ETag of what isn't there", { kind: "delete", id: "envelope:1", etag: "any" }, "missing"],
  ["a delete with another ETag", { kind: "delete", id: "owner", etag: "any" }, "changed"],
];

export function commitContract(start: () => Promise<StoreFixture>): void {
  it("creates, replaces and deletes at once", async () => {
    const { store, owner } = await start();
    const before = await write(store, owner, create("owner", { version: 1 }), create("envelope:1"));
    const after = await write(
      store,
      owner,
      replace("owner", before("owner"), { version: 2 }),
      create("envelope:2", { bytes: 3 }),
      { kind: "delete", id: "envelope:1" },
    );
    expect(await store.list(owner, "")).toEqual([
      { id: "envelope:2", etag: after("envelope:2"), body: { bytes: 3 } },
      { id: "owner", etag: after("owner"), body: { version: 2 } },
    ]);
  });

  it("tells the ETags of what it wrote, not of what it deleted", async () => {
    const { store, owner } = await start();
    const etag = await write(store, owner, create("owner"), create("event:1"));
    const outcome = await store.commit(owner, [
      replace("owner", etag("owner")),
      { kind: "delete", id: "event:1", etag: etag("event:1") },
      create("event:2"),
    ]);
    expect(outcome.committed && [...outcome.etags.keys()].sort()).toEqual(["event:2", "owner"]);
  });

  describe.each(REFUSED)("with %s", (_, refused, reason) => {
    it.each(["first", "second", "last"])("as its %s operation leaves everything as it was", async (place) => {
      const { store, owner } = await start();
      const etag = await write(
        store,
        owner,
        create("owner", { version: 1 }),
        create("event:1", { type: "enabled" }),
      );
      const before = await store.list(owner, "");
      const operations = [replace("event:1", etag("event:1"), { type: "changed" }), create("event:2")];
      operations.splice(["first", "second", "last"].indexOf(place), 0, refused);

      expect(await store.commit(owner, operations)).toEqual({ committed: false, id: refused.id, reason });
      expect(await store.list(owner, "")).toEqual(before);
    });
  });

  it("doesn't delete what it would have deleted before the operation that fails", async () => {
    const { store, owner } = await start();
    await write(store, owner, create("owner"));
    const outcome = await store.commit(owner, [
      { kind: "delete", id: "owner" },
      replace("envelope:1", "any"),
    ]);
    expect(outcome).toEqual({ committed: false, id: "envelope:1", reason: "missing" });
    expect(await store.read(owner, "owner")).toBeDefined();
  });

  it("names the first operation that can't be applied, where several can't", async () => {
    const { store, owner } = await start();
    await write(store, owner, create("owner"), create("event:1"));
    const [exists, changed, missing] = [
      create("owner"),
      replace("event:1", "any"),
      replace("envelope:1", "any"),
    ];
    const orders = [
      [exists, changed, missing],
      [changed, missing, exists],
      [create("event:2"), missing, exists, changed],
    ];
    expect(await Promise.all(orders.map((operations) => store.commit(owner, operations)))).toEqual([
      { committed: false, id: "owner", reason: "exists" },
      { committed: false, id: "event:1", reason: "changed" },
      { committed: false, id: "envelope:1", reason: "missing" },
    ]);
  });

  it("lets exactly one of many instances replace an item they all have read", async () => {
    const { store, another, owner } = await start();
    const etag = await write(store, owner, create("owner"));
    const stores = [store, await another(), await another()];
    const commits = Array.from({ length: 24 }, (_, n) =>
      (stores[n % stores.length] ?? store).commit(owner, [
        replace("owner", etag("owner"), { winner: n }),
        create(`event:${n}`),
      ]),
    );
    const outcomes = await Promise.all(commits);

    const winner = outcomes.findIndex(({ committed }) => committed);
    const losers = outcomes.filter((_, n) => n !== winner);
    expect(losers).toEqual(losers.map(() => ({ committed: false, id: "owner", reason: "changed" })));
    expect(await store.read(owner, "owner")).toMatchObject({ body: { winner } });
    expect(await store.list(owner, "event:")).toMatchObject([{ id: `event:${winner}` }]);
  });

  it("lets exactly one of many instances create an id", async () => {
    const { store, another, owner } = await start();
    const stores = [store, await another()];
    const outcomes = await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        (stores[n % 2] ?? store).commit(owner, [create("owner", { winner: n })]),
      ),
    );
    const winner = outcomes.findIndex(({ committed }) => committed);
    const losers = outcomes.filter((_, n) => n !== winner);
    expect(losers).toEqual(losers.map(() => ({ committed: false, id: "owner", reason: "exists" })));
    expect(await store.read(owner, "owner")).toMatchObject({ body: { winner } });
  });
}
