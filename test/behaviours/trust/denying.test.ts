import { describe, expect, it } from "vitest";
import { contents, contentsOf } from "../../support/accounts.ts";
import {
  backedUpPhone,
  expectOk,
  expectOpened,
  problemOf,
  startService,
  type TestService,
} from "../../support/service.ts";
import { at, DAY, HOUR, later, newPhone, recovered, startStage, statusOf, waiting } from "../stage.ts";
import {
  android,
  anew,
  backupOf,
  DENIABLE,
  FREEZE,
  iPhone,
  laterStale,
  ownerOf,
  phonesOf,
  STALE,
  trustedPhone,
} from "./stage.ts";

const olderRequired = { status: 403, code: "older-phone-required", otherwise: "change-password" };
const stepUp = { status: 401, code: "step-up-required" };

/** Two phones of the owner that have been trusted for so long that nobody can deny them any more. */
async function startWithTwo(wait = 0) {
  const { service, old } = await startStage();
  const second = await trustedPhone(service, { name: "Tablet" });
  await later(service, DENIABLE, old, second);
  if (wait > 0) expectOk(await old.choosePolicy({ waitingSeconds: wait }));
  return { service, old, second };
}

/** A thief recovers on a new phone. */
async function thiefOn(service: TestService) {
  const thief = await newPhone(service, { name: "Thief's phone" });
  return { thief, id: await recovered(thief) };
}

describe('"this wasn\'t me" counts', () => {
  it("from a phone that was trusted before the recovery began, and from no other [H5]", async () => {
    const { service, old, next: quiet } = await startStage({ wait: HOUR });
    const thief = await newPhone(service);
    const id = await waiting(thief);
    expect(problemOf(await quiet.deny(id))).toMatchObject(olderRequired);
    const approved = await waiting(quiet);
    expectOk(await old.approve(approved));
    expectOk(await quiet.open(approved));
    // It is trusted now, but was not then.
    expect(problemOf(await quiet.deny(id))).toMatchObject(olderRequired);
    expectOk(await old.deny(id));
  });

  it("from one that was trusted before the recovering phone was, where that is trusted [H5]", async () => {
    const { service, old, second } = await startWithTwo();
    const third = await trustedPhone(service, { name: "Third phone" });
    await later(service, DENIABLE, old, second, third);
    const id = await recovered(second);
    expect(problemOf(await third.deny(id))).toMatchObject(olderRequired);
    expect(await phonesOf(old)).toContain("Tablet*");
    expectOk(await old.deny(id));
    expect(await phonesOf(old)).not.toContain("Tablet*");
  });

  it("against a recovery that starts anew, as against one that recovers [H5]", async () => {
    const { service, old, next: thief } = await startStage({ wait: DAY });
    const id = await waiting(thief, anew);
    expectOk(await old.deny(id));
    expect(await phonesOf(old)).toEqual(["Old phone*"]);
    expect((await statusOf(old)).frozen).toBeDefined();
    await later(service, FREEZE, old);
    expectOpened(await old.recover());
  });
});

describe("an owner whose phones the thief has revoked", () => {
  it("denies from one of them after a fresh sign-in, and all are back as they were [H5]", async () => {
    const { service, old, second } = await startWithTwo();
    const before = (await ownerOf(service, old)).devices.filter(({ trusted }) => trusted);
    const { thief, id } = await thiefOn(service);
    for (const phone of [old, second]) expectOk(await thief.revoke(phone.deviceId));
    expect(await phonesOf(thief)).toEqual(["New phone", "Thief's phone*"]);
    await second.signIn(STALE);
    expect(problemOf(await second.deny(id))).toMatchObject(stepUp);
    await second.signIn();
    expectOk(await second.deny(id));
    expect((await phonesOf(second)).toSorted()).toEqual(["New phone", "Old phone*", "Tablet*"]);
    const after = (await ownerOf(service, old)).devices.filter(({ trusted }) => trusted);
    const orders = (phones: typeof after) => phones.map(({ deviceId, trusted }) => [deviceId, trusted]);
    expect(orders(after).toSorted()).toEqual(orders(before).toSorted());
    expectOk(await old.liftFreeze());
  });

  it("does so, too, where it has registered again: it is as old as it was [H5]", async () => {
    const { service, old } = await startWithTwo();
    const { thief, id } = await thiefOn(service);
    expectOk(await thief.revoke(old.deviceId));
    expectOk(await old.register());
    expectOk(await old.deny(id));
    expect(await phonesOf(old)).toContain("Old phone*");
    expectOk(await old.liftFreeze());
  });

  it("denies nothing from one that was revoked before the recovery began [H5]", async () => {
    const { service, old, second } = await startWithTwo();
    await recovered(old);
    expectOk(await old.revoke(second.deviceId));
    const { id } = await thiefOn(service);
    expect(problemOf(await second.deny(id))).toMatchObject(olderRequired);
    expect((await statusOf(old)).frozen).toBeUndefined();
  });

  it("is as removed as before once nothing can be denied any more [H5]", async () => {
    const { service, second } = await startWithTwo();
    const { thief, id } = await thiefOn(service);
    expectOk(await thief.revoke(second.deviceId));
    await later(service, DENIABLE, second);
    expect(problemOf(await second.deny(id))).toMatchObject({ code: "recovery-over" });
    expect(problemOf(await second.status())).toMatchObject({ code: "device-not-registered" });
  });
});

describe("after a denial", () => {
  it("current is what the owner's phones uploaded last: nothing of the thief's [H5] [D11]", async () => {
    const { service, old } = await startWithTwo();
    expectOk(await old.upload(contentsOf(7)));
    const { thief, id } = await thiefOn(service);
    expectOk(await thief.upload(contentsOf(1), { replaces: 2 }));
    expectOk(await thief.restore(1));
    expectOk(await old.deny(id));
    const status = await statusOf(old);
    expect(status.current).toMatchObject({ version: 2, accounts: 7, device: { name: "Old phone" } });
    const history = await old.versions();
    expectOk(history);
    expect(history.body.versions.map(({ version, denied }) => [version, denied === true])).toEqual([
      [4, true],
      [3, true],
      [2, false],
      [1, false],
    ]);
  });

  it("current is left as it is where an owner's phone has uploaded since [H5]", async () => {
    const { service, old } = await startWithTwo();
    const { thief, id } = await thiefOn(service);
    expectOk(await thief.upload(contentsOf(5)));
    expectOk(await old.status());
    expectOk(await old.upload(contentsOf(9)));
    expectOk(await old.deny(id));
    expect((await statusOf(old)).current).toMatchObject({ version: 3, accounts: 9 });
  });

  it.each([
    ["an iPhone, and the owner's an Android phone", android, iPhone],
    ["an Android phone, and the owner's an iPhone", iPhone, android],
    ["in another iCloud account", iPhone, { ...iPhone, storageSecret: new Uint8Array(32).fill(9) }],
  ])("the owner goes on where the thief started anew on %s [H5] [G1]", async (_, owners, thiefs) => {
    const { service, old } = await startStage({ phones: owners });
    const thief = await newPhone(service, { name: "Thief's phone", ...thiefs });
    const begun = await thief.recover(anew);
    expectOk(begun);
    expectOk(await thief.upload(contentsOf(3)));
    expect(problemOf(await old.upload(contentsOf(7)))).toMatchObject({ otherwise: "start-anew" });
    expectOk(await old.deny(begun.body.recoveryId));
    expect(await statusOf(old)).toMatchObject({ platform: owners.platform, current: { version: 1 } });
    // What goes on while it is frozen.
    expectOk(await old.upload(contentsOf(7)));
    expect((await backupOf(service, old)).keys.map(({ number }) => number)).toEqual([1, 2, 3]);
    await later(service, FREEZE, old);
    const opened = await old.recover();
    expectOpened(opened);
    expect(opened.contents).toEqual(contentsOf(7));
  });
});

describe("a shorter waiting time that the thief asked for", () => {
  it("never comes once the thief is denied: the next recovery waits as long as before [H5] [H10]", async () => {
    const { service, old } = await startWithTwo(2 * DAY);
    const thief = await newPhone(service, { name: "Thief's phone" });
    const id = await waiting(thief);
    await later(service, 2 * DAY, old, thief);
    expectOpened(await thief.open(id));
    expectOk(await thief.choosePolicy({ waitingSeconds: 0 }));
    expectOk(await old.deny(id));
    await later(service, FREEZE, old);
    const next = await newPhone(service);
    await waiting(next);
    const { policy } = await ownerOf(service, old);
    expect(policy).toMatchObject({ waitingSeconds: 2 * DAY });
    expect(policy).not.toHaveProperty("shortening");
  });
});

describe("a denial without a fresh sign-in", () => {
  it("is one in 60 days, of all the owner's phones together [H5] [G9]", async () => {
    const { service, old, second } = await startWithTwo();
    const first = await thiefOn(service);
    await old.signIn(STALE);
    expectOk(await old.deny(first.id));
    await later(service, 60 * DAY - 120, old);
    const again = await thiefOn(service);
    await second.signIn(STALE);
    expect(problemOf(await second.deny(again.id))).toMatchObject(stepUp);
    await laterStale(service, 120, second);
    expectOk(await second.deny(again.id));
  });

  it("is used up by one with a fresh sign-in, too [H5] [G9]", async () => {
    const { service, old, second } = await startWithTwo();
    expectOk(await old.deny((await thiefOn(service)).id));
    await later(service, FREEZE, old);
    const again = await thiefOn(service);
    await second.signIn(STALE);
    expect(problemOf(await second.deny(again.id))).toMatchObject(stepUp);
    await second.signIn();
    expectOk(await second.deny(again.id));
  });

  it("isn't to be had again by that phone before it has signed in afresh, however long it waits [G9]", async () => {
    const { service, old: stolen } = await startStage();
    await laterStale(service, HOUR, stolen);
    expectOk(await stolen.deny((await thiefOn(service)).id));
    await laterStale(service, 200 * DAY, stolen);
    const owners = await thiefOn(service);
    expect(problemOf(await stolen.deny(owners.id))).toMatchObject(stepUp);
    // The owner has it back, and has signed in on it since.
    await stolen.signIn();
    expectOk(await stolen.refresh());
    await stolen.signIn(STALE);
    expectOk(await stolen.deny(owners.id));
  });

  it("isn't, either, once another phone has denied since: two stolen ones don't take turns [H5] [G9]", async () => {
    const { service, old, second } = await startWithTwo();
    for (const stolen of [old, second]) {
      await laterStale(service, 60 * DAY, old, second);
      expectOk(await stolen.deny((await thiefOn(service)).id));
    }
    await laterStale(service, 60 * DAY, old, second);
    const owners = await thiefOn(service);
    for (const stolen of [old, second]) {
      expect(problemOf(await stolen.deny(owners.id))).toMatchObject(stepUp);
    }
  });

  it("repeated, is answered the same, and uses nothing up [H5]", async () => {
    const { service, old } = await startWithTwo();
    const { id } = await thiefOn(service);
    await old.signIn(STALE);
    expectOk(await old.deny(id));
    const before = await ownerOf(service, old);
    await laterStale(service, HOUR, old);
    expectOk(await old.deny(id));
    expect(await ownerOf(service, old)).toEqual(before);
  });
});

describe("a phone whose own release can still be denied", () => {
  it("denies with a fresh sign-in alone, and neither freezes nor uses anything up by it [H5] [G9]", async () => {
    const { service, old, second } = await startWithTwo();
    const recent = await trustedPhone(service, { name: "New phone of the owner" });
    const first = await thiefOn(service);
    await recent.signIn(STALE);
    expect(problemOf(await recent.deny(first.id))).toMatchObject(stepUp);
    await recent.signIn();
    expectOk(await recent.deny(first.id));
    expect(await phonesOf(old)).not.toContain("Thief's phone*");
    expect((await statusOf(old)).frozen).toBeUndefined();
    const again = await thiefOn(service);
    await second.signIn(STALE);
    expectOk(await second.deny(again.id));
    expect((await statusOf(old)).frozen).toBeDefined();
  });
});

describe("the phone that has been trusted longest", () => {
  it("denies as before though it has recovered on itself: that can't be denied by anyone [H5]", async () => {
    const { service, old } = await startStage();
    await recovered(old);
    const { id } = await thiefOn(service);
    await old.signIn(STALE);
    expectOk(await old.deny(id));
    expect((await statusOf(old)).frozen).toBeDefined();
  });
});

describe("during a freeze", () => {
  it("the phone that began it denies what else there is, uncounted, and it grows no longer [H5] [G9]", async () => {
    const { service, old, second } = await startWithTwo(DAY);
    const ids = [];
    for (let count = 0; count < 3; count++) ids.push(await waiting(await newPhone(service)));
    await laterStale(service, HOUR, old);
    expectOk(await old.deny(String(ids[0])));
    const { freeze, denial } = await ownerOf(service, old);
    await laterStale(service, 10 * DAY, old);
    expectOk(await old.deny(String(ids[1])));
    expect(await ownerOf(service, old)).toMatchObject({ freeze, denial });
    // Another phone's is one more, and counts from its own day.
    await later(service, DAY, second);
    expectOk(await second.deny(String(ids[2])));
    expect((await statusOf(second)).frozen).toMatchObject({
      at: freeze?.at,
      until: at(service.now() + FREEZE * 1000),
    });
  });

  it("is lifted by a phone trusted no later than the oldest that denied, after a fresh sign-in [H5]", async () => {
    const { service, old, second } = await startWithTwo(DAY);
    const [first, another] = [await newPhone(service), await newPhone(service)];
    const ids = [await waiting(first), await waiting(another)] as const;
    expectOk(await second.deny(ids[0]));
    await old.signIn(STALE);
    expect(problemOf(await old.liftFreeze())).toMatchObject(stepUp);
    await old.signIn();
    expectOk(await old.liftFreeze());
    expectOk(await second.deny(ids[1]));
    expectOk(await second.liftFreeze());
    const { id } = await waitingThief(service);
    expectOk(await old.deny(id));
    expect(problemOf(await second.liftFreeze())).toMatchObject(olderRequired);
    expect(problemOf(await second.revoke(old.deviceId))).toMatchObject({ code: "backup-frozen" });
    expectOk(await old.revoke(second.deviceId));
  });

  async function waitingThief(service: TestService) {
    const thief = await newPhone(service);
    return { thief, id: await waiting(thief) };
  }

  it("goes on: uploads, the key, refreshing, the record, registering, cancelling [H5]", async () => {
    const { service, old, next } = await startStage({ wait: DAY });
    const { id } = await waitingThief(service);
    const own = await waiting(next);
    expectOk(await old.deny(id));
    expectOk(await old.status());
    expectOk(await old.upload(contentsOf(7)));
    for (const act of [old.key, old.refresh, old.activity, old.devices, old.versions]) expectOk(await act());
    expectOk(await newPhone(service).then((phone) => phone.status()));
    expectOk(await next.cancel(own));
    for (const act of [old.disable, old.erase, old.exportAll, old.recover, () => old.restore(1)]) {
      expect(problemOf(await act())).toMatchObject({
        code: "backup-frozen",
        frozenUntil: (await statusOf(old)).frozen?.until,
      });
    }
  });
});

describe("ending a wait for another phone", () => {
  it("is for phones that were trusted before it began, with a fresh sign-in [H10]", async () => {
    const { service, old, next: quiet } = await startStage({ wait: DAY });
    const thief = await newPhone(service);
    const id = await waiting(thief);
    expect(problemOf(await quiet.approve(id))).toMatchObject({ code: "trust-required" });
    const other = await waiting(quiet);
    expectOk(await old.approve(other));
    expectOk(await quiet.open(other));
    expect(problemOf(await quiet.approve(id))).toMatchObject(olderRequired);
    await old.signIn(STALE);
    expect(problemOf(await old.approve(id))).toMatchObject(stepUp);
    await old.signIn();
    expectOk(await old.approve(id));
    const opened = await thief.open(id);
    expectOpened(opened);
    expect(opened.contents).toEqual(contents);
  });

  it("is told as none where nobody can do it: an owner with one phone waits [H10]", async () => {
    const service = await startService();
    const old = await backedUpPhone(service);
    expectOk(await old.upload(contents));
    expectOk(await old.choosePolicy({ waitingSeconds: DAY }));
    const quiet = await newPhone(service);
    const next = await newPhone(service);
    const begun = await next.recover();
    expectOk(begun);
    expect(begun.body).toMatchObject({ approvers: 1 });
    expectOk(await old.revoke(old.deviceId));
    expect(problemOf(await next.open(begun.body.recoveryId))).toMatchObject({ approvers: 0 });
    expectOk(await quiet.status());
  });
});
