import { describe, expect, it } from "vitest";
import type { Fault } from "../../local/cloud/cosmosServer/faults.ts";
import type { CosmosServer } from "../../local/cloud/cosmosServer/server.ts";
import { startCosmosStore } from "../../local/cloud/cosmosServer/store.ts";
import { createTokens } from "../../local/cloud/vaultServer/tokens.ts";
import { MOST_DEVICES, MOST_REMOVED } from "../../shared/model/device.ts";
import { currentKey, MOST_VERSIONS, type Owner } from "../../shared/model/owner.ts";
import { MOST_RECOVERIES } from "../../shared/model/recovery.ts";
import { packed } from "../../shared/model/storedOwner.ts";
import { ids, owner as ownerItem } from "../../shared/store/items.ts";
import { BATCH_OPERATIONS, type Operation, type Store } from "../../shared/store/port.ts";
import { parseItem } from "../../shared/store/schema.ts";
import { create, replace, write } from "../contract/store/fixture.ts";
import { backupOf, range, release, trusted, version } from "../rules/backup/owner.ts";
import { contents } from "../support/accounts.ts";
import { userIdOf } from "../support/partition.ts";
import {
  backedUpPhone,
  expectOk,
  problemOf,
  START,
  startService,
  type TestPhone,
} from "../support/service.ts";

const SHORT_WAIT = { status: 429, message: "busy", retryAfterMs: 1 };
const LONG_WAIT = { status: 429, message: "busy", retryAfterMs: 7_300 };

/** A service on Cosmos DB's driver, and a phone that has uploaded. */
async function start() {
  const cosmos = await startCosmosStore({ now: () => START });
  const service = await startService({ wrap: (adapters) => ({ ...adapters, store: cosmos.store }) });
  const phone = await backedUpPhone(service);
  expectOk(await phone.upload(contents));
  return { ...cosmos, service, phone, userId: userIdOf(phone) };
}

/** Fills every list in the owner's item, and puts all items there that these name, and a record. */
async function fill(store: Store, phone: TestPhone): Promise<void> {
  const userId = userIdOf(phone);
  const found = (await store.read(userId, ids.owner)) ?? expect.fail("no owner");
  const item = parseItem(ownerItem, found);
  const [own = expect.fail("no phone")] = item.devices;
  const { number } = currentKey(backupOf(item));
  const envelope = (await store.read(userId, ids.envelope(1))) ?? expect.fail("no envelope");
  const idOf = (kind: string, at: number) => `${kind}${String(at).padStart(43 - kind.length, "0")}`;
  const versions = range(2, MOST_VERSIONS);
  const recoveries = range(1, MOST_RECOVERIES).map((at) => release("r", at, { version: 1 }));
  const full: Owner = {
    ...item,
    devices: [own, ...range(2, MOST_DEVICES).map((at) => trusted("t", at, { deviceId: idOf("device", at) }))],
    removed: range(1, MOST_REMOVED).map((at) => {
      return { device: trusted("r", 50 + at, { deviceId: idOf("removed", at) }), number: 90 };
    }),
    nextVersion: MOST_VERSIONS + 1,
    backup: {
      ...backupOf(item),
      current: MOST_VERSIONS,
      versions: [
        ...versions.toReversed().map((at) => version(at, { key: number })),
        ...backupOf(item).versions,
      ],
    },
    recoveries,
  };
  expect(parseItem(ownerItem, { ...found, body: packed(full) })).toEqual(full);
  const operations: Operation[] = [
    replace(ids.owner, found.etag, packed(full)),
    ...versions.map((at) => create(ids.envelope(at), { ...envelope.body, version: at })),
    ...range(10, 1_000).map((at) => create(ids.event(at), { schema: 1 })),
    ...range(1, 200).map((at) => create(ids.idempotency(idOf("key", at)), { schema: 1 })),
    ...range(1, 50).map((at) => create(ids.proof(idOf("proof", at)), { schema: 1 })),
  ];
  for (let at = 0; at < operations.length; at += BATCH_OPERATIONS) {
    await write(store, userId, ...operations.slice(at, at + BATCH_OPERATIONS));
  }
}

/** What is left of an owner but spent proofs, which expire. */
function leftOf({ contents }: Pick<CosmosServer, "contents">, userId: string): string[] {
  const documents: { readonly id: string; readonly userId: string }[] = contents()
    .split("\n")
    .flatMap((container) => JSON.parse(container));
  const left = documents.filter((document) => document.userId === userId).map(({ id }) => id);
  return left.filter((id) => !id.startsWith(ids.proof("")));
}

/** What goes wrong with requests to the store all the time, and passes each time. */
const PASSING: Record<string, Fault> = {
  "one request in three is throttled": { on: "any", every: 3, ends: SHORT_WAIT },
  "one page after the other is told to wait": { on: "query", every: 2, ends: SHORT_WAIT },
  "one page after the other is cut off": { on: "query", every: 2, acts: 1, ends: "dropped" },
};

describe.each(Object.entries(PASSING))("while %s", (_, fault) => {
  it("an owner with every list full exports everything, with every page read once [I7] [H7]", async () => {
    const { store, server, phone, userId } = await start();
    await fill(store, phone);
    const all = await store.list(userId, "");
    server.fault({ ...fault, times: Number.POSITIVE_INFINITY });
    server.pages.length = 0;
    const exported = await phone.exportAll();
    expectOk(exported);
    const told = exported.body.items.map(({ id }) => id);
    expect(new Set(told).size).toBe(told.length);
    expect(told).toEqual(expect.arrayContaining(all.map(({ id }) => id)));
    expect(server.pages.length).toBeGreaterThan(20);
    expect(new Set(server.pages).size).toBe(server.pages.length);
  });

  it("an owner with every list full erases everything, with every page read once [I7] [H7]", async () => {
    const { store, server, phone, userId } = await start();
    await fill(store, phone);
    server.fault({ ...fault, times: Number.POSITIVE_INFINITY });
    server.pages.length = 0;
    expectOk(await phone.erase());
    expect(server.pages.length).toBeGreaterThan(20);
    expect(new Set(server.pages).size).toBe(server.pages.length);
    expect(leftOf(server, userId)).toEqual([]);
  });
});

describe("an erasure", () => {
  /** Repeats it as long as it may be, as a phone does. @returns how often it was asked for */
  async function eraseAtLast(phone: TestPhone): Promise<number> {
    for (let times = 1; times < 100; times++) {
      const result = await phone.erase();
      // The last commit was carried out, and its answer lost: there is no such phone any more.
      if (result.ok || problemOf(result).code === "device-not-registered") return times;
      expect(problemOf(result)).toMatchObject({ status: 503, retryable: true });
    }
    return expect.fail("it never ends");
  }

  it.each<[string, Fault]>([
    ["is told to wait long at one page after the other", { on: "query", every: 2, ends: LONG_WAIT }],
    ["is cut off before every second commit", { on: "batch", every: 2, ends: "dropped" }],
    ["is cut off after every second commit", { on: "batch", every: 2, acts: 1, ends: "dropped" }],
    ["is cut off before every third request", { on: "any", every: 3, ends: "dropped" }],
    ["is cut off after every third request", { on: "any", every: 3, acts: 1, ends: "dropped" }],
  ])("that %s goes on where it was [I7] [H7]", async (_, fault) => {
    const { store, server, phone, userId } = await start();
    await fill(store, phone);
    server.fault({ ...fault, times: Number.POSITIVE_INFINITY });
    expect(await eraseAtLast(phone)).toBeLessThanOrEqual(30);
    expect(leftOf(server, userId)).toEqual([]);
  });
});

describe("a write region that moved", () => {
  it.each([3, 1008] as const)("is found without a restart, after 403/%i [I4]", async (substatus) => {
    const { server, phone } = await start();
    server.moveRegion(substatus);
    expectOk(await phone.upload(contents));
    expectOk(await phone.status());
  });
});

describe("a retry", () => {
  it("that comes at the moment at which its first try is forgotten is carried out [G2]", async () => {
    let isForgotten = false;
    const service = await startService({
      wrap: ({ store, ...rest }) => ({
        ...rest,
        store: {
          ...store,
          commit: async (partition, operations) => {
            const key = operations.find(({ id }) => id.startsWith(ids.idempotency("")));
            if (isForgotten || !key) return await store.commit(partition, operations);
            isForgotten = true;
            return { committed: false, id: key.id, reason: "exists" };
          },
        },
      }),
    });
    await backedUpPhone(service);
    expect(isForgotten).toBe(true);
  });
});

describe("an identity endpoint that never answers", () => {
  it("makes what needs a token unavailable for a while, and needs no restart when it answers again [I4]", async () => {
    let hangs = false;
    const tokens = createTokens();
    const credential = {
      getToken: async (scope: string | string[]) => {
        if (hangs) return await new Promise<never>(() => {});
        const token = tokens.issue(String(scope).replace("/.default", ""));
        // Good for so short a time that each request needs another.
        return { token, expiresOnTimestamp: Date.now() };
      },
    };
    const cosmos = await startCosmosStore({ now: () => START, tokens }, { credential, tokenLimit: 25 });
    const service = await startService({ wrap: (adapters) => ({ ...adapters, store: cosmos.store }) });
    const phone = await backedUpPhone(service);
    hangs = true;
    for (const act of [() => phone.upload(contents), () => phone.status()]) {
      expect(problemOf(await act())).toMatchObject({ status: 503, retryable: true });
    }
    hangs = false;
    expectOk(await phone.upload(contents));
  });
});
