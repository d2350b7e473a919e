import { base64url } from "jose";
import { describe, expect, it } from "vitest";
import { startCosmosStore } from "../../local/cloud/cosmosServer/store.ts";
import { contentKey } from "../../local/phone/protocol/contentKey.ts";
import { openEnvelope } from "../../local/phone/protocol/envelope.ts";
import { openSealedKey } from "../../local/phone/protocol/sealedKey.ts";
import { envelope, ids, owner } from "../../shared/store/items.ts";
import { BATCH_OPERATIONS, type ItemBody, type Store } from "../../shared/store/port.ts";
import { parseItem } from "../../shared/store/schema.ts";
import { contents, contentsOf } from "../support/accounts.ts";
import { begunExport, fillPage } from "../support/export.ts";
import { COUNTED, changesBetween, heldOf, partitionOf, userIdOf } from "../support/partition.ts";
import {
  backedUpPhone,
  expectOk,
  problemOf,
  registeredPhone,
  START,
  startService,
  type TestService,
} from "../support/service.ts";

const storageSecret = new Uint8Array(32).fill(7);

describe("an export", () => {
  it("is everything that is stored of the owner, item by item [H7]", async () => {
    const service = await startService();
    const phone = await backedUpPhone(service);
    expectOk(await phone.upload(contents));
    const next = await registeredPhone(service);
    expectOk(await next.recover());
    expectOk(await next.upload(contents));
    const stored = await partitionOf(service, next);
    const exported = await next.exportAll();
    expectOk(exported);
    expect(exported.body).toMatchObject({
      schema: 1,
      exportedAt: new Date(START).toISOString(),
      userId: userIdOf(next),
    });
    // Of whom a notice told, and how that went, each phone learns its own part.
    const ownPart = ({ outcomes: _, to, ...told }: ItemBody) => ({
      ...told,
      to: [to].flat().filter((told) => told === next.deviceId),
    });
    const items = stored.map(({ id, body }) => ({
      id,
      body: id.startsWith("notice:") ? ownPart(body) : body,
    }));
    const byId = exported.body.items.toSorted((a, b) => (a.id < b.id ? -1 : 1));
    expect(byId).toEqual(items);
    const kinds = new Set(stored.map(({ id }) => id.replace(/:.*/, "")));
    expect(kinds).toEqual(
      new Set(["owner", "envelope", "event", "idempotency", "notice", "proof", "recovery"]),
    );
  });

  it.each(["android", "ios"] as const)(
    "has ciphertexts that its owner's phone opens with the key in it: %s [H7]",
    async (platform) => {
      const service = await startService();
      const phone = await backedUpPhone(service, { platform, storageSecret });
      for (const count of [4, 5]) expectOk(await phone.upload(contentsOf(count)));
      const exported = await phone.exportAll();
      expectOk(exported);
      const { keys, items, userId } = exported.body;
      const [key = expect.fail("no key")] = keys;

      const { sealing } = phone.state().keys;
      const userKey = await openSealedKey(key, sealing, userId);
      const opening = contentKey({
        userKey,
        userId,
        platform,
        storageSecret: platform === "ios" ? storageSecret : undefined,
      });
      for (const ver of [1, 2]) {
        const { body } = items.find(({ id }) => id === ids.envelope(ver)) ?? expect.fail(`no version ${ver}`);
        const binding = { kid: key.id, uid: userId, plt: platform, ver };
        expect(await openEnvelope(String(body.envelope), opening, binding)).toEqual(contentsOf(3 + ver));
      }
    },
  );

  it("is in the form of the storage schema, which says what each member is [H7]", async () => {
    const service = await startService();
    const phone = await backedUpPhone(service);
    expectOk(await phone.upload(contents));
    const exported = await phone.exportAll();
    expectOk(exported);
    const read = (wanted: string) => {
      const { id, body } = exported.body.items.find(({ id }) => id === wanted) ?? expect.fail(wanted);
      return { id, etag: "", body };
    };
    expect(parseItem(owner, read(ids.owner)).devices).toMatchObject([{ deviceId: phone.deviceId }]);
    expect(parseItem(envelope, read(ids.envelope(1)))).toMatchObject({ version: 1 });
  });

  it("holds no account in the clear, and no key that is not sealed or wrapped [H7] [C4]", async () => {
    const service = await startService();
    const phone = await backedUpPhone(service);
    expectOk(await phone.upload(contents));
    const exported = await phone.exportAll();
    expectOk(exported);
    const said = JSON.stringify(exported.body);
    for (const { issuer, userName } of contents.accounts) {
      expect(said).not.toContain(issuer);
      expect(said).not.toContain(userName);
    }
    const { userKey = expect.fail("no user key") } = phone.state();
    expect(said).not.toContain(userKey.value);
    const hex = Buffer.from(base64url.decode(userKey.value)).toString("hex");
    expect(said).not.toContain(hex);
  });

  it("comes in pages, each item once, and is told once [H7] [I7] [H5]", async () => {
    const service = await startService();
    const phone = await backedUpPhone(service);
    expectOk(await phone.upload(contents));
    await registeredPhone(service);
    await fillPage(service, phone);
    const stored = await partitionOf(service, phone);
    const { result, counts } = await service.counted(() => phone.exportAll());
    expectOk(result);
    const told = result.body.items.map(({ id }) => id);
    expect(new Set(told).size).toBe(told.length);
    expect(told).toEqual(expect.arrayContaining(stored.map(({ id }) => id)));
    expect(counts).toMatchObject({ list: 2, commit: 1 });
    const after = await partitionOf(service, phone);
    expect(changesBetween(stored, after)).toMatchObject({ added: ["event", "notice", "proof"], removed: [] });
  });

  it("goes on where it was after another sign-in, for a day [H7] [I7]", async () => {
    const service = await startService();
    const phone = await backedUpPhone(service);
    const next = await begunExport(service, phone);
    const goOn = () => phone.send({ method: "POST", path: "/v1/me/export/next", body: { next } });
    service.advance(12 * 60 * 60);
    await phone.signIn({ signedInSecondsAgo: 3000 });
    expect(await goOn()).toMatchObject({ status: 401, body: { code: "step-up-required" } });
    await phone.signIn();
    expect(await goOn()).toMatchObject({ status: 200 });
    service.advance(12 * 60 * 60);
    await phone.signIn();
    expect(await goOn()).toMatchObject({ status: 400, body: { code: "body-invalid" } });
  });

  it("is gone on with by the phone that began it alone: no export goes untold [H5] [H7]", async () => {
    const service = await startService();
    const phone = await backedUpPhone(service);
    const other = await registeredPhone(service);
    expectOk(await other.recover());
    const stranger = await backedUpPhone(service, { owner: "bob" });
    const next = await begunExport(service, phone);
    for (const [asking, asked] of [
      [other, next],
      [stranger, next],
      [phone, `${next.slice(0, -1)}${next.endsWith("A") ? "B" : "A"}`],
      [phone, `${"k".repeat(22)}${next.slice(22)}`],
    ] as const) {
      const answer = await asking.send({ method: "POST", path: "/v1/me/export/next", body: { next: asked } });
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer: "/next" }] } });
    }
  });

  it("has no key if there is no backup, and needs a recent sign-in [H7]", async () => {
    const service = await startService();
    const phone = await registeredPhone(service);
    const before = (await partitionOf(service, phone)).map(({ id }) => id);
    const exported = await phone.exportAll();
    expectOk(exported);
    expect(exported.body.keys).toEqual([]);
    expect(exported.body.items.map(({ id }) => id).toSorted()).toEqual(before);
    await phone.signIn({ signedInSecondsAgo: 3000 });
    expect(problemOf(await phone.exportAll())).toMatchObject({ code: "step-up-required" });
  });
});

describe.each(["SQLite", "Cosmos DB"] as const)("an erasure, in %s", (driver) => {
  it("leaves no item of the owner, and touches no other's [H7]", async () => {
    const { service, store } = await start();
    const bob = await backedUpPhone(service, { owner: "bob" });
    expectOk(await bob.upload(contents));
    const bobs = await store.list(userIdOf(bob), "");

    const phone = await backedUpPhone(service);
    for (let version = 0; version < 3; version++) expectOk(await phone.upload(contents));
    expectOk(await (await registeredPhone(service)).recover());
    const userId = userIdOf(phone);
    expect((await store.list(userId, "")).length).toBeGreaterThan(8);

    expectOk(await phone.erase());
    expect(await heldOf(store, userId)).toEqual([]);
    expect(await store.list(userIdOf(bob), "")).toEqual(bobs);
    expect(problemOf(await phone.status())).toMatchObject({ status: 401, code: "device-not-registered" });
  });

  it("takes as many commits as there are items for, more than one holds [H7]", async () => {
    const { service, store } = await start();
    const phone = await backedUpPhone(service);
    for (let count = 0; count < BATCH_OPERATIONS; count++)
      expectOk(await phone.choosePolicy({ otherPlatform: count % 2 === 0 }));
    const userId = userIdOf(phone);
    expect((await heldOf(store, userId)).length).toBeGreaterThan(BATCH_OPERATIONS);
    expectOk(await phone.erase());
    expect(await heldOf(store, userId)).toEqual([]);
  });

  it("makes who comes back a new owner, to whom nothing has happened [H7]", async () => {
    const { service } = await start();
    const phone = await backedUpPhone(service);
    expectOk(await phone.upload(contents));
    const salt = phone.state().owner?.referenceSalt;
    expectOk(await phone.erase());
    expectOk(await phone.register());
    // Not that it was kept: it is derived from who they are.
    expect(phone.state().owner?.referenceSalt).toBe(salt);
    const status = await phone.status();
    expectOk(status);
    expect(status.body).toEqual({ state: "off", nextVersion: 1, trusted: false, recoveries: [] });
    const record = await phone.activity();
    expectOk(record);
    expect(record.body.events.map(({ type }) => type)).toEqual(["device-registered"]);
    expect(problemOf(await phone.recover())).toMatchObject({ code: "backup-none" });
  });

  async function start(): Promise<{ service: TestService; store: Store }> {
    if (driver === "SQLite") {
      const service = await startService();
      return { service, store: service.adapters.store };
    }
    const { store } = await startCosmosStore({ now: () => START });
    return { service: await startService({ wrap: (adapters) => ({ ...adapters, store }) }), store };
  }
});

describe("an erasure", () => {
  it.each(["/v1/me", "/v1/me?confirm=Erase", "/v1/me?confirm=delete"])(
    "needs to be confirmed: nothing happens with DELETE %s [H7]",
    async (path) => {
      const service = await startService();
      const phone = await backedUpPhone(service);
      const before = await partitionOf(service, phone);
      expect(problemOf(await phone.erase({ path }))).toMatchObject({
        status: 400,
        code: "confirmation-required",
        confirm: "erase",
      });
      await phone.signIn({ signedInSecondsAgo: 3000 });
      expect(problemOf(await phone.erase())).toMatchObject({ code: "step-up-required" });
      expect(changesBetween(before, await partitionOf(service, phone))).toEqual(COUNTED);
    },
  );

  it("is one commit where it fits, and where not the key goes first: broken off, it goes on [H7]", async () => {
    let commits = Number.POSITIVE_INFINITY;
    const service = await startService({
      wrap: ({ store, kek, ...rest }) => ({
        ...rest,
        kek,
        store: {
          ...store,
          commit: (...call) => {
            commits--;
            if (commits < 0) throw new Error("the process ended");
            return store.commit(...call);
          },
        },
      }),
    });
    const phone = await backedUpPhone(service);
    // Each leaves an event: more items than a batch holds.
    for (let changes = 0; changes < BATCH_OPERATIONS; changes++) {
      expectOk(await phone.choosePolicy({ otherPlatform: changes % 2 === 0 }));
    }
    expectOk(await phone.upload(contents));
    commits = 1;
    expect(problemOf(await phone.erase())).toMatchObject({ status: 500, code: "internal" });
    const left = await partitionOf(service, phone);
    expect(JSON.stringify(left)).not.toContain("wrapped");

    commits = Number.POSITIVE_INFINITY;
    const userId = userIdOf(phone);
    expectOk(await phone.erase());
    expect(await heldOf(service.adapters.store, userId)).toEqual([]);

    const other = await backedUpPhone(service, { owner: "bob" });
    expectOk(await other.upload(contents));
    const bob = userIdOf(other);
    commits = 1;
    expectOk(await other.erase());
    expect(await heldOf(service.adapters.store, bob)).toEqual([]);
  });
});
