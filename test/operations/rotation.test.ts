import { describe, expect, it } from "vitest";
import { publicJwk } from "../../local/phone/protocol/keys.ts";
import { withKek } from "../../shared/acts/under.ts";
import { placeOfAddress, placeOfOtp, placeOfToken } from "../../shared/keys/places.ts";
import { makeServiceKey } from "../../shared/keys/serviceKey.ts";
import { currentKey } from "../../shared/model/owner.ts";
import { packed } from "../../shared/model/storedOwner.ts";
import { rewrap, rewrapForAMinute } from "../../shared/operations/rewrap.ts";
import { ids } from "../../shared/store/items.ts";
import { StoreUnavailable } from "../../shared/store/port.ts";
import { readContact, readCredential, readOwner, readPushToken } from "../../shared/store/read.ts";
import { system } from "../../shared/system.ts";
import { timestampOf } from "../../shared/words.ts";
import { contents } from "../support/accounts.ts";
import { userIdOf } from "../support/partition.ts";
import { giveContact, giveToken, tokenOf } from "../support/reached.ts";
import {
  backedUpPhone,
  expectOk,
  expectOpened,
  registeredPhone,
  type TestPhone,
} from "../support/service.ts";
import { instance, ownerOf, owners, startWithVault, versionsOf } from "./rotation.ts";
import { operate } from "./stage.ts";

/** Batches until nothing is left. */
async function moveAll(services: ReturnType<typeof instance>, most = 400): Promise<number[]> {
  const moved: number[] = [];
  for (let batch = await rewrap(services, most); ; batch = await rewrap(services, most)) {
    moved.push(batch.moved);
    if (batch.left === 0) return moved;
    if (moved.length > 50) throw new Error("it does not end");
  }
}

async function recoverOnNewPhone(service: Parameters<typeof registeredPhone>[0], owner: string) {
  const phone = await registeredPhone(service, { owner });
  const opened = await phone.recover();
  expectOpened(opened);
  expect(opened.contents).toEqual(contents);
}

describe("rotating the key encryption key", () => {
  it("stops nothing, moves everything, and then nothing notices that the old version is disabled [I2]", async () => {
    const made = await startWithVault();
    const { service, store, first } = made;
    const phones = await owners(made, 12);
    const second = await made.rotate();

    let isMoving = true;
    const moving = (async () => {
      while (isMoving) expect((await operate(service, "POST", "rewrap")).status).toBe(200);
    })();
    await Promise.all(
      phones.map(async (phone, at) => {
        for (let times = 0; times < 3; times++) expectOk(await phone.upload(contents));
        await recoverOnNewPhone(service, `owner ${at}`);
        expectOk(await phone.upload(contents));
        expectOk(await phone.key());
      }),
    );
    isMoving = false;
    await moving;
    const { body } = await operate(service, "POST", "rewrap");
    expect(body).toMatchObject({ left: 0, failed: 0, stopped: false });
    expect(new Set(await versionsOf(store, phones))).toEqual(new Set([second]));
    expect((await operate(service, "GET", "status")).body).toMatchObject({
      keys: { current: [second], older: {}, serviceKey: [first] },
      rewrap: { state: "idle", left: 0, settled: false },
    });

    service.advance(15 * 60);
    await operate(service, "POST", "rewrap");
    expect((await operate(service, "GET", "status")).body.rewrap).toMatchObject({ settled: true });
    made.disable(first);
    // What is remembered of a key is forgotten.
    service.advance(2 * 60);
    for (const [at, phone] of phones.entries()) {
      expectOk(await phone.upload(contents));
      await recoverOnNewPhone(service, `owner ${at}`);
    }
    expect(service.lines.filter(({ status }) => status >= 400)).toEqual([]);
  });

  it("is told by version and number, and as running until it is done [I5]", async () => {
    const made = await startWithVault();
    await owners(made, 3);
    const second = await made.rotate();
    expect((await operate(made.service, "GET", "status")).body).toMatchObject({
      keys: { current: [second], older: { [made.first]: 3 } },
      rewrap: { state: "running", moved: 0, left: 3, failed: 0, settled: false },
    });
    expect((await operate(made.service, "POST", "rewrap")).body.moved).toBe(3);
    expect((await operate(made.service, "GET", "status")).body).toMatchObject({
      keys: { older: {} },
      rewrap: { state: "idle", moved: 3, left: 0, at: timestampOf(made.service.now()) },
    });
  });

  it("goes on where a batch ended, and unwraps each key once", async () => {
    const made = await startWithVault();
    const phones = await owners(made, 7);
    const second = await made.rotate();
    const other = instance(made);
    made.unwraps();
    expect(await moveAll(other, 3)).toEqual([3, 3, 1]);
    // And the service key, once a process.
    expect(made.unwraps()).toBe(7 + 1);
    expect(new Set(await versionsOf(made.store, phones))).toEqual(new Set([second]));
    expect(await moveAll(other, 3)).toEqual([0]);
    expect(made.unwraps()).toBe(0);
  });

  it("begun by two at once, moves each once or twice, and loses nothing", async () => {
    const made = await startWithVault();
    const phones = await owners(made, 9);
    const second = await made.rotate();
    const [one, other] = [instance(made), instance(made)];
    const batches = await Promise.all([rewrap(one), rewrap(other), rewrap(one), rewrap(other)]);
    expect(batches.map(({ failed, stopped }) => [failed, stopped])).toEqual(Array(4).fill([0, false]));
    expect(new Set(await versionsOf(made.store, phones))).toEqual(new Set([second]));
    for (const phone of phones) expectOk(await phone.key());
  });

  it("that begins anew before it is done ends with everything under the newest version", async () => {
    const made = await startWithVault();
    const phones = await owners(made, 6);
    await made.rotate();
    const other = instance(made);
    expect((await rewrap(other, 2)).left).toBe(4);
    const third = await made.rotate();
    expect((await rewrap(other, 2)).left).toBe(4);
    await moveAll(other, 2);
    expect(new Set(await versionsOf(made.store, phones))).toEqual(new Set([third]));
  });

  it("puts nothing back under a version that an instance has not yet seen to be old", async () => {
    const made = await startWithVault();
    const phones = await owners(made, 2);
    const stale = instance(made);
    await stale.kek.wrap(new Uint8Array(8), "x");
    const second = await made.vault("a").create("kek");
    await moveAll(instance(made));
    expect(await rewrap(stale)).toMatchObject({ moved: 0, left: 0 });
    expect(new Set(await versionsOf(made.store, phones))).toEqual(new Set([second]));
  });

  it("ends a batch where the vault is throttled, and takes it up again", async () => {
    const made = await startWithVault();
    const phones = await owners(made, 4);
    const second = await made.rotate();
    const other = instance(made);
    await other.serviceKey.check();
    // As often as the four of them try.
    made.fault({ fault: { status: 429 }, on: ({ method }) => method === "POST", times: 4 });
    expect(await rewrap(other)).toEqual({ moved: 0, left: 4, failed: 0, stopped: true });
    expect(other.lines.at(-1)).toMatchObject({ operation: "rewrap", level: "info", left: 4 });
    expect(other.lines.at(-1)?.failure).toMatch(/^KeyUnavailable/);
    expect(await rewrap(other)).toEqual({ moved: 4, left: 0, failed: 0, stopped: false });
    expect(new Set(await versionsOf(made.store, phones))).toEqual(new Set([second]));
  });

  it("goes past what does not open, says so once, and never as done", async () => {
    const made = await startWithVault();
    const { store } = made;
    const phones = await owners(made, 5);
    for (const phone of phones.slice(0, 2)) {
      const found = await readOwner(store, userIdOf(phone));
      const { backup } = found?.item ?? expect.fail();
      if (backup.state !== "on") expect.fail();
      const key = { ...currentKey(backup) };
      const wrapped = { ...key.wrapped, value: "A".repeat(342) };
      const body = packed({
        ...(found?.item ?? expect.fail()),
        backup: { ...backup, keys: [{ ...key, wrapped }] },
      });
      await store.commit(userIdOf(phone), [
        { kind: "replace", id: ids.owner, body, etag: found?.etag ?? "" },
      ]);
    }
    const second = await made.rotate();
    const other = instance(made);
    expect(await rewrap(other)).toEqual({ moved: 3, left: 2, failed: 2, stopped: false });
    expect(other.lines.filter(({ code }) => code === "broken-value")).toHaveLength(1);
    expect(await rewrap(other)).toEqual({ moved: 0, left: 2, failed: 2, stopped: false });
    expect((await versionsOf(store, phones)).filter((version) => version === second)).toHaveLength(3);
    expect((await operate(made.service, "GET", "status")).body.rewrap).toMatchObject({
      state: "running",
      left: 2,
      failed: 2,
      settled: false,
    });
  });

  it("moves an owner's many keys over several batches, and calls none of them current before all are", async () => {
    const made = await startWithVault();
    const [phone] = (await owners(made, 1)) as [TestPhone];
    for (let times = 0; times < 3; times++) {
      const fresh = await registeredPhone(made.service, { owner: "owner 0" });
      expectOpened(await fresh.recover());
      expectOk(await phone.revoke(fresh.deviceId));
      expectOk(await phone.status());
      expectOk(await phone.upload(contents));
    }
    const second = await made.rotate();
    const other = instance(made);
    const moved = await moveAll(other, 1);
    expect(moved.length).toBeGreaterThan(1);
    const { backup, kek } = await ownerOf(made.store, phone);
    if (backup.state !== "on") expect.fail();
    expect(new Set(backup.keys.map(({ wrapped }) => wrapped.kek))).toEqual(new Set([second]));
    expect(kek?.split(" ")).toHaveLength(2);
    expectOk(await phone.key());
  });

  it("is helped on by each release, without another call of the vault", async () => {
    const made = await startWithVault();
    const [phone] = (await owners(made, 1)) as [TestPhone];
    const second = await made.rotate();
    // Whoever wraps reads the version that is current; a release alone does not.
    await backedUpPhone(made.service, { owner: "somebody else" });
    made.unwraps();
    await recoverOnNewPhone(made.service, "owner 0");
    expect(made.unwraps()).toBe(1);
    expect(await versionsOf(made.store, [phone])).toEqual([second]);
  });

  it("ends a batch where the store does not answer, and the next one moves the rest", async () => {
    const made = await startWithVault();
    await owners(made, 3);
    await made.rotate();
    let isDown = true;
    const flaky = {
      ...made.store,
      commit: (...call: Parameters<typeof made.store.commit>) =>
        isDown && call[0] !== "service"
          ? Promise.reject(new StoreUnavailable(1))
          : made.store.commit(...call),
    };
    const other = instance(made, [made.entry], made.open(), flaky);
    expect(await rewrap(other)).toEqual({ moved: 0, left: 3, failed: 0, stopped: true });
    isDown = false;
    expect(await rewrap(other)).toMatchObject({ moved: 3, left: 0, stopped: false });
  });
});

describe("a timer", () => {
  it("begins batches ten seconds apart, for a minute at most, until nothing is left", async () => {
    const made = await startWithVault();
    await owners(made, 2);
    const other = instance(made);
    const pauses: number[] = [];
    const pause = async (milliseconds: number) => void pauses.push(milliseconds);
    await rewrapForAMinute(other, pause);
    expect(pauses).toEqual([]);

    // Owners who are gone when they are come to: there is no end of them, and each is taken up once.
    const inOrder = "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
    // Each fourth name, from the first.
    const partition = (at: number) =>
      [at >> 10, at >> 4, at << 2].map((digit) => inOrder[digit & 63]).join("");
    const all = Array.from({ length: 4_096 }, (_, at) => ({
      partition: partition(at),
      id: ids.owner,
      etag: "gone",
      kek: "older",
    }));
    const outdated = async (_: unknown, limit: number, after = "") =>
      all
        .filter((item) => item.partition > after)
        .toSorted((a, b) => (a.partition < b.partition ? -1 : 1))
        .slice(0, limit);
    const crowded = instance(made, [made.entry], made.open(), { ...made.store, outdated });
    await rewrapForAMinute(crowded, pause);
    // It moves none of them, so another batch would not either.
    expect(pauses).toEqual([]);
    const { left } = await rewrap(crowded);
    // In the first 4,000 of 262,144 names there are 1,000: in all of them 65,536, if they were spread evenly.
    expect(left / 65_536).toBeCloseTo(1, 2);
  });

  it("logs what stops it, and never fails", async () => {
    const made = await startWithVault();
    const other = instance(made);
    made.disable(made.first);
    made.vault("a").delete("kek");
    await expect(rewrapForAMinute(other, async () => {})).resolves.toBeUndefined();
    expect(other.lines.at(-1)).toMatchObject({ level: "error", operation: "rewrap" });
  });
});

describe("replacing the service key", () => {
  it("moves what is bound or sealed under the old one, so that it may be retired; phones go on meanwhile", async () => {
    const made = await startWithVault();
    const { service, store, entry, open } = made;
    const phones = await owners(made, 4);
    const contactIds: string[] = [];
    for (const phone of phones) {
      await giveToken(service, phone);
      contactIds.push(
        await giveContact(service, phone, {
          kind: "email",
          address: `${tokenOf(phone).slice(0, 8)}@example.com`,
        }),
      );
    }
    const ref = "r".repeat(43);
    const before = instance(made);
    for (const phone of phones) {
      const [userId, { deviceId }] = [userIdOf(phone), phone];
      const secret = await before.serviceKey.seal(placeOfOtp(userId, deviceId, ref), Buffer.from("one-time"));
      const { signing } = phone.state().keys;
      const body = {
        schema: 1,
        credentialId: "c".repeat(22),
        registered: 1,
        publicKey: publicJwk(signing),
        verifiedAt: timestampOf(service.now()),
        holder: "h".repeat(43),
        otp: { secret, lastStep: 7 },
      };
      const item = withKek({ kind: "create", id: ids.credential(deviceId, ref), body });
      await store.commit(userId, [item]);
    }
    const newest = await makeServiceKey(open(), system);
    const other = instance(made, [newest, entry]);
    const [moved] = await Promise.all([
      moveAll(other),
      ...phones.map(async (phone) => {
        for (let times = 0; times < 3; times++) expectOk(await phone.upload(contents));
      }),
    ]);
    expect(moved.reduce((sum, each) => sum + each)).toBeGreaterThanOrEqual(4 * phones.length);
    await moveAll(other);

    const retired = instance(made, [newest, { ...entry, use: "references" }]);
    for (const [at, phone] of phones.entries()) {
      const userId = userIdOf(phone);
      const { backup } = await ownerOf(store, phone);
      if (backup.state !== "on") expect.fail();
      for (const key of backup.keys) expect(await retired.userKeys.open(userId, key)).toHaveLength(32);
      const contact = await readContact(store, userId, contactIds[at] ?? "");
      const address =
        contact &&
        (await retired.serviceKey.unseal(placeOfAddress(userId, contactIds[at] ?? ""), contact.item.address));
      expect(Buffer.from(address ?? []).toString()).toContain("@example.com");
      const push = await readPushToken(store, userId, phone.deviceId);
      const token =
        push && (await retired.serviceKey.unseal(placeOfToken(userId, phone.deviceId), push.item.token));
      expect(Buffer.from(token ?? []).toString()).toBe(tokenOf(phone));
      const credential = await readCredential(store, userId, phone.deviceId, ref);
      const { otp } = credential?.item ?? expect.fail();
      const place = placeOfOtp(userId, phone.deviceId, ref);
      const secret = otp && (await retired.serviceKey.unseal(place, otp.secret));
      expect([Buffer.from(secret ?? []).toString(), otp?.lastStep]).toEqual(["one-time", 7]);
    }
  });

  it("keeps the life of what it moves", async () => {
    const made = await startWithVault();
    const [phone] = (await owners(made, 1)) as [TestPhone];
    await giveToken(made.service, phone);
    const id = ids.push(phone.deviceId);
    const { body, etag } = (await made.store.read(userIdOf(phone), id)) ?? expect.fail();
    await made.store.commit(userIdOf(phone), [{ kind: "replace", id, body, etag, ttl: 10 * 86_400 }]);
    const lifeOf = async () =>
      (await made.store.outdated([], 100)).find(({ id }) => id.startsWith("push:"))?.expiresAt;
    const before = await lifeOf();
    expect(before).toBeGreaterThan(made.service.now());
    made.service.advance(86_400);
    await moveAll(instance(made, [await makeServiceKey(made.open(), system), made.entry]));
    expect(await lifeOf()).toBe(before);
  });
});
