import { describe, expect, it, onTestFinished } from "vitest";
import type { Fault } from "../../../local/cloud/cosmosServer/faults.ts";
import { startCosmosServer } from "../../../local/cloud/cosmosServer/server.ts";
import { type ServedStore, startCosmosStore } from "../../../local/cloud/cosmosServer/store.ts";
import { metered } from "../../../shared/meter.ts";
import { createCosmosClient, openContainer, openCosmosStore } from "../../../shared/store/cosmos.ts";
import { type Store, StoreUnavailable } from "../../../shared/store/port.ts";
import { system } from "../../../shared/system.ts";
import { create, write } from "../../contract/store/fixture.ts";

const now = () => Date.parse("2026-11-22T07:00:00Z");
const { random } = system;

/** What a call sent to the server. */
async function requestsOf({ server }: ServedStore, act: () => Promise<unknown>) {
  const before = server.requests.length;
  await act();
  return server.requests.slice(before);
}

/** Each call of the port, with the kind of request that it makes. */
const CALLS = {
  read: { on: "read", act: (store: Store) => store.read("alice", "owner") },
  list: { on: "query", act: (store: Store) => store.list("alice", "") },
  listIds: { on: "query", act: (store: Store) => store.listIds("alice") },
  commit: { on: "batch", act: (store: Store) => store.commit("alice", [create("event:1")]) },
  check: { on: "read", act: (store: Store) => store.check() },
} as const;

const calls = Object.entries(CALLS).map(([name, call]) => ({ name, ...call }));

/** Faults that last, and what comes of them: how often the request is sent, and when to come back (seconds). */
const LASTING: Record<string, { ends: Fault["ends"]; sent: number; retryAfter: number }> = {
  "429 with a short wait": {
    ends: { status: 429, message: "busy", retryAfterMs: 1 },
    sent: 6,
    retryAfter: 1,
  },
  "429 with a long wait": {
    ends: { status: 429, message: "busy", retryAfterMs: 7_300 },
    sent: 1,
    retryAfter: 8,
  },
  "449": { ends: { status: 449, message: "retry", retryAfterMs: 1 }, sent: 3, retryAfter: 1 },
  "408": { ends: { status: 408, message: "timeout" }, sent: 3, retryAfter: 5 },
  "410": { ends: { status: 410, message: "gone" }, sent: 3, retryAfter: 5 },
  "500": { ends: { status: 500, message: "fault" }, sent: 3, retryAfter: 5 },
  "503": { ends: { status: 503, message: "unavailable" }, sent: 3, retryAfter: 5 },
  "503 without a body": { ends: { status: 503 }, sent: 3, retryAfter: 5 },
  "a dropped connection": { ends: "dropped", sent: 3, retryAfter: 5 },
  "400": { ends: { status: 400, message: "bad request" }, sent: 1, retryAfter: 5 },
  "401": { ends: { status: 401, message: "unauthorized" }, sent: 1, retryAfter: 5 },
  "403": { ends: { status: 403, message: "forbidden" }, sent: 1, retryAfter: 5 },
  "403 of a region that takes no writes": {
    ends: { status: 403, message: "moved", substatus: 3 },
    sent: 3,
    retryAfter: 5,
  },
  "403 of a region that the account is not in": {
    ends: { status: 403, message: "moved", substatus: 1008 },
    sent: 3,
    retryAfter: 5,
  },
  "404 of the container": {
    ends: { status: 404, message: "owner", substatus: 1003 },
    sent: 1,
    retryAfter: 5,
  },
};

describe("the Cosmos DB store's requests", () => {
  it("are one for each read and commit, from the first on", async () => {
    const served = await startCosmosStore({ now });
    const { store } = served;
    expect(
      await requestsOf(served, () => store.commit("alice", [create("owner"), create("event:1")])),
    ).toEqual(["batch"]);
    expect(await requestsOf(served, () => store.read("alice", "owner"))).toEqual(["read"]);
    expect(await requestsOf(served, () => store.read("alice", "nothing"))).toEqual(["read"]);
    expect(await requestsOf(served, () => store.check())).toEqual(["read", "container"]);
    expect(await requestsOf(served, () => store.check())).toEqual(["read"]);
  });

  it("are one query for a list that fits a page", async () => {
    const served = await startCosmosStore({ now });
    expect(await requestsOf(served, () => served.store.list("alice", ""))).toEqual(["query"]);
    expect(await requestsOf(served, () => served.store.listIds("alice"))).toEqual(["query"]);
  });

  it("go on until the last page of a list, by count and by size", async () => {
    const served = await startCosmosStore({ now });
    const { store } = served;
    for (let n = 0; n < 210; n += 70) {
      await write(store, "alice", ...Array.from({ length: 70 }, (_, m) => create(`event:${n + m}`)));
    }
    for (let n = 0; n < 5; n++)
      await write(store, "alice", create(`large:${n}`, { jwe: "x".repeat(1_500_000) }));
    expect(await store.list("alice", "event:")).toHaveLength(210);
    const sent = await requestsOf(served, async () => {
      expect(await store.list("alice", "large:")).toHaveLength(5);
    });
    expect(sent.filter((kind) => kind === "query")).toHaveLength(3);
  });

  it("are metered: the charges of all that a call sent are its own", async () => {
    const { store, server } = await startCosmosStore({ now });
    server.fault({ on: "read", ends: { status: 429, message: "busy", retryAfterMs: 1 } });
    const { calls } = await metered(async () => {
      await store.commit("alice", [create("owner"), create("event:1")]);
      await store.read("alice", "owner");
      await store.list("alice", "");
    });
    expect(calls).toEqual([
      // Two inserts, each with its partition key in the index; a read from a quorum, and 0.38 of the one that was throttled.
      { port: "store", operation: "commit", charge: 11.4, milliseconds: expect.any(Number) },
      { port: "store", operation: "read", charge: 2.38, milliseconds: expect.any(Number) },
      { port: "store", operation: "list", charge: 8.6, milliseconds: expect.any(Number) },
    ]);
  });

  it("share a client that one of its stores doesn't close", async () => {
    const server = await startCosmosServer({ now });
    onTestFinished(() => server.close());
    const client = createCosmosClient(server);
    const first = openContainer(client, { ...server, random });
    const second = openContainer(client, { ...server, random });
    await write(first, "alice", create("owner"));
    await first.close();
    expect(await second.read("alice", "owner")).toBeDefined();
    client.dispose();
  });
});

describe.each(calls)("a Cosmos DB store's $name", ({ on, act }) => {
  it.each(Object.entries(LASTING))("ends as unavailable on %s that lasts", async (_, fault) => {
    const served = await startCosmosStore({ now });
    served.server.fault({ on, times: 99, ends: fault.ends });
    const sent = await requestsOf(served, async () => {
      const error = await act(served.store).catch((error: unknown) => error);
      expect(error).toBeInstanceOf(StoreUnavailable);
      expect(error).toMatchObject({ retryAfter: fault.retryAfter, cause: expect.any(Error) });
    });
    expect(sent.filter((kind) => kind === on)).toHaveLength(fault.sent);
  });

  it.each(Object.entries(LASTING).filter(([, { sent }]) => sent > 1))(
    "doesn't mind %s that passes",
    async (_, { ends }) => {
      const { store, server } = await startCosmosStore({ now });
      server.fault({ on, ends });
      await expect(act(store)).resolves.not.toThrow();
    },
  );

  it("ends as unavailable when no answer comes within its time", async () => {
    const { store, server } = await startCosmosStore({ now }, { timeLimit: 100 });
    server.fault({ on, times: 99, ends: "silent" });
    await expect(act(store)).rejects.toThrow(StoreUnavailable);
  });

  it("is not told that there is nothing by an account that has no such container", async () => {
    const server = await startCosmosServer({ now });
    onTestFinished(() => server.close());
    const store = openCosmosStore({ ...server, container: "another", random });
    await expect(act(store)).rejects.toThrow(StoreUnavailable);
  });

  it("is refused by an account that may show one phone what another has replaced", async () => {
    const { store } = await startCosmosStore({ now, consistency: "Session" });
    await expect(act(store)).rejects.toMatchObject({ name: "StoreUnavailable" });
  });

  it("is refused by an account that is weaker than its setting, and served by one that isn't", async () => {
    const open = async (consistency: string, asked?: "BoundedStaleness") =>
      (await startCosmosStore({ now, consistency }, asked && { consistency: asked })).store;
    const bounded = await open("BoundedStaleness", "BoundedStaleness");
    await expect(act(bounded)).resolves.not.toThrow();
    for (const store of [await open("BoundedStaleness"), await open("Session", "BoundedStaleness")]) {
      await expect(act(store)).rejects.toMatchObject({ name: "StoreUnavailable" });
      await expect(store.check()).rejects.toMatchObject({ name: "StoreUnavailable" });
    }
  });
});
