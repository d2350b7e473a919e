import { expect, it } from "vitest";
import { create, replace, type StoreFixture, write } from "./fixture.ts";

export function etagContract(start: () => Promise<StoreFixture>): void {
  it("changes with each write of the item, also when the body doesn't", async () => {
    const { store, owner } = await start();
    const first = await write(store, owner, create("owner", { version: 1 }));
    const second = await write(store, owner, replace("owner", first("owner"), { version: 1 }));
    expect(second("owner")).not.toBe(first("owner"));
    expect((await store.read(owner, "owner"))?.etag).toBe(second("owner"));
  });

  it("stays while other items are written", async () => {
    const { store, owner, stranger } = await start();
    const etag = await write(store, owner, create("owner"), create("event:1"));
    await write(store, owner, replace("event:1", etag("event:1")), create("event:2"));
    await write(store, stranger, create("owner"));
    expect((await store.read(owner, "owner"))?.etag).toBe(etag("owner"));
  });

  it("is never one that the id has had before, however often it's deleted and made again", async () => {
    const { store, owner } = await start();
    const seen = new Set<string>();
    for (let n = 0; n < 10; n++) {
      const created = await write(store, owner, create("owner"));
      const replaced = await write(store, owner, replace("owner", created("owner")));
      await write(store, owner, { kind: "delete", id: "owner" });
      seen.add(created("owner")).add(replaced("owner"));
    }
    expect(seen.size).toBe(20);
  });

  it("refuses whoever read an earlier state of the item", async () => {
    const { store, owner } = await start();
    const stale = await write(store, owner, create("owner"));
    await write(store, owner, replace("owner", stale("owner")));
    const changed = { committed: false, id: "owner", reason: "changed" };
    expect(await store.commit(owner, [replace("owner", stale("owner"))])).toEqual(changed);
    expect(await store.commit(owner, [{ kind: "delete", id: "owner", etag: stale("owner") }])).toEqual(
      changed,
    );
  });

  it("refuses whoever read the item before it was deleted and made again", async () => {
    const { store, owner } = await start();
    const stale = await write(store, owner, create("owner", { version: 1 }));
    await write(store, owner, { kind: "delete", id: "owner" });
    await write(store, owner, create("owner", { version: 1 }));
    const changed = { committed: false, id: "owner", reason: "changed" };
    expect(await store.commit(owner, [replace("owner", stale("owner"))])).toEqual(changed);
    expect(await store.commit(owner, [{ kind: "delete", id: "owner", etag: stale("owner") }])).toEqual(
      changed,
    );
  });

  it("refuses the ETag of another item", async () => {
    const { store, owner, stranger } = await start();
    const etag = await write(store, owner, create("owner"), create("event:1"));
    const strange = await write(store, stranger, create("owner"));
    const changed = { committed: false, id: "owner", reason: "changed" };
    expect(await store.commit(owner, [replace("owner", etag("event:1"))])).toEqual(changed);
    expect(await store.commit(owner, [replace("owner", strange("owner"))])).toEqual(changed);
    expect(await store.commit(owner, [{ kind: "delete", id: "owner", etag: etag("event:1") }])).toEqual(
      changed,
    );
  });

  it("isn't needed for a delete", async () => {
    const { store, owner } = await start();
    await write(store, owner, create("owner"));
    await write(store, owner, { kind: "delete", id: "owner" });
    expect(await store.read(owner, "owner")).toBeUndefined();
  });
}
