import { describe, expect, it } from "vitest";
import { ownerOfToken } from "../../local/phone/protocol/ownerId.ts";
import { type KeyEncryptionKey, KeyUnavailable } from "../../shared/keys/port.ts";
import { ids, SERVICE_PARTITION } from "../../shared/store/items.ts";
import { contents } from "../support/accounts.ts";
import { partitionOf } from "../support/partition.ts";
import {
  backedUpPhone,
  expectOk,
  FOREIGN_SERVICE_KEY,
  phoneOf,
  problemOf,
  startService,
  type TestPhone,
  type TestService,
} from "../support/service.ts";

describe("a service key that can't be used", () => {
  it("registers no phone where it does not unwrap, and nothing is stored", async () => {
    const service = await startService({ settings: { SERVICE_KEY: FOREIGN_SERVICE_KEY } });
    await expectUnusable(service, await phoneOf(service), /^KeyUnavailable /);
  });

  it("registers no phone where the store was begun with another, and nothing is stored", async () => {
    const service = await startService();
    const body = { schema: 1, check: "c".repeat(43) };
    await service.adapters.store.commit(SERVICE_PARTITION, [{ kind: "create", id: ids.serviceKey, body }]);
    await expectUnusable(service, await phoneOf(service), /^KeyUnavailable SERVICE_KEY .*put that one back/);
    const kept = await service.adapters.store.read(SERVICE_PARTITION, ids.serviceKey);
    expect(kept?.body).toEqual(body);
  });

  it("is asked for again at the next try where it was out of reach [G2]", async () => {
    const faults: { unwrap?: KeyEncryptionKey["unwrap"] } = {};
    const service = await startService({
      wrap: ({ store, kek, ...rest }) => ({
        ...rest,
        store,
        kek: { ...kek, unwrap: (...call) => (faults.unwrap ?? kek.unwrap)(...call) },
      }),
    });
    const phone = await phoneOf(service);
    faults.unwrap = () => Promise.reject(new KeyUnavailable("busy", { retryAfter: 7 }));
    const refused = await phone.register();
    expect(problemOf(refused)).toMatchObject({ status: 503, code: "keys-unavailable", retryable: true });
    expect(refused.headers.get("Retry-After")).toBe("7");
    delete faults.unwrap;
    expectOk(await phone.register());
  });

  async function expectUnusable(service: TestService, phone: TestPhone, failure: RegExp): Promise<void> {
    const refused = await phone.register();
    expect(problemOf(refused)).toMatchObject({ status: 503, code: "key-unusable", retryable: false });
    expect(service.lines.at(-1)?.failure).toMatch(failure);
    const userId = ownerOfToken(await phone.signIn());
    expect(await service.adapters.store.list(userId, "")).toEqual([]);
  }
});

describe("a copy of the database", () => {
  it("has neither the service key nor the salt under which a dictionary of names could be tried", async () => {
    const service = await startService();
    const phone = await backedUpPhone(service);
    expectOk(await phone.upload(contents));
    const exported = await phone.exportAll();
    expectOk(exported);
    const copy = JSON.stringify([
      await partitionOf(service, phone),
      await service.adapters.store.list(SERVICE_PARTITION, ""),
      exported.body.items,
    ]);
    expect(copy).toContain("manifest");
    const serviceKey = service.marks.all().find(({ kind }) => kind === "service key");
    const salt = phone.state().owner?.referenceSalt ?? expect.fail("not registered");
    for (const secret of [salt, ...(serviceKey?.forms ?? expect.fail("never unwrapped"))]) {
      expect(copy).not.toContain(secret);
    }
  });
});
