import { describe, expect, it, vi } from "vitest";
import { startCosmosStore } from "../../../local/cloud/cosmosServer/store.ts";
import { CONNECTION_LIFE } from "../../../shared/store/cosmos/connections.ts";
import { create, write } from "../../contract/store/fixture.ts";

/** A store on connections of its own, which age by the clock. */
async function start() {
  const clock = { time: 1_000 };
  const now = () => clock.time;
  const served = await startCosmosStore({ now: () => Date.parse("2026-11-22T07:00:00Z") }, { now });
  await write(served.store, "alice", create("owner"));
  return { ...served, clock };
}

describe("a region that the account has moved away from", () => {
  it("is left at the first write that it refuses, which goes to the new one", async () => {
    const { store, server } = await start();
    server.moveRegion(3);
    expect(await store.commit("alice", [create("event:1")])).toMatchObject({ committed: true });
    expect(await store.read("alice", "event:1")).toBeDefined();
    expect(server.requests.filter((kind) => kind === "batch")).toHaveLength(3);
  });

  it("is left by all who have connections to it, and each is refused once", async () => {
    const { store, server } = await start();
    await Promise.all(Array.from({ length: 8 }, () => store.read("alice", "owner")));
    server.moveRegion(3);
    const before = server.requests.length;
    await Promise.all(Array.from({ length: 8 }, (_, n) => write(store, "alice", create(`event:${n}`))));
    expect(server.requests.length - before).toBeLessThanOrEqual(16);
  });

  it.each(["read", "list", "commit"] as const)(
    "is left by a %s if the account is no longer there",
    async (call) => {
      const { store, server } = await start();
      server.moveRegion(1008);
      const calls = {
        read: () => store.read("alice", "owner"),
        list: () => store.list("alice", ""),
        commit: () => store.commit("alice", [create("event:1")]),
      };
      expect(await calls[call]()).toBeTruthy();
    },
  );

  it("is unavailable, and not for good, until the account's name leads elsewhere", async () => {
    const { store, server } = await start();
    server.fault({ on: "batch", times: 3, ends: { status: 403, message: "moved", substatus: 3 } });
    const commit = () => store.commit("alice", [create("event:1")]);
    await expect(commit()).rejects.toMatchObject({ name: "StoreUnavailable", retryAfter: 5 });
    expect(await commit()).toMatchObject({ committed: true });
  });

  it("is left when it no longer answers: the next attempt is over a new connection", async () => {
    const { store, server } = await start();
    const before = server.opened();
    server.fault({ on: "read", ends: { status: 500, message: "fault" } });
    await store.read("alice", "owner");
    expect(server.opened()).toBe(before);
    server.fault({ on: "read", ends: "dropped" });
    await store.read("alice", "owner");
    expect(server.opened()).toBe(before + 1);
  });
});

describe("a connection", () => {
  it("serves for five minutes, and is closed then", async () => {
    const { store, server, clock } = await start();
    expect(server.opened()).toBe(1);
    clock.time += CONNECTION_LIFE - 1;
    await store.read("alice", "owner");
    expect(server.opened()).toBe(1);
    clock.time += 1;
    await store.read("alice", "owner");
    expect(server.opened()).toBe(2);
    await vi.waitFor(() => expect(server.connections()).toBe(1));
  });

  it("that is in use when its time is over is closed as soon as it is answered", async () => {
    const { store, server, clock } = await start();
    const held = Promise.withResolvers<void>();
    const arrived = Promise.withResolvers<void>();
    const meanwhile = () => {
      arrived.resolve();
      return held.promise;
    };
    server.fault({ on: "read", acts: 1, meanwhile, ends: "answered" });
    const slow = store.read("alice", "owner");
    await arrived.promise;
    clock.time += CONNECTION_LIFE;
    await store.read("alice", "owner");
    expect(server.connections()).toBe(2);
    held.resolve();
    expect(await slow).toBeDefined();
    await vi.waitFor(() => expect(server.connections()).toBe(1));
  });
});
