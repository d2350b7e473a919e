import { execFile } from "node:child_process";
import { copyFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it, vi } from "vitest";
import { READY_WITHIN, ready } from "../../functions/anonymous/ready.ts";
import type { Adapters } from "../../functions/compose/services.ts";
import { startCosmosStore } from "../../local/cloud/cosmosServer/store.ts";
import { KeyUnavailable } from "../../shared/keys/port.ts";
import { ids, SERVICE_PARTITION } from "../../shared/store/items.ts";
import { StoreUnavailable } from "../../shared/store/port.ts";
import { startWithVault } from "../operations/rotation.ts";
import { contents } from "../support/accounts.ts";
import { temporaryFolder } from "../support/folder.ts";
import {
  backedUpPhone,
  FOREIGN_SERVICE_KEY,
  problemOf,
  START,
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
    const { origin, sweep } = await startService();
    await sweep();
    const response = await fetch(`${origin}/v1/ready`);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ status: "ready" });
  });

  it("answers HEAD as GET, without the body", async () => {
    const { origin } = await startService();
    const response = await fetch(`${origin}/v1/ready`, { method: "HEAD" });
    expect([response.status, await response.text()]).toEqual([200, ""]);
  });

  it("tells of a sweep that is more than ten minutes old, and is ready all the same [I3]", async () => {
    const { origin, sweep, advance } = await startService();
    const tell = async () => (await fetch(`${origin}/v1/ready`)).json();
    const stale = { status: "ready", sweep: "stale" };
    expect(await tell()).toEqual(stale);
    await sweep();
    advance(30);
    expect(await tell()).toEqual({ status: "ready" });
    advance(10 * 60 - 30);
    expect(await tell()).toEqual({ status: "ready" });
    advance(30);
    expect(await tell()).toEqual(stale);
  });

  it("says so where the store answers, and takes no writes [I3]", async () => {
    const service = await startService({
      wrap: (adapters) => ({
        ...adapters,
        store: { ...adapters.store, commit: () => Promise.reject(new StoreUnavailable(1)) },
      }),
    });
    expect(await partsOf(service)).toEqual(expect.arrayContaining(["store"]));
  });

  it("says so where the store of what belongs to no owner takes no writes [I3]", async () => {
    const service = await startService({
      wrap: (adapters) => ({
        ...adapters,
        activations: { ...adapters.activations, commit: () => Promise.reject(new StoreUnavailable(1)) },
      }),
    });
    expect(await partsOf(service)).toEqual(["store"]);
  });

  it("says so where what was written is not there to be read [I3]", async () => {
    const service = await startService({
      wrap: (adapters) => ({
        ...adapters,
        activations: { ...adapters.activations, read: async () => undefined },
      }),
    });
    expect(await partsOf(service)).toEqual(["store"]);
  });

  it("says so where the account is set to a weaker consistency [I3]", async () => {
    const { store } = await startCosmosStore({ now: () => START, consistency: "Session" });
    const service = await startService({ wrap: (adapters) => ({ ...adapters, store }) });
    expect(await partsOf(service)).toEqual(["store", "service-key"]);
  });

  it("says so where the disk is full: no file grows any more [I3]", async () => {
    const script = join(import.meta.dirname, "fullDisk.ts");
    const run = promisify(execFile);
    // In blocks of 1,024 bytes. Nothing else can be had without being root.
    const { stdout } = await run("bash", [
      "-c",
      `ulimit -f 400; exec "$0" "$@"`,
      process.execPath,
      script,
      await temporaryFolder(),
    ]);
    expect(JSON.parse(stdout)).toEqual([200, 503]);
  });

  it("says so where the key is lost, five minutes later at most [I3]", async () => {
    const made = await startWithVault();
    expect((await fetch(`${made.service.origin}/v1/ready`)).status).toBe(200);
    made.vault("a").delete("kek");
    made.service.advance(5 * 60);
    expect(await partsOf(made.service)).toEqual(["keys"]);
    made.vault("a").recover("kek");
    made.service.advance(30);
    expect((await fetch(`${made.service.origin}/v1/ready`)).status).toBe(200);
  });

  it.each<[string, Break, string[]]>([
    ["the store [I3]", brokenStore, ["store"]],
    ["the keys [I3]", brokenKeys, ["keys"]],
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
      service.advance(30);
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

  it("asks for all once in thirty seconds, and of the keys once in five minutes, however often it is asked itself", async () => {
    const checks = { store: 0, keys: 0 };
    const wrap: Break = ({ store, kek, ...rest }) => ({
      ...rest,
      store: {
        ...store,
        check: async () => {
          checks.store++;
        },
      },
      kek: {
        ...kek,
        check: async () => {
          checks.keys++;
        },
      },
    });
    const service = await startService({ wrap });
    const ask = () => Promise.all([1, 2, 3].map(() => fetch(`${service.origin}/v1/ready`)));
    await ask();
    service.advance(29);
    await ask();
    expect(checks).toEqual({ store: 1, keys: 1 });
    service.advance(1);
    await ask();
    expect(checks).toEqual({ store: 2, keys: 1 });
    service.advance(270);
    await ask();
    expect(checks).toEqual({ store: 3, keys: 2 });
  });

  it("waits for a part no longer than it has to", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const hanging = { check: () => new Promise<void>(() => {}) };
      const fine = { check: async () => {} };
      const working = {
        ...fine,
        commit: async () => ({ committed: true }),
        read: async () => ({ body: {} }),
      };
      const services = {
        store: { ...working, ...hanging },
        activations: working,
        kek: fine,
        serviceKey: fine,
        system: { random: (bytes: number) => new Uint8Array(bytes) },
      };
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
