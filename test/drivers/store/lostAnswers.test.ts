import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { Fault } from "../../../local/cloud/cosmosServer/faults.ts";
import { type ServedStore, startCosmosStore } from "../../../local/cloud/cosmosServer/store.ts";
import { TIME_LIMIT } from "../../../shared/store/cosmos/client.ts";
import { type Operation, type Store, StoreUnavailable } from "../../../shared/store/port.ts";
import { create, replace, write } from "../../contract/store/fixture.ts";

const now = () => Date.parse("2026-11-22T07:00:00Z");

/** A store in which `owner` and `envelope:1` are. */
async function start() {
  const served = await startCosmosStore({ now });
  const etag = await write(served.store, "alice", create("owner", { version: 1 }), create("envelope:1"));
  return { ...served, etag };
}

type Started = Awaited<ReturnType<typeof start>>;

/** The batches by which callers commit, to a store that has just been started. */
const BATCHES: Record<string, (started: Started) => Operation[]> = {
  "that creates": () => [create("proof:1"), create("event:1")],
  "that replaces": ({ etag }) => [replace("owner", etag("owner"), { version: 2 })],
  "that creates, replaces and deletes": ({ etag }) => [
    create("proof:1"),
    replace("owner", etag("owner"), { version: 2 }),
    create("envelope:2"),
    { kind: "delete", id: "envelope:1" },
  ],
};

/** How the answer to a batch that was carried out gets lost. */
const LOST: Record<string, Omit<Fault, "on">> = {
  "the connection drops": { acts: 1, ends: "dropped" },
  "the connection drops, twice": { acts: 1, times: 2, ends: "dropped" },
  "the connection drops, as often as it's sent": { acts: 1, times: 3, ends: "dropped" },
  "408 comes in its place": { acts: 1, ends: { status: 408, message: "timeout" } },
  "449 comes in its place": { acts: 1, ends: { status: 449, message: "retry", retryAfterMs: 1 } },
  "500 comes in its place": { acts: 1, ends: { status: 500, message: "fault" } },
  "503 comes in its place": { acts: 1, ends: { status: 503, message: "unavailable" } },
  "a gateway's empty 502 comes in its place": { acts: 1, ends: { status: 502 } },
  "a gateway carries it out twice": { acts: 2, ends: "answered" },
};

/** Of an operation that was carried out. */
const STATUS = { create: 201, replace: 200, delete: 204 } as const;

function batches({ server }: ServedStore): number {
  return server.requests.filter((kind) => kind === "batch").length;
}

/** Another request that replaces the owner. */
async function replaceOwner(store: Store): Promise<void> {
  const owner = (await store.read("alice", "owner")) ?? expect.fail();
  await write(store, "alice", replace("owner", owner.etag, { version: 99 }));
}

describe.each(Object.entries(BATCHES))("a commit %s", (_, batch) => {
  it("tells the ETags also where the answer leaves them out", async () => {
    const started = await start();
    const { store, server } = started;
    const operations = batch(started);
    const results = operations.map(({ kind }) => ({ statusCode: STATUS[kind] }));
    server.fault({ on: "batch", acts: 1, ends: { status: 200, body: results } });
    const outcome = await store.commit("alice", operations);
    const written = operations.filter(({ kind }) => kind !== "delete").map(({ id }) => id);
    const found = await Promise.all(written.map((id) => store.read("alice", id)));
    expect(outcome).toEqual({ committed: true, etags: new Map(found.map((item) => [item?.id, item?.etag])) });
  });

  it.each(Object.entries(LOST))("is known to be committed, once, when %s", async (_, fault) => {
    const started = await start();
    const { store, server } = started;
    const operations = batch(started);
    server.fault({ on: "batch", ...fault });
    const outcome = await store.commit("alice", operations);

    const written = operations.filter(({ kind }) => kind !== "delete").map(({ id }) => id);
    const found = await Promise.all(written.map((id) => store.read("alice", id)));
    expect(outcome).toEqual({ committed: true, etags: new Map(found.map((item) => [item?.id, item?.etag])) });
    for (const operation of operations) {
      if (operation.kind === "delete") expect(await store.read("alice", operation.id)).toBeUndefined();
    }
    expect(batches(started)).toBeLessThanOrEqual(1 + 3);
  });

  it("is sent again, and carried out once, when it was lost on its way", async () => {
    const started = await start();
    started.server.fault({ on: "batch", times: 2, ends: "dropped" });
    expect(await started.store.commit("alice", batch(started))).toMatchObject({ committed: true });
    expect(batches(started)).toBe(1 + 3);
  });

  it("is unavailable, and changes nothing, when it never arrives", async () => {
    const started = await start();
    const before = await started.store.list("alice", "");
    started.server.fault({ on: "batch", times: 3, ends: "dropped" });
    await expect(started.store.commit("alice", batch(started))).rejects.toThrow(StoreUnavailable);
    expect(await started.store.list("alice", "")).toEqual(before);
  });

  it("is unavailable when its answer is lost, and nobody answers who looks for it", async () => {
    const started = await start();
    started.server.fault({ on: "batch", acts: 1, ends: "dropped" });
    started.server.fault({ on: "read", times: 3, ends: { status: 503, message: "unavailable" } });
    await expect(started.store.commit("alice", batch(started))).rejects.toThrow(StoreUnavailable);
  });

  it("is known to be committed when its answer doesn't come, and the look at it takes the time that is left", async () => {
    const started = await start();
    // By timers of the test's own: on a busy machine, real ones would run out while what answers waits for its turn.
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const meanwhile = async () => void (await vi.advanceTimersByTimeAsync(TIME_LIMIT / 2));
    started.server.fault({ on: "batch", acts: 1, meanwhile, ends: "silent" });
    expect(await started.store.commit("alice", batch(started))).toMatchObject({ committed: true });
    expect(batches(started)).toBe(1 + 2);
  });
});

describe("a commit whose answer was lost, and whose owner another has replaced since,", () => {
  async function lose(operations: (started: Started) => Operation[]) {
    const started = await start();
    const meanwhile = () => replaceOwner(started.store);
    started.server.fault({ on: "batch", acts: 1, meanwhile, ends: "dropped" });
    return { ...started, outcome: started.store.commit("alice", operations(started)) };
  }

  it("is committed, with an ETag of the owner that lets nobody overwrite the other's", async () => {
    const { store, outcome } = await lose(({ etag }) => [replace("owner", etag("owner")), create("proof:1")]);
    const result = await outcome;
    if (!result.committed) return expect.fail(result.reason);
    expect(result.etags.get("proof:1")).toBe((await store.read("alice", "proof:1"))?.etag);
    const stale = result.etags.get("owner") ?? expect.fail();
    const refused = { committed: false, id: "owner", reason: "changed" };
    expect(await store.commit("alice", [replace("owner", stale)])).toEqual(refused);
    expect(await store.read("alice", "owner")).toMatchObject({ body: { version: 99 } });
  });

  it("is committed when it created the owner, and another of its items tells", async () => {
    const { store, server } = await startCosmosStore({ now });
    const meanwhile = () => replaceOwner(store);
    server.fault({ on: "batch", acts: 1, meanwhile, ends: "dropped" });
    expect(await store.commit("alice", [create("owner"), create("proof:1")])).toMatchObject({
      committed: true,
    });
    expect(await store.read("alice", "owner")).toMatchObject({ body: { version: 99 } });
  });

  it("is committed also if what it created has expired since", async () => {
    const clock = { time: now() };
    const { store, server } = await startCosmosStore({ now: () => clock.time });
    const etag = await write(store, "alice", create("owner"));
    const meanwhile = async () => {
      clock.time += 2_000;
    };
    server.fault({ on: "batch", acts: 1, meanwhile, ends: "dropped" });
    const brief: Operation = { kind: "create", id: "challenge:1", body: {}, ttl: 1 };
    const operations = [brief, replace("owner", etag("owner"), { version: 2 })];
    expect(await store.commit("alice", operations)).toMatchObject({ committed: true });
  });

  it("can't be told from one that never happened, where it created nothing", async () => {
    const { outcome } = await lose(({ etag }) => [replace("owner", etag("owner"))]);
    await expect(outcome).rejects.toThrow(StoreUnavailable);
  });
});

describe("a conflict", () => {
  it("is one, after a batch and a look", async () => {
    const { store, server, etag } = await start();
    const before = server.requests.length;
    const conflict = await store.commit("alice", [create("proof:1"), replace("owner", etag("envelope:1"))]);
    expect(conflict).toEqual({ committed: false, id: "owner", reason: "changed" });
    expect(server.requests.slice(before)).toEqual(["batch", "read"]);
  });

  it.each([0, 1] as const)(
    "with another is one, also when an answer was lost on the way (%i)",
    async (acts) => {
      const { store, server, etag } = await start();
      // Carried out or not, the batch fails: the other came first.
      await replaceOwner(store);
      server.fault({ on: "batch", acts, ends: "dropped" });
      const operations = [create("proof:1"), replace("owner", etag("owner"))];
      const conflict = { committed: false, id: "owner", reason: "changed" };
      expect(await store.commit("alice", operations)).toEqual(conflict);
      expect(await store.read("alice", "proof:1")).toBeUndefined();
    },
  );

  it("isn't what an operation is in that Cosmos DB refuses for another reason", async () => {
    const { store } = await start();
    const refused = store.commit("alice", [create("event:1"), create("event#2")]);
    await expect(refused).rejects.toMatchObject({ name: "StoreUnavailable", cause: { code: 400 } });
    expect(await store.read("alice", "event:1")).toBeUndefined();
  });
});

describe("a commit of deletes alone", () => {
  const unconditional: Operation = { kind: "delete", id: "envelope:1" };

  it("isn't sent again when its answer is lost: it could delete what was created since", async () => {
    const started = await start();
    started.server.fault({ on: "batch", acts: 1, ends: "dropped" });
    await expect(started.store.commit("alice", [unconditional])).rejects.toThrow(StoreUnavailable);
    expect(batches(started)).toBe(1 + 1);
  });

  it("is sent again on an ETag, and carried out, when it was lost on its way", async () => {
    const { store, server, etag } = await start();
    server.fault({ on: "batch", ends: "dropped" });
    const outcome = await store.commit("alice", [{ ...unconditional, etag: etag("envelope:1") }]);
    expect(outcome).toEqual({ committed: true, etags: new Map() });
    expect(await store.read("alice", "envelope:1")).toBeUndefined();
  });

  it("is unavailable when its answer is lost and the item is gone: nobody knows who deleted it", async () => {
    const { store, server, etag } = await start();
    server.fault({ on: "batch", acts: 1, ends: "dropped" });
    const outcome = store.commit("alice", [{ ...unconditional, etag: etag("envelope:1") }]);
    await expect(outcome).rejects.toThrow(StoreUnavailable);
  });

  it("that throttling delays is carried out: nothing was done before", async () => {
    const { store, server } = await start();
    server.fault({ on: "batch", ends: { status: 429, message: "busy", retryAfterMs: 1 } });
    expect(await store.commit("alice", [unconditional])).toMatchObject({ committed: true });
  });
});
