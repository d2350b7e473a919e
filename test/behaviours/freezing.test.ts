import { describe, expect, it } from "vitest";
import { storageCheck } from "../../local/phone/protocol/storage.ts";
import { contentsOf } from "../support/accounts.ts";
import { keptOf, partitionOf, userIdOf } from "../support/partition.ts";
import { expectOk, expectOpened, problemOf, type TestPhone, type TestService } from "../support/service.ts";
import {
  at,
  DAY,
  freshEnvelope,
  later,
  newPhone,
  noticesOf,
  recordOf,
  recovered,
  recoveredOn,
  startStage,
  statusOf,
} from "./stage.ts";

const ios = { platform: "ios", storageSecret: new Uint8Array(32).fill(7) } as const;

const CHECK = "c".repeat(43);

/** Every act that a freeze is in the way of, on any phone that is not one to lift it. */
const ACTS: Record<string, (phone: TestPhone) => Promise<{ readonly body: unknown }>> = {
  "turn on": (phone) => phone.enable(),
  "turn off": (phone) => phone.disable(),
  restore: (phone) => phone.restore(1),
  "choose the policy": (phone) => phone.choosePolicy({ conflict: "any-account" }),
  export: (phone) => phone.exportAll(),
  erase: (phone) => phone.erase(),
  "set a recovery key": (phone) =>
    phone.send({
      method: "PUT",
      path: "/v1/backup/recovery-key",
      body: { storageCheck: CHECK, recoveryKeyCheck: CHECK, wrappedStorageSecret: "wrapped" },
    }),
  "remove the recovery key": (phone) => phone.removeRecoveryKey(),
  preview: (phone) => phone.preview(),
  recover: (phone) => phone.recover(),
  "start anew": (phone) => phone.recover({ purpose: "start-anew" }),
};

describe("while the backup is frozen", () => {
  it.each([
    ["the thief's second phone", "second"],
    ["the thief's own phone, registered again", "own"],
    ["a phone that has been trusted for less long than the one that denied", "younger"],
    ["the phone that denied", "old"],
  ] as const)("nothing leaves it or destroys it: %s is refused each act [H5]", async (_, name) => {
    const { service, old, thief, second, younger } = await startFrozen();
    if (name === "own") expectOk(await thief.register());
    const phone = { second, own: thief, younger, old }[name];
    const before = await kept(service, old);
    const frozenAt = at(service.now());
    for (const [act, run] of Object.entries(ACTS)) {
      const { body: outcome } = await run(phone);
      const told = { code: "backup-frozen", frozenAt, device: { name: "Old phone", platform: "ios" } };
      expect({ act, outcome }).toMatchObject({ act, outcome: { status: 423, retryable: false, ...told } });
    }
    expect(await kept(service, old)).toEqual(before);
  });

  it("a recovery that another phone has begun is not opened, and approved by nobody [H5]", async () => {
    const { service, old, next } = await startStage({ wait: 60 });
    const begun = await next.recover();
    expectOk(begun);
    const { recoveryId } = begun.body;
    const thief = await newPhone(service);
    const other = await thief.recover();
    expectOk(other);
    expectOk(await old.deny(other.body.recoveryId));
    await later(service, 60, old, next);
    expect(problemOf(await next.open(recoveryId))).toMatchObject({ status: 423, code: "backup-frozen" });
    expect(problemOf(await old.approve(recoveryId))).toMatchObject({ status: 423, code: "backup-frozen" });
    // It goes on when the owner lifts the freeze.
    expectOk(await old.liftFreeze());
    expectOpened(await next.open(recoveryId));
  });

  it("a thief takes no phone away, and may only revoke itself; the phone that denied may revoke [H5]", async () => {
    const { old, second, younger } = await startFrozen();
    for (const phone of [second, younger]) {
      expect(problemOf(await phone.revoke(old.deviceId))).toMatchObject({ code: "backup-frozen" });
    }
    expectOk(await second.revoke(second.deviceId));
    expectOk(await old.revoke(younger.deviceId));
    const devices = await old.devices();
    expectOk(devices);
    expect(devices.body.devices.map(({ name }) => name)).toEqual(["Old phone"]);
  });

  it("a thief's phone replaces no version, whatever it names [H5] [D11]", async () => {
    const { old, second, envelope } = await startFrozen();
    const before = await statusOf(old);
    const { headers } = await second.status();
    const refused = await second.send({
      method: "PUT",
      path: "/v1/backup",
      headers: { "If-Match": headers.get("ETag") ?? "" },
      body: {
        envelope,
        manifest: { accounts: [] },
        replaces: 1,
        storageCheck: storageCheck(ios.storageSecret, userIdOf(second)),
      },
    });
    expect(refused.body).toMatchObject({ status: 409, code: "overwrite-refused" });
    expect((await statusOf(old)).current).toEqual(before.current);
  });

  it("trusted phones go on uploading, and every phone reads the status [H5]", async () => {
    const { old, second, younger } = await startFrozen();
    // The denial has begun a new key: the phones look again, and ask for it.
    expectOk(await old.status());
    expectOk(await old.upload(contentsOf(7)));
    expectOk(await younger.status());
    expectOk(await younger.upload(contentsOf(8)));
    for (const phone of [old, second, younger]) {
      const status = await statusOf(phone);
      expect(status).toMatchObject({ current: { accounts: 8 }, frozen: { device: { name: "Old phone" } } });
    }
    expectOk(await younger.key());
    expect(problemOf(await second.key())).toMatchObject({ code: "trust-required" });
    expectOk(await second.devices());
    expectOk(await second.activity());
    expectOk(await old.refresh());
  });
});

describe("a frozen backup", () => {
  it("is lifted by the phone that denied, with a recent sign-in alone; then everything goes on [H5]", async () => {
    const { service, old, second, younger } = await startFrozen();
    await old.signIn({ signedInSecondsAgo: 3000 });
    expect(problemOf(await old.liftFreeze())).toMatchObject({ status: 401, code: "step-up-required" });
    expect((await statusOf(old)).frozen).toBeDefined();
    await old.signIn();
    expectOk(await old.liftFreeze());
    expect((await statusOf(old)).frozen).toBeUndefined();
    expect((await recordOf(old))[0]).toEqual({ type: "freeze-lifted", details: {}, device: "Old phone" });
    expect((await noticesOf(service, old)).filter(({ type }) => type === "freeze-lifted")).toMatchObject([
      { to: [younger.deviceId, second.deviceId] },
    ]);

    const before = await keptOf(service, old);
    expectOk(await old.liftFreeze());
    expect(await keptOf(service, old)).toEqual(before);
    expectOk(await old.key());
    expectOk(await old.exportAll());
    expectOk(await old.choosePolicy({ conflict: "any-account" }));
    await recoveredOn(await newPhone(service, ios));
    expectOk(await old.disable());
  });

  it("is not lifted by the thief: on a second phone, nor on the own one, nor on one that was trusted later [H5]", async () => {
    const { service, old, thief, second, younger } = await startFrozen();
    expectOk(await thief.register());
    const before = await partitionOf(service, old);
    for (const phone of [thief, second]) {
      expect(problemOf(await phone.liftFreeze())).toMatchObject({ status: 409, code: "trust-required" });
    }
    expect(problemOf(await younger.liftFreeze())).toMatchObject({
      status: 403,
      code: "older-phone-required",
    });
    expect(await partitionOf(service, old)).toEqual(before);
  });

  it("is lifted by a phone that has been trusted for longer than the one that denied [H5]", async () => {
    const { service, old, next: denier } = await startStage();
    await recovered(denier);
    await later(service, 14 * DAY, old, denier);
    expectOk(await denier.deny(await recovered(await newPhone(service))));
    expectOk(await old.liftFreeze());
    expect((await statusOf(denier)).frozen).toBeUndefined();
  });

  it("is not lifted by an older phone that is only registered: whoever finds one in a drawer can't [H5]", async () => {
    const { service, old, next: older } = await startStage();
    expectOk(await old.deny(await recovered(await newPhone(service))));
    expect(problemOf(await older.liftFreeze())).toMatchObject({ code: "trust-required" });
    expectOk(await old.liftFreeze());
  });

  it("stays with the older of two phones that denied, whichever was first [H5]", async () => {
    for (const first of ["old", "next"] as const) {
      const { service, old, next } = await startStage();
      await recovered(next);
      await later(service, 14 * DAY, old, next);
      const [one, two] = [await newPhone(service), await newPhone(service)];
      const ids = [await recovered(one), await recovered(two)] as const;
      const [a, b] = first === "old" ? [old, next] : [next, old];
      expectOk(await a.deny(ids[0]));
      expectOk(await b.deny(ids[1]));
      // Told is the one that denied first; lifted it is by the oldest.
      const denier = first === "old" ? "Old phone" : "New phone";
      expect((await statusOf(old)).frozen).toMatchObject({ device: { name: denier } });
      expect(problemOf(await next.liftFreeze())).toMatchObject({ code: "older-phone-required" });
      expectOk(await old.liftFreeze());
    }
  });

  it("is told in the record of all that led to it [H5] [H6]", async () => {
    const { service, old, next: thief } = await startStage();
    const recoveryId = await recovered(thief);
    expectOk(await old.deny(recoveryId));
    expectOk(await thief.register());
    expect(problemOf(await thief.recover())).toMatchObject({ code: "backup-frozen" });
    expectOk(await old.liftFreeze());
    service.advance(1);
    expect((await recordOf(old)).slice(0, 4)).toEqual([
      { type: "freeze-lifted", details: {}, device: "Old phone" },
      { type: "device-registered", details: {}, device: "New phone" },
      { type: "recovery-denied", details: { recoveryId, deviceId: thief.deviceId }, device: "Old phone" },
      { type: "recovery-released", details: { recoveryId, version: 1 }, device: "New phone" },
    ]);
  });

  it("ends by itself after 30 days, and not a second sooner: nobody is locked out for good [H5] [G9]", async () => {
    const { service, old, second } = await startFrozen();
    await later(service, 30 * DAY - 1, old, second);
    const frozenUntil = at(service.now() + 1000);
    expect((await statusOf(old)).frozen).toMatchObject({ until: frozenUntil });
    expect(problemOf(await second.recover())).toMatchObject({
      code: "backup-frozen",
      frozenUntil,
      otherwise: "wait",
    });
    service.advance(1);
    expect((await statusOf(old)).frozen).toBeUndefined();
    expectOpened(await second.recover());
  });
});

/**
 * An owner of iPhones who has denied a recovery: an old phone that denied, one that was trusted later, and the two
 * phones of a thief.
 */
async function startFrozen() {
  const { service, old, next: younger } = await startStage({ phones: ios });
  expectOk(await old.setRecoveryKey());
  const envelope = await freshEnvelope(younger);
  const thief = await newPhone(service, { ...ios, name: "Thief's phone" });
  const second = await newPhone(service, { ...ios, name: "Thief's second phone" });
  const id = await recovered(thief);
  expectOk(await old.deny(id));
  return { service, old, younger, thief, second, envelope };
}

/** What a refused act may not touch: all that is stored but tries, events and spent proofs. */
async function kept(service: TestService, phone: TestPhone) {
  const items = await partitionOf(service, phone);
  return items
    .filter(({ id }) => !/^(event|proof):/.test(id))
    .map(({ id, body: { tries, activity, ...body } }) => ({ id, body }));
}
