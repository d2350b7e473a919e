import { hash } from "node:crypto";
import { describe, expect, it, vi } from "vitest";
import { type KeyEncryptionKey, KeyUnavailable } from "../../shared/keys/port.ts";
import { currentKey } from "../../shared/model/owner.ts";
import { packed } from "../../shared/model/storedOwner.ts";
import type { StoredUserKey } from "../../shared/model/userKey.ts";
import { ids } from "../../shared/store/items.ts";
import { type Store, StoreUnavailable } from "../../shared/store/port.ts";
import { readOwner } from "../../shared/store/read.ts";
import { contents } from "../support/accounts.ts";
import {
  backedUpPhone,
  expectOk,
  phoneOf,
  problemOf,
  registeredPhone,
  startService,
  type TestPhone,
  type TestService,
} from "../support/service.ts";

/** What stands in the place of a driver's call; left out, the driver's own. */
interface Faults {
  read?: Store["read"];
  commit?: Store["commit"];
  unwrap?: KeyEncryptionKey["unwrap"];
}

/** The service on drivers that do as `faults` says, from the moment that it says so. */
async function startFaultyService() {
  const faults: Faults = {};
  const service = await startService({
    wrap: ({ store, kek, ...rest }) => ({
      ...rest,
      store: {
        ...store,
        read: (...call) => (faults.read ?? store.read)(...call),
        commit: (...call) => (faults.commit ?? store.commit)(...call),
      },
      kek: { ...kek, unwrap: (...call) => (faults.unwrap ?? kek.unwrap)(...call) },
    }),
  });
  return { service, faults };
}

function rejects(error: unknown): () => Promise<never> {
  return () => Promise.reject(error);
}

/** Has the next `count` reads wait for each other, so that so many requests have read the same. */
function readTogether({ read }: Store, count: number): Store["read"] {
  const all = Promise.withResolvers<void>();
  let arrived = 0;
  return async (...call) => {
    const item = await read(...call);
    arrived++;
    if (arrived === count) all.resolve();
    await all.promise;
    return item;
  };
}

/** All that is stored of the phone's owner. */
function stored({ adapters: { store } }: TestService, phone: TestPhone) {
  return store.list(userIdOf(phone), "");
}

function userIdOf(phone: TestPhone): string {
  return phone.state().owner?.userId ?? expect.fail("not registered");
}

describe("while others change the owner, an upload", () => {
  /** The first `times` commits find an owner that was changed since it was read. */
  async function uploadAfter(times: number) {
    const { service, faults } = await startFaultyService();
    const phone = await backedUpPhone(service);
    const before = await stored(service, phone);
    let failed = 0;
    faults.commit = async (...call) =>
      failed++ < times
        ? { committed: false, id: ids.owner, reason: "changed" }
        : service.adapters.store.commit(...call);
    const { result, counts } = await service.counted(() => phone.upload(contents));
    return { result, counts, before, after: await stored(service, phone) };
  }

  it.each([1, 2, 3])("succeeds when it lost the race %i times", async (times) => {
    const { result, counts } = await uploadAfter(times);
    expectOk(result);
    expect(result.body).toMatchObject({ version: 1, nextVersion: 2 });
    expect(counts).toMatchObject({ read: times + 1, commit: times + 1 });
  });

  it("gives up the fourth time, asks the phone to come back, and has stored nothing", async () => {
    const { result, counts, before, after } = await uploadAfter(4);
    expect(problemOf(result)).toMatchObject({ status: 503, code: "busy", retryable: true });
    expect(result.headers.get("Retry-After")).toBe("1");
    expect(counts).toMatchObject({ read: 4, commit: 4 });
    expect(after).toEqual(before);
  });
});

describe("a store that is not available", () => {
  it.each(["read", "commit"] as const)("is told with the time to come back, from a %s", async (call) => {
    const { service, faults } = await startFaultyService();
    const phone = await backedUpPhone(service);
    const before = await stored(service, phone);
    faults[call] = rejects(new StoreUnavailable(2.5));
    const refused = await phone.upload(contents);
    expect(problemOf(refused)).toMatchObject({ status: 503, code: "store-unavailable", retryable: true });
    expect(refused.headers.get("Retry-After")).toBe("3");
    expect(await stored(service, phone)).toEqual(before);

    delete faults[call];
    expectOk(await phone.upload(contents));
  });
});

describe("a key encryption key that is not available", () => {
  it("is told with the time to come back where asking again may help", async () => {
    const { service, faults } = await startFaultyService();
    const phone = await backedUpPhone(service);
    faults.unwrap = rejects(new KeyUnavailable("busy", { retryAfter: 7 }));
    const refused = await phone.key();
    expect(problemOf(refused)).toMatchObject({ status: 503, code: "keys-unavailable", retryable: true });
    expect(refused.headers.get("Retry-After")).toBe("7");

    delete faults.unwrap;
    expectOk(await phone.key());
  });

  it("is told as final where it is gone", async () => {
    const { service, faults } = await startFaultyService();
    const phone = await backedUpPhone(service);
    faults.unwrap = rejects(new KeyUnavailable("disabled"));
    const refused = await phone.key();
    expect(problemOf(refused)).toMatchObject({ status: 503, code: "key-unusable", retryable: false });
    expect(refused.headers.has("Retry-After")).toBe(false);
  });

  it("begins no recovery, and a later try is the first", async () => {
    const { service, faults } = await startFaultyService();
    const phone = await backedUpPhone(service);
    expectOk(await phone.upload(contents));
    const next = await registeredPhone(service);
    const before = await stored(service, phone);
    faults.unwrap = rejects(new KeyUnavailable("busy"));
    expect(problemOf(await next.recover())).toMatchObject({ code: "keys-unavailable" });
    expect(await stored(service, phone)).toEqual(before);

    delete faults.unwrap;
    expectOk(await next.recover());
  });
});

describe("an unexpected failure", () => {
  const secret = "alice@contoso.example";

  class DriverBroken extends Error {
    override readonly name = "DriverBroken";
  }

  it("is answered without its message, and logged with its class and place alone [C4]", async () => {
    const { service, faults } = await startFaultyService();
    const phone = await backedUpPhone(service);
    faults.commit = rejects(new DriverBroken(`no room for ${secret}`, { cause: new RangeError(secret) }));
    const refused = await phone.upload(contents);
    expect(problemOf(refused)).toMatchObject({
      status: 500,
      code: "internal",
      remedy: "contact-support",
      retryable: false,
    });
    expect(JSON.stringify(refused)).not.toContain(secret);

    const line = service.lines.at(-1);
    expect(line).toMatchObject({ level: "error", status: 500, code: "internal", endpoint: "backup-upload" });
    expect(line?.failure).toMatch(
      /^DriverBroken at .*pipeline\.test\.ts.* <- RangeError at .*pipeline\.test\.ts/,
    );
    expect(JSON.stringify(line)).not.toContain(secret);
    expect(problemOf(refused).instance).toBe(`urn:uuid:${line?.requestId}`);
  });

  it("that is not even an error is no different", async () => {
    const { service, faults } = await startFaultyService();
    const phone = await backedUpPhone(service);
    faults.read = rejects(secret);
    const refused = await phone.status();
    expect(problemOf(refused)).toMatchObject({ status: 500, code: "internal" });
    expect(JSON.stringify([refused, service.lines])).not.toContain(secret);
    expect(service.lines.at(-1)?.failure).toBe("string");
  });
});

describe("two requests at once", () => {
  it("upload over the same version: one wins, the other is told to look again", async () => {
    const { service, faults } = await startFaultyService();
    const phone = await backedUpPhone(service);
    expectOk(await phone.upload(contents));
    const next = await registeredPhone(service);
    expectOk(await next.recover());
    expectOk(await next.status());

    faults.read = readTogether(service.adapters.store, 2);
    const { result, counts } = await service.counted(() =>
      Promise.all([phone.upload(contents), next.upload(contents)]),
    );
    // The third commit tells the owner's record of the refusal.
    expect(counts).toMatchObject({ read: 3, commit: 3 });
    const [won, ...otherWinners] = result.filter(({ ok }) => ok);
    const [lost] = result.filter(({ ok }) => !ok);
    expect(otherWinners).toEqual([]);
    expect(won?.body).toMatchObject({ version: 2, nextVersion: 3 });
    expect(problemOf(lost ?? expect.fail("both won"))).toMatchObject({
      status: 412,
      code: "version-changed",
    });
    const versions = await service.adapters.store.list(userIdOf(phone), "envelope:");
    expect(versions.map(({ id }) => id)).toEqual(["envelope:1", "envelope:2"]);
  });

  it("begin the same recovery: it is begun once, and both get it", async () => {
    const { service, faults } = await startFaultyService();
    const phone = await backedUpPhone(service);
    expectOk(await phone.upload(contents));
    const next = await registeredPhone(service);

    faults.read = readTogether(service.adapters.store, 2);
    const headers = { "Idempotency-Key": "an-act-of-recovering" };
    const request = { method: "POST", path: "/v1/recoveries", body: { accounts: [] }, headers };
    const answers = await Promise.all([next.send(request), next.send(request)]);
    expect(answers.map(({ status }) => status)).toEqual([201, 201]);
    const recoveries = await service.adapters.store.list(userIdOf(phone), "recovery:");
    expect(recoveries).toHaveLength(1);
    for (const { body } of answers) {
      expect(`recovery:${(body as { recoveryId: string }).recoveryId}`).toBe(recoveries[0]?.id);
    }
  });

  it("turn backup on: it is turned on once, and both get the same key", async () => {
    const { service, faults } = await startFaultyService();
    const phone = await registeredPhone(service);
    faults.read = readTogether(service.adapters.store, 2);
    const headers = { "Idempotency-Key": "an-act-of-turning-on" };
    const request = { method: "POST", path: "/v1/backup/enable", body: {}, headers };
    const answers = await Promise.all([phone.send(request), phone.send(request)]);
    expect(answers.map(({ status }) => status)).toEqual([201, 201]);
    const keys = answers.map(({ body }) => (body as { key: { id: string } }).key.id);
    expect(new Set(keys).size).toBe(1);
  });
});

describe("a wrapped key that somebody with a right to write to the database put into an item", () => {
  it.each([
    ["with its id", true],
    ["under the id of their own", false],
  ])("is never released where it is another owner's: %s", async (_, withId) => {
    const service = await startService();
    const alice = await backedUpPhone(service);
    expectOk(await alice.upload(contents));
    const mallory = await backedUpPhone(service, { owner: "mallory" });
    expectOk(await mallory.upload(contents));
    // In the cache of unwrapped keys, where it could be found without being unwrapped.
    expectOk(await alice.key());

    const theirs = currentKey((await readOn(service, alice)).backup);
    const swap = (own: StoredUserKey) => ({ ...theirs, id: withId ? theirs.id : own.id });
    await expectRefused(service, mallory, swap, "mallory");
    expectOk(await alice.key());
  });

  it.each<[string, (userId: string, id: string) => string | Uint8Array]>([
    ["nothing", () => ""],
    ["what stood there before bindings were keyed", formerBinding],
    ["zeros", () => new Uint8Array(32)],
    ["more than a binding", () => new Uint8Array(64)],
  ])(
    "is never released where they wrapped a key of their choosing, with the public half, followed by %s",
    async (_, follow) => {
      const service = await startService();
      const phone = await backedUpPhone(service);
      expectOk(await phone.upload(contents));
      const userId = userIdOf(phone);
      const { id } = currentKey((await readOn(service, phone)).backup);
      const planted = Buffer.concat([Buffer.alloc(32, 7), Buffer.from(follow(userId, id))]);
      const wrapped = await service.adapters.kek.wrap(planted, userId);
      await expectRefused(service, phone, (own) => ({ ...own, wrapped }));
    },
  );

  it("is never released where it holds less than a key", async () => {
    const service = await startService();
    const phone = await backedUpPhone(service);
    expectOk(await phone.upload(contents));
    const wrapped = await service.adapters.kek.wrap(Buffer.alloc(31, 7), userIdOf(phone));
    await expectRefused(service, phone, (own) => ({ ...own, wrapped }));
  });

  it.each([
    ["another number", (own: StoredUserKey) => ({ ...own, number: own.number + 1 })],
    ["another id", (own: StoredUserKey) => ({ ...own, id: "A".repeat(22) })],
    ["the name of another service key", (own: StoredUserKey) => ({ ...own, serviceKey: "A".repeat(22) })],
  ])("is never released under %s than it was made under", async (_, move) => {
    const service = await startService();
    const phone = await backedUpPhone(service);
    expectOk(await phone.upload(contents));
    expectOk(await phone.key());
    await expectRefused(service, phone, move);
  });

  /** With its user key changed, the owner gets it on no phone, and the log tells those who run the service. */
  async function expectRefused(
    service: TestService,
    phone: TestPhone,
    change: (own: StoredUserKey) => StoredUserKey,
    owner = "alice",
  ): Promise<void> {
    const { item, etag, backup } = await readOn(service, phone);
    const before = currentKey(backup);
    const key = { ...before, ...change(before) };
    const versions = backup.versions.map((version) => ({ ...version, key: key.number }));
    const body = packed({ ...item, backup: { ...backup, keys: [key], versions } });
    const written = await service.adapters.store.commit(userIdOf(phone), [
      { kind: "replace", id: ids.owner, body, etag },
    ]);
    expect(written.committed).toBe(true);
    const next = await registeredPhone(service, { owner });
    for (const ask of [() => phone.key(), () => phone.exportAll(), () => next.recover()]) {
      const refused = await ask();
      expect(problemOf(refused)).toMatchObject({ status: 503, code: "key-unusable" });
      expect(JSON.stringify(refused)).not.toContain("sealed");
      expect(service.lines.at(-1)?.failure).toMatch(/^KeyUnavailable a wrapped key /);
    }
  }

  /** SHA-256 of whose it is: whoever can write to the database can calculate it. */
  function formerBinding(userId: string, id: string): Uint8Array {
    return hash("sha256", `authenticator-backup/v1/user-key\0${userId}\0${id}`, "buffer");
  }

  async function readOn({ adapters: { store } }: TestService, phone: TestPhone) {
    const { item, etag } = (await readOwner(store, userIdOf(phone))) ?? expect.fail("no owner");
    return { item, etag, backup: item.backup.state === "on" ? item.backup : expect.fail("off") };
  }
});

describe("a token", () => {
  it("that was verified is refused once it has expired, five seconds for the clocks allowed", async () => {
    const service = await startService();
    const phone = await registeredPhone(service);
    await phone.signIn({ expiresIn: 60 });
    for (const seconds of [0, 59, 5]) {
      service.advance(seconds);
      expectOk(await phone.status());
    }
    service.advance(1);
    const refused = await phone.status();
    expect(problemOf(refused)).toMatchObject({ status: 401, code: "token-expired", remedy: "sign-in" });
    expect(refused.headers.get("WWW-Authenticate")).toBe('Bearer error="invalid_token"');
  });

  it("signed with a key that its issuer does not name yet is the service's trouble, and may be tried again [I4] [G2]", async () => {
    const service = await startService();
    const phone = await registeredPhone(service);
    const [, ...signed] = (await phone.signIn()).split(".");
    const header = Buffer.from(JSON.stringify({ alg: "ES256", typ: "at+jwt", kid: "of tomorrow" }));
    const token = [header.toString("base64url"), ...signed].join(".");
    const refused = await phone.status({ headers: { Authorization: `Bearer ${token}` } });
    expect(problemOf(refused)).toMatchObject({ status: 503, code: "sign-in-unavailable", retryable: true });
    expect(refused).toMatchObject({ retryAfter: 30 });
  });

  it("is checked with keys that are fetched once, whoever signs in and how often", async () => {
    const service = await startService();
    const jwks = vi.spyOn(service.issuer, "jwks");
    const phones = await Promise.all(
      ["alice", "bob", "carol", "dan"].map((owner) => phoneOf(service, { owner })),
    );
    for (const result of await Promise.all(phones.map((phone) => phone.register()))) expectOk(result);
    for (const phone of phones) {
      await phone.signIn();
      expectOk(await phone.status());
    }
    expect(jwks).toHaveBeenCalledTimes(1);
  });
});
