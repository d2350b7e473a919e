import { describe, expect, it } from "vitest";
import { contentKey } from "../../local/phone/protocol/contentKey.ts";
import { EnvelopeRefused, openEnvelope } from "../../local/phone/protocol/envelope.ts";
import { ids } from "../../shared/store/items.ts";
import { contents } from "../support/accounts.ts";
import { COUNTED, changesBetween, keptOf, partitionOf, userIdOf } from "../support/partition.ts";
import {
  backedUpPhone,
  expectOk,
  problemOf,
  registeredPhone,
  startService,
  type TestPhone,
} from "../support/service.ts";

describe("turning backup off", () => {
  it.each(["/v1/backup", "/v1/backup?confirm=", "/v1/backup?confirm=Delete", "/v1/backup?confirm=erase"])(
    "needs to be confirmed: nothing happens with DELETE %s [F1]",
    async (path) => {
      const { service, phone } = await startWithVersions(1);
      const before = await partitionOf(service, phone);
      expect(problemOf(await phone.disable({ path }))).toMatchObject({
        status: 400,
        code: "confirmation-required",
        confirm: "delete",
      });
      expect(await partitionOf(service, phone)).toEqual(before);
    },
  );

  it("needs a recent sign-in: who finds a phone unlocked can't destroy the backup [F1]", async () => {
    const { service, phone } = await startWithVersions(1);
    await phone.signIn({ signedInSecondsAgo: 3000 });
    const before = await partitionOf(service, phone);
    expect(problemOf(await phone.disable())).toMatchObject({ code: "step-up-required" });
    expect(changesBetween(before, await partitionOf(service, phone))).toEqual(COUNTED);
  });

  it("deletes every version, and the key with them, in one commit [F2]", async () => {
    const { service, phone } = await startWithVersions(12);
    const { counts } = await service.counted(() => phone.disable());
    expect(counts).toEqual({ read: 1, list: 0, commit: 1, unwrap: 0 });
    const left = await partitionOf(service, phone);
    expect(left.filter(({ id }) => id.startsWith("envelope:"))).toEqual([]);
    expect(JSON.stringify(left)).not.toMatch(/wrapped|"keys"|"kek"/);
    expect(problemOf(await phone.key())).toMatchObject({ code: "backup-off" });
    expect(problemOf(await phone.versions())).toMatchObject({ code: "backup-off" });
  });

  it("leaves nothing that opens a ciphertext from a copy of the database made before [F2]", async () => {
    const { service, phone } = await startWithVersions(2);
    const { userKey: lost } = phone.state();
    const copy = (await partitionOf(service, phone)).filter(({ id }) => id.startsWith("envelope:"));
    expect(copy).toHaveLength(2);
    expectOk(await phone.disable());
    expectOk(await phone.enable());
    const { userKey } = await keyOf(phone);

    const uid = userIdOf(phone);
    const key = contentKey({ userKey, userId: uid, platform: "android" });
    for (const { body } of copy) {
      const binding = { kid: lost?.id ?? "", uid, plt: "android", ver: Number(body.version) } as const;
      const opened = openEnvelope(String(body.envelope), key, binding);
      await expect(opened).rejects.toThrow(EnvelopeRefused);
    }
    // Put back where they were, they are versions of nothing.
    await service.adapters.store.commit(
      uid,
      copy.map(({ id, body }) => ({ kind: "create", id, body })),
    );
    const next = await registeredPhone(service);
    const recovered = await next.recover();
    expectOk(recovered);
    expect(recovered.contents).toBeUndefined();
    expect(problemOf(await next.recover({ version: 1 }))).toMatchObject({ code: "version-not-found" });
  });

  it("destroys the key of that backup for the service too: a request for it finds none [F2]", async () => {
    const { service, phone } = await startWithVersions(1);
    await keyOf(phone);
    expectOk(await phone.disable());
    // The unwrapped key is remembered for a minute, but it is nobody's any more.
    expect(problemOf(await phone.key())).toMatchObject({ code: "backup-off" });
    const old = await phone.exportAll();
    expectOk(old);
    expect(old.body.keys).toEqual([]);
    expect(await service.adapters.store.read(userIdOf(phone), ids.envelope(1))).toBeUndefined();
  });

  it("leaves the phones, and the accounts on them [F3]", async () => {
    const { service, phone } = await startWithVersions(1);
    const other = await registeredPhone(service, { name: "Other phone" });
    const before = [await phone.devices(), await other.devices()];
    const accounts = phone.state().accounts;
    expect(accounts).toHaveLength(contents.accounts.length);
    expectOk(await phone.disable());
    const after = [await phone.devices(), await other.devices()];
    expect(after.map(({ body }) => body)).toEqual(before.map(({ body }) => body));
    expect(phone.state().accounts).toEqual(accounts);
  });

  it("is harmless when it is repeated, and says the same of when and by whom [F4]", async () => {
    const { service, phone } = await startWithVersions(1);
    expectOk(await phone.disable());
    const before = await keptOf(service, phone);
    const status = await phone.status();
    service.advance(60);
    const other = await registeredPhone(service);
    const registered = await keptOf(service, phone);
    expect(registered.length).toBeGreaterThan(before.length);
    expect(problemOf(await other.disable())).toMatchObject({ code: "trust-required" });
    expectOk(await phone.disable());
    expect(await keptOf(service, phone)).toEqual(registered);
    expect((await phone.status()).body).toEqual(status.body);
  });

  it("is not for a phone that never had a backup, and changes nothing [F4]", async () => {
    const service = await startService();
    const phone = await registeredPhone(service);
    expect(problemOf(await phone.disable())).toMatchObject({ code: "trust-required" });
    const status = await phone.status();
    expectOk(status);
    expect(status.body).toEqual({ state: "off", nextVersion: 1, trusted: false, recoveries: [] });
  });

  it("makes room for a new backup with a new key, whose version numbers go on [F4]", async () => {
    const { phone } = await startWithVersions(2);
    const first = await keyOf(phone);
    expectOk(await phone.disable());
    const enabled = await phone.enable();
    expectOk(enabled);
    expect(enabled.body.nextVersion).toBe(3);
    const second = await keyOf(phone);
    expect(second.body.key.id).not.toBe(first.body.key.id);
    expect(second.userKey).not.toEqual(first.userKey);
    const uploaded = await phone.upload(contents);
    expectOk(uploaded);
    expect(uploaded.body.version).toBe(3);
    const listed = await phone.versions();
    expectOk(listed);
    expect(listed.body.versions.map(({ version }) => version)).toEqual([3]);
  });

  it("leaves the phone trusted: it turns on again, and nobody else does without being seen [F4] [H5]", async () => {
    const { service, phone } = await startWithVersions(1);
    const other = await registeredPhone(service);
    expectOk(await phone.disable());
    expect(problemOf(await other.enable())).toMatchObject({
      status: 409,
      code: "start-anew-required",
      remedy: "start-anew",
    });
    const begun = await other.recover({ purpose: "start-anew" });
    expectOk(begun);
    expectOk(await other.upload(contents));
    const status = await phone.status();
    expectOk(status);
    expect(status.body).toMatchObject({
      state: "on",
      recoveries: [{ purpose: "start-anew", state: "released", thisPhone: false }],
    });
    expectOk(await phone.deny(begun.body.recoveryId));
  });
});

describe("a backup that was turned off", () => {
  it("is told to its owner, with when and from which phone [G4]", async () => {
    const { service, phone } = await startWithVersions(1);
    const next = await registeredPhone(service);
    service.advance(60);
    const deletedAt = new Date(service.now()).toISOString();
    expectOk(await phone.disable());
    expect(problemOf(await next.recover())).toMatchObject({
      status: 410,
      code: "backup-deleted",
      remedy: "add-accounts-by-hand",
      retryable: false,
      deletedAt,
      device: { name: "Old phone", platform: "android" },
    });
    const status = await next.status();
    expectOk(status);
    expect(status.body).toEqual({
      state: "deleted",
      nextVersion: 2,
      trusted: false,
      recoveries: [],
      deletedAt,
      device: { deviceId: phone.deviceId, name: "Old phone", platform: "android" },
    });
  });

  it("is none to a stranger, as it is to who never had one [G4] [D5]", async () => {
    const { service, phone } = await startWithVersions(1);
    expectOk(await phone.disable());
    const stranger = await registeredPhone(service, { owner: "mallory" });
    expect(problemOf(await stranger.recover())).toMatchObject({ status: 404, code: "backup-none" });
    const status = await stranger.status();
    expectOk(status);
    expect(status.body).toEqual({ state: "off", nextVersion: 1, trusted: false, recoveries: [] });
  });
});

/** An owner's first phone, whose backup has so many versions. */
async function startWithVersions(count: number) {
  const service = await startService();
  const phone = await backedUpPhone(service, { name: "Old phone" });
  for (let version = 1; version <= count; version++) expectOk(await phone.upload(contents));
  return { service, phone };
}

async function keyOf(phone: TestPhone) {
  const key = await phone.key();
  expectOk(key);
  return key;
}
