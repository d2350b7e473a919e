import { describe, expect, it } from "vitest";
import type { Fault } from "../../../local/cloud/cosmosServer/faults.ts";
import { startCosmosStore } from "../../../local/cloud/cosmosServer/store.ts";
import { type Store, StoreUnavailable } from "../../../shared/store/port.ts";
import { create, write } from "../../contract/store/fixture.ts";

const now = () => Date.parse("2026-11-22T07:00:00Z");

/** A store in which Alice has items for five pages, and Bob has one. */
async function start() {
  const served = await startCosmosStore({ now }, { timeLimit: 1_000 });
  for (let n = 0; n < 420; n += 70) {
    const seventy = Array.from({ length: 70 }, (_, m) => create(`event:${n + m}`));
    await write(served.store, "alice", ...seventy);
  }
  await write(served.store, "bob", create("owner", { of: "bob" }));
  served.server.requests.length = 0;
  return served;
}

/** Both ways to list all that Alice has. */
const LISTINGS: Record<string, (store: Store) => Promise<readonly { readonly id: string }[]>> = {
  list: (store) => store.list("alice", ""),
  listIds: async (store) => {
    const found: { id: string }[] = [];
    let from: string | undefined;
    do {
      const page = await store.listIds("alice", { from });
      found.push(...page.items);
      from = page.next;
    } while (from !== undefined);
    return found;
  },
};

/** What can happen to a page and pass. */
const PASSING: Record<string, Omit<Fault, "on">> = {
  "is throttled": { ends: { status: 429, message: "busy", retryAfterMs: 1 } },
  "is throttled, five times": { times: 5, ends: { status: 429, message: "busy", retryAfterMs: 1 } },
  "is cut off": { acts: 0, ends: "dropped" },
  "is not answered": { acts: 0, ends: "silent" },
  "meets a partition that splits": { ends: { status: 410, message: "gone", substatus: 1002 } },
  "meets a gateway's page": { ends: { status: 502 } },
};

describe.each(Object.entries(LISTINGS))("a listing by %s", (_, list) => {
  it.each(Object.entries(PASSING))("reads no page twice where one in the middle %s", async (_, fault) => {
    const { store, server } = await start();
    server.fault({ on: "query", after: 2, ...fault });
    expect(await list(store)).toHaveLength(420);
    expect(server.pages).toHaveLength(5);
    expect(new Set(server.pages).size).toBe(5);
  });

  it("reads no page twice where one after the other is told to wait", async () => {
    const { store, server } = await start();
    server.fault({
      on: "query",
      every: 2,
      times: 99,
      ends: { status: 429, message: "busy", retryAfterMs: 1 },
    });
    expect(await list(store)).toHaveLength(420);
    expect(server.requests).toHaveLength(9);
    expect(new Set(server.pages).size).toBe(5);
    expect(server.pages).toHaveLength(5);
  });

  it("is unavailable where it is told to wait longer than a phone would", async () => {
    const { store, server } = await start();
    server.fault({ on: "query", after: 2, ends: { status: 429, message: "busy", retryAfterMs: 7_300 } });
    await expect(list(store)).rejects.toMatchObject({ name: "StoreUnavailable", retryAfter: 8 });
  });

  it("is within one partition, or is none: a query that is to be split over all is refused", async () => {
    const { store, server } = await start();
    const message = "Cross partition query only supports 'VALUE <AggregateFunc>' for aggregates.";
    server.fault({
      on: "query",
      after: 1,
      ends: { status: 400, body: { code: "BadRequest", message, additionalErrorInfo: "{}" } },
    });
    await expect(list(store)).rejects.toThrow(StoreUnavailable);
    expect(server.requests).toEqual(["query", "query"]);
  });

  it("takes no item of another's partition, whoever answers it", async () => {
    const { store, server } = await start();
    const items = [{ id: "owner", userId: "bob", _etag: '"1"', of: "bob" }];
    server.fault({
      on: "query",
      after: 1,
      ends: { status: 200, body: { _rid: "coll=", Documents: items, _count: 1 } },
    });
    await expect(list(store)).rejects.toMatchObject({
      name: "StoreUnavailable",
      cause: { advice: "an item of another partition was answered" },
    });
    expect(server.requests).toHaveLength(2);
  });

  it("names its partition in the query, not beside it alone", async () => {
    const { store, server } = await start();
    await list(store);
    expect(server.pages.every((page) => page.includes(" WHERE c.userId = @partition AND "))).toBe(true);
  });
});

describe("a listing of ids", () => {
  it("asks for no bodies", async () => {
    const { store, server } = await start();
    await LISTINGS.listIds?.(store);
    expect(server.pages.every((page) => page.startsWith("SELECT c.id, c.userId, c._etag FROM c "))).toBe(
      true,
    );
  });
});

describe("a point read", () => {
  it.each([
    ["of another partition", { id: "owner", userId: "bob", _etag: '"1"' }],
    ["without an ETag", { id: "owner", userId: "alice" }],
    ["without an id", { userId: "alice", _etag: '"1"' }],
  ])("takes no item %s", async (_, body) => {
    const { store, server } = await start();
    server.fault({ on: "read", ends: { status: 200, body } });
    await expect(store.read("alice", "owner")).rejects.toThrow(StoreUnavailable);
    expect(server.requests).toEqual(["read"]);
  });
});
