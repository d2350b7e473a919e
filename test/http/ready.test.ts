import { copyFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { READY_WITHIN, ready } from "../../functions/anonymous/ready.ts";
import type { Adapters } from "../../functions/compose/services.ts";
import { KeyUnavailable } from "../../shared/keys/port.ts";
import { ids, SERVICE_PARTITION } from "../../shared/store/items.ts";
import { StoreUnavailable } from "../../shared/store/port.ts";
import { contents } from "../support/accounts.ts";
import {
  backedUpPhone,
  FOREIGN_SERVICE_KEY,
  problemOf,
  startService,
  type TestService,
} from "../support/service.ts";

type Break = (adapters: Adapters) => Adapters;

const brokenStore: Break = ({ store, kek, ...rest }) => ({
  ...rest,
  kek,
  store: { ...store, check: () => Promise.reject(new StoreUnavailable(1)) },
});
const brokenKeys: Break = ({ store, kek, ...rest }) => ({
  ...rest,
  store,
  kek: { ...kek, check: () => Promise.reject(new KeyUnavailable("disabled")) },
});

describe("ready", () => {
  it("says so where store and keys can be used", async () => {
    const { origin } = await startService();
    const response = await fetch(`${origin}/v1/ready`);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ status: "ready" });
  });

  it.each<[string, Break, string[]]>([
    ["the store", brokenStore, ["store"]],
    ["the keys", brokenKeys, ["keys"]],
    ["both", (adapters) => brokenStore(brokenKeys(adapters)), ["store", "keys"]],
  ])("says which can't be used: %s", async (_, wrap, parts) => {
    const service = await startService({ wrap });
    const response = await fetch(`${service.origin}/v1/ready`);
    expect(response.status).toBe(503);
    expect(response.headers.get("Retry-After")).toBe("5");
    const { instance, ...body } = (await response.json()) as Record<string, unknown>;
    expect(body).toMatchObject({ code: "not-ready", retryable: true, parts });
    expect(JSON.stringify(body)).not.toContain("disabled");
    expect(service.lines.at(-1)?.failure).toMatch(/^(Store|Key)Unavailable/);
  });

  it("says so where the service key does not unwrap", async () => {
    const service = await startService({ settings: { SERVICE_KEY: FOREIGN_SERVICE_KEY } });
    expect(await partsOf(service)).toEqual(["service-key"]);
    expect(service.lines.at(-1)?.failure).toMatch(/^KeyUnavailable /);
  });

  it("says so where the service key is another than the one that the store was begun with", async () => {
    const service = await startService();
    const body = { schema: 1, check: "c".repeat(43) };
    await service.adapters.store.commit(SERVICE_PARTITION, [{ kind: "create", id: ids.serviceKey, body }]);
    expect(await partsOf(service)).toEqual(["service-key"]);
    expect(service.lines.at(-1)?.failure).toMatch(/^KeyUnavailable SERVICE_KEY /);
  });

  it.runIf(process.env.TEST_STORE !== "cosmos").each<[string, (folder: string) => Promise<void>]>([
    ["the whole folder", (folder) => rm(folder, { recursive: true })],
    ["the database", (folder) => rm(join(folder, "backup.db"))],
    ["its log", (folder) => rm(join(folder, "backup.db-wal"))],
    [
      "the database, and another one put in its place",
      async (folder) => {
        await copyFile(join(folder, "backup.db"), join(folder, "another.db"));
        await rename(join(folder, "another.db"), join(folder, "backup.db"));
      },
    ],
  ])(
    "says so where a file of the database is gone from under it, and nothing is stored any more: %s",
    async (_, remove) => {
      const service = await startService();
      const phone = await backedUpPhone(service);
      expect((await fetch(`${service.origin}/v1/ready`)).status).toBe(200);
      await remove(service.folder);
      service.advance(5);
      expect(await partsOf(service)).toEqual(["store"]);
      expect(problemOf(await phone.upload(contents))).toMatchObject({
        status: 503,
        code: "store-unavailable",
      });
    },
  );

  async function partsOf({ origin }: TestService): Promise<unknown> {
    const response = await fetch(`${origin}/v1/ready`);
    expect(response.status).toBe(503);
    const { code, parts } = (await response.json()) as { code: string; parts: unknown };
    expect(code).toBe("not-ready");
    return parts;
  }

  it("asks store and keys once in five seconds, however often it is asked itself", async () => {
    let checks = 0;
    const wrap: Break = ({ store, kek, ...rest }) => ({
      ...rest,
      store,
      kek: {
        ...kek,
        check: async () => {
          checks++;
        },
      },
    });
    const service = await startService({ wrap });
    for (let times = 0; times < 5; times++) await fetch(`${service.origin}/v1/ready`);
    expect(checks).toBe(1);
    service.advance(5);
    await fetch(`${service.origin}/v1/ready`);
    expect(checks).toBe(2);
  });

  it("waits for a part no longer than it has to", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const hanging = { check: () => new Promise<void>(() => {}) };
      const fine = { check: async () => {} };
      const services = { store: hanging, kek: fine, serviceKey: fine };
      const answer = ready.handle({ services, now: 0 } as unknown as Parameters<typeof ready.handle>[0]);
      const refused = expect(answer).rejects.toMatchObject({
        code: "not-ready",
        members: { parts: ["store"] },
      });
      await vi.advanceTimersByTimeAsync(READY_WITHIN);
      await refused;
    } finally {
      vi.useRealTimers();
    }
  });
});
