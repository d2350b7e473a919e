import { expect, it } from "vitest";
import { create, ids, replace, type StoreFixture, write } from "./fixture.ts";

export function lifetimeContract(start: () => Promise<StoreFixture>): void {
  it("ends to the millisecond", async () => {
    const { store, clock, owner } = await start();
    await write(store, owner, { kind: "create", id: "challenge:1", body: {}, ttl: 60 });
    clock.time += 59_999;
    expect(await store.read(owner, "challenge:1")).toBeDefined();
    expect(ids(await store.list(owner, "challenge:"))).toEqual(["challenge:1"]);
    clock.time += 1;
    expect(await store.read(owner, "challenge:1")).toBeUndefined();
    expect(await store.list(owner, "challenge:")).toEqual([]);
  });

  it("never ends where none was given", async () => {
    const { store, clock, owner } = await start();
    await write(store, owner, create("owner"), { kind: "create", id: "event:1", body: {}, ttl: 1 });
    clock.time += 100 * 365 * 86_400_000;
    expect(ids(await store.list(owner, ""))).toEqual(["owner"]);
  });

  it("frees the id for a create, which gets another ETag", async () => {
    const { store, clock, owner } = await start();
    const expired = await write(store, owner, {
      kind: "create",
      id: "idempotency:1",
      body: { n: 1 },
      ttl: 1,
    });
    clock.time += 1_000;
    const etag = await write(store, owner, create("idempotency:1", { n: 2 }));
    expect(etag("idempotency:1")).not.toBe(expired("idempotency:1"));
    expect(await store.read(owner, "idempotency:1")).toMatchObject({ body: { n: 2 } });
    clock.time += 86_400_000;
    expect(await store.read(owner, "idempotency:1")).toBeDefined();
  });

  it("leaves nothing to replace or delete", async () => {
    const { store, clock, owner } = await start();
    const etag = await write(store, owner, { kind: "create", id: "challenge:1", body: {}, ttl: 1 });
    clock.time += 1_000;
    const missing = { committed: false, id: "challenge:1", reason: "missing" };
    expect(await store.commit(owner, [replace("challenge:1", etag("challenge:1"))])).toEqual(missing);
    expect(await store.commit(owner, [{ kind: "delete", id: "challenge:1" }])).toEqual(missing);
    expect(
      await store.commit(owner, [{ kind: "delete", id: "challenge:1", etag: etag("challenge:1") }]),
    ).toEqual(missing);
  });

  it("starts again with the one of a replace", async () => {
    const { store, clock, owner } = await start();
    const etag = await write(store, owner, { kind: "create", id: "challenge:1", body: {}, ttl: 10 });
    clock.time += 9_000;
    await write(store, owner, {
      kind: "replace",
      id: "challenge:1",
      body: {},
      etag: etag("challenge:1"),
      ttl: 2,
    });
    clock.time += 1_999;
    expect(await store.read(owner, "challenge:1")).toBeDefined();
    clock.time += 1;
    expect(await store.read(owner, "challenge:1")).toBeUndefined();
  });

  it("is lifted by a replace without one", async () => {
    const { store, clock, owner } = await start();
    const etag = await write(store, owner, { kind: "create", id: "challenge:1", body: {}, ttl: 10 });
    await write(store, owner, replace("challenge:1", etag("challenge:1")));
    clock.time += 10_000;
    expect(await store.read(owner, "challenge:1")).toBeDefined();
  });

  it("stays as it was when the commit that would have changed it fails", async () => {
    const { store, clock, owner } = await start();
    const etag = await write(store, owner, { kind: "create", id: "challenge:1", body: {}, ttl: 10 });
    await store.commit(owner, [replace("challenge:1", etag("challenge:1")), replace("owner", "any")]);
    clock.time += 10_000;
    expect(await store.read(owner, "challenge:1")).toBeUndefined();
  });
}
