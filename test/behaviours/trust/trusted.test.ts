import { describe, expect, it } from "vitest";
import type { RecoverRequest } from "../../../local/phone/acts/recovery/recovery.ts";
import { contents, contentsOf } from "../../support/accounts.ts";
import {
  backedUpPhone,
  expectOk,
  expectOpened,
  phoneOf,
  problemOf,
  startService,
  type TestPhone,
} from "../../support/service.ts";
import {
  allNoticesOf,
  at,
  DAY,
  HOUR,
  later,
  newPhone,
  noticesOf,
  recovered,
  startStage,
  statusOf,
  waiting,
} from "../stage.ts";
import {
  anew,
  anotherInstance,
  backupOf,
  DENIABLE,
  keptOf,
  ownerOf,
  phonesOf,
  trustedPhone,
  uploadWithoutKey,
} from "./stage.ts";

describe("a phone becomes trusted", () => {
  it("when its owner turns backup on, and when a recovery on it is opened, by nothing else [H5]", async () => {
    const { service, old, next } = await startStage({ wait: DAY });
    expect(await phonesOf(old)).toEqual(["Old phone*", "New phone"]);
    const id = await waiting(next);
    expect(await uploadWithoutKey(next, contentsOf(9))).toMatchObject({ ok: false });
    await later(service, DAY, next, old);
    expect(await phonesOf(old)).toEqual(["Old phone*", "New phone"]);
    expectOk(await next.open(id));
    expect(await phonesOf(old)).toEqual(["Old phone*", "New phone*"]);
  });

  it("never by an upload: one that is not trusted has none taken, into an empty backup neither [D11]", async () => {
    const service = await startService();
    const old = await backedUpPhone(service, { name: "Old phone" });
    const next = await newPhone(service, { name: "New phone" });
    expect(await uploadWithoutKey(next, contents)).toMatchObject({ problem: { code: "trust-required" } });
    expect(await phonesOf(old)).toEqual(["Old phone*", "New phone"]);
  });

  it("and stays so until it is revoked, though backup is turned off and on [H10]", async () => {
    const { service, old, next } = await startStage();
    await recovered(next);
    const before = (await ownerOf(service, old)).devices.map(({ trusted }) => trusted);
    expectOk(await next.disable());
    expectOk(await next.enable());
    expect((await ownerOf(service, old)).devices.map(({ trusted }) => trusted)).toEqual(before);
    expectOk(await old.revoke(next.deviceId));
    expectOk(await next.register());
    expect(await phonesOf(old)).toEqual(["Old phone*", "New phone"]);
  });
});

describe("a phone that has been trusted for longer", () => {
  it("is told by the order of what happened, whatever the clocks of the instances say [H5]", async () => {
    const { service, old, next: thief } = await startStage();
    const slow = await anotherInstance(service);
    slow.advance(-2 * HOUR);
    // By the clock of the instance that it asks, the thief's phone was there two hours before the owner's.
    const there = await phoneOf(slow, { state: thief.state() });
    const id = await recovered(there);
    const theirs = await recovered(old);
    expect(problemOf(await there.deny(theirs))).toMatchObject({ code: "older-phone-required" });
    expectOk(await old.deny(id));
    expect(await phonesOf(old)).toEqual(["Old phone*"]);
  });
});

describe("a recovery that was released", () => {
  it("is in every status, and can be denied, for 14 days from then, not from its wait [H5]", async () => {
    const { service, old, next: thief } = await startStage({ wait: DAY });
    const id = await waiting(thief);
    await later(service, 14 * DAY, thief);
    expectOk(await thief.open(id));
    const expiresAt = at(service.now() + DENIABLE * 1000);
    await later(service, DENIABLE - 1, old);
    expect((await statusOf(old)).recoveries).toMatchObject([
      { recoveryId: id, state: "released", expiresAt },
    ]);
    expectOk(await old.deny(id));
    expect(await phonesOf(old)).toEqual(["Old phone*"]);
  });

  it("can't be denied any more after that: its phone is one of the owner's then [H5]", async () => {
    const { service, old, next } = await startStage();
    const id = await recovered(next);
    await later(service, DENIABLE, old, next);
    expect((await statusOf(old)).recoveries).toEqual([]);
    expect(problemOf(await old.deny(id))).toMatchObject({ code: "recovery-over" });
    expect(await phonesOf(old)).toEqual(["Old phone*", "New phone*"]);
  });

  it.each([
    ["is revoked by itself", (thief: TestPhone) => thief.revoke(thief.deviceId)],
    ["cancels it", (thief: TestPhone, id: string) => thief.cancel(id)],
    ["turns backup off", (thief: TestPhone) => thief.disable()],
    ["starts anew", (thief: TestPhone) => thief.recover(anew)],
  ])("stays so where its phone %s [H5]", async (_, hide) => {
    const { old, next: thief } = await startStage();
    const id = await recovered(thief);
    expectOk(await hide(thief, id));
    const status = await old.status();
    expectOk(status);
    expect(status.body.recoveries.map(({ recoveryId }) => recoveryId)).toContain(id);
    expectOk(await old.deny(id));
  });

  it("is one of at most ten that are begun in a day, those of trusted phones included [H5]", async () => {
    const { service, old, next } = await startStage();
    await recovered(next);
    const other = await trustedPhone(service);
    for (let count = 0; count < 4; count++) await recovered(old);
    for (let count = 0; count < 4; count++) await recovered(next);
    for (const phone of [old, other]) {
      expect(problemOf(await phone.recover())).toMatchObject({ code: "too-many-tries", of: "recoveries" });
    }
    expect((await statusOf(old)).recoveries).toHaveLength(10);
  });
});

describe("a recovery that waits", () => {
  it("expires 14 days after its wait where it is not opened [H4]", async () => {
    const { service, next } = await startStage({ wait: DAY });
    const id = await waiting(next);
    await later(service, 15 * DAY - 0.001, next);
    const read = await next.readRecovery(id);
    expectOk(read);
    expect(read.body.state).toBe("waiting");
    service.advance(0.001);
    expect(problemOf(await next.open(id))).toMatchObject({ code: "recovery-over", state: "expired" });
  });

  it("stands still while the backup is frozen, wait and expiry [H5] [H10]", async () => {
    const { service, old, next } = await startStage({ wait: DAY });
    const thief = await newPhone(service);
    const id = await waiting(next);
    const theirs = await waiting(thief);
    service.advance(HOUR);
    await old.signIn();
    expectOk(await old.deny(theirs));
    // Longer than it could be opened for, were it not frozen.
    await later(service, 20 * DAY, next);
    const frozen = await next.readRecovery(id);
    expectOk(frozen);
    expect(frozen.body.state).toBe("waiting");
    expect((await statusOf(next)).recoveries).toMatchObject([{ recoveryId: id, state: "waiting" }]);
    await later(service, 10 * DAY, next);
    expect(problemOf(await next.open(id))).toMatchObject({
      code: "recovery-waiting",
      releaseAt: at(service.now() + 23 * HOUR * 1000),
    });
    await later(service, 23 * HOUR, next);
    expectOpened(await next.open(id));
  });

  it("goes on where it stood when a freeze is lifted early [H5] [H10]", async () => {
    const { service, old, next } = await startStage({ wait: DAY });
    const thief = await newPhone(service);
    const id = await waiting(next);
    const theirs = await waiting(thief);
    expectOk(await old.deny(theirs));
    await later(service, HOUR, old, next);
    expectOk(await old.liftFreeze());
    expect(problemOf(await next.open(id))).toMatchObject({
      code: "recovery-waiting",
      releaseAt: at(service.now() + DAY * 1000),
    });
    await later(service, DAY, next);
    expectOpened(await next.open(id));
  });

  it("keeps its time when its owner changes what it is for, and changes back [H10] [G9]", async () => {
    const { service, old, next } = await startStage({ wait: DAY });
    const begun = await next.recover();
    expectOk(begun);
    const { recoveryId, releaseAt } = begun.body;
    for (const wish of [anew, {}, { version: 1 }, anew] as RecoverRequest[]) {
      await later(service, HOUR, next);
      const changed = await next.recover(wish);
      expectOk(changed);
      expect(changed.body).toMatchObject({ recoveryId, releaseAt, purpose: wish.purpose ?? "recover" });
    }
    // The others hear what it is for now.
    expect((await noticesOf(service, old)).at(-1)).toMatchObject({ type: "recovery-waiting", ...anew });
    await later(service, 20 * HOUR, next);
    const opened = await next.open(recoveryId);
    expectOk(opened);
    expect(opened.body.purpose).toBe("start-anew");
  });

  it("brings the version that it names, though that would have fallen out of the history [H1]", async () => {
    const { service, old, next } = await startStage();
    for (let count = 0; count < 14; count++) {
      service.advance(1);
      expectOk(await old.upload(contentsOf(7 + count)));
    }
    expectOk(await old.choosePolicy({ waitingSeconds: HOUR }));
    const [oldest = 0] = (await keptOf(service, old)).toReversed();
    const id = await waiting(next, { version: oldest });
    for (let count = 0; count < 12; count++) {
      service.advance(1);
      expectOk(await old.upload(contentsOf(22 + count)));
    }
    expect((await keptOf(service, old)).filter((version) => version <= 15)).toEqual([oldest]);
    await later(service, HOUR, next);
    const opened = await next.open(id);
    expectOpened(opened);
    expect(opened.body.version).toBe(oldest);
  });

  it("brings the newest where it names none, as it is when it is opened [H10]", async () => {
    const { service, old, next } = await startStage({ wait: HOUR });
    const id = await waiting(next);
    expectOk(await old.upload(contentsOf(9)));
    await later(service, HOUR, next);
    const opened = await next.open(id);
    expectOpened(opened);
    expect(opened.contents).toEqual(contentsOf(9));
  });
});

describe("turning backup on by a new phone, while another is trusted,", () => {
  it("is starting anew: told, waiting, and denied [H5]", async () => {
    const { service, old, next: thief } = await startStage({ wait: DAY });
    expectOk(await old.disable());
    expect(problemOf(await thief.enable())).toMatchObject({
      code: "start-anew-required",
      remedy: "start-anew",
    });
    service.advance(1);
    const id = await waiting(thief, anew);
    expect((await allNoticesOf(service, old)).at(-1)).toMatchObject({
      type: "recovery-waiting",
      recoveryId: id,
      to: [old.deviceId],
      ...anew,
    });
    expectOk(await old.deny(id));
    expect(await phonesOf(old)).toEqual(["Old phone*"]);
    const status = await old.status();
    expectOk(status);
    expect(status.body).toMatchObject({ state: "deleted", frozen: {} });
  });

  it("is so at once where nothing has to wait, and deniable for 14 days [H5]", async () => {
    const { service, old, next } = await startStage();
    expectOk(await old.disable());
    const begun = await next.recover(anew);
    expectOk(begun);
    expect((await noticesOf(service, old)).at(-1)).toMatchObject({ type: "backup-started-anew" });
    expectOk(await next.upload(contents));
    await later(service, DENIABLE - 1, old);
    expectOk(await old.deny(begun.body.recoveryId));
    expect(await phonesOf(old)).toEqual(["Old phone*"]);
  });

  it("and erasing by it are not to be had; both are where the trusted phone is gone [G9] [F4]", async () => {
    const { old, next } = await startStage();
    expectOk(await old.disable());
    expect(problemOf(await next.erase())).toMatchObject({ code: "trust-required" });
    expectOk(await old.revoke(old.deviceId));
    expectOk(await next.enable());
    expectOk(await next.upload(contents));
    expectOk(await next.disable());
    expectOk(await next.erase());
  });
});

describe("starting anew", () => {
  it("leaves what was there in the history, and goes on with the numbers of versions and keys [H1]", async () => {
    const { service, old, next } = await startStage();
    const before = (await backupOf(service, old)).versions[0];
    expectOk(await next.recover(anew));
    expectOk(await next.upload(contentsOf(3)));
    const { versions, current, keys } = await backupOf(service, old);
    expect([current, versions.map(({ version, key }) => [version, key])]).toEqual([
      2,
      [
        [2, 2],
        [1, 1],
      ],
    ]);
    expect(keys.map(({ number }) => number)).toEqual([1, 2]);
    expect(versions[1]).toMatchObject({ ...before, held: { by: "start-anew" } });
  });

  it("gives its phone the keys from the new one on: what was there before it recovers, and waits [H10]", async () => {
    const { service, old, next } = await startStage({ wait: HOUR });
    const id = await waiting(next, anew);
    await later(service, HOUR, next);
    expectOk(await next.open(id));
    expectOk(await next.upload(contentsOf(3)));
    expect(problemOf(await next.restore(1))).toMatchObject({ code: "version-out-of-reach" });
    const exported = await next.exportAll();
    expectOk(exported);
    expect(exported.body.keys).toHaveLength(1);
    expect(exported.body.items.map((item) => item.id)).not.toContain("envelope:1");
    expectOpened(await next.recover());
    const older = await waiting(next, { version: 1 });
    await later(service, HOUR, next);
    const opened = await next.open(older);
    expectOpened(opened);
    expect(opened.contents).toEqual(contents);
    // It was trusted from then on with every key.
    expectOk(await next.restore(1));
    expect((await ownerOf(service, old)).devices.map(({ trusted }) => trusted?.from)).toEqual([1, 1]);
  });
});
