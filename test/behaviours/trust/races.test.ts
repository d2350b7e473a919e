import { describe, expect, it } from "vitest";
import { contents, contentsOf } from "../../support/accounts.ts";
import {
  expectOk,
  expectOpened,
  phoneOf,
  problemOf,
  type TestPhone,
  type TestService,
} from "../../support/service.ts";
import { DAY, HOUR, later, newPhone, startStage, statusOf, waiting } from "../stage.ts";
import {
  anotherInstance,
  backupOf,
  DENIABLE,
  expectConsistent,
  holdingCommits,
  keptOf,
  opens,
  phonesOf,
  trustedPhone,
} from "./stage.ts";

/**
 * Two instances over one store. Each request meets the other's between its own read and its own write, so that whichever
 * commits first wins, and the other is run again on what it left.
 */
async function startTwoInstances(wait = 0) {
  const [here, there] = [holdingCommits(), holdingCommits()];
  const { service, old, next } = await startStage({ wrap: here.wrap });
  const other = await anotherInstance(service, { wrap: there.wrap });
  if (wait > 0) expectOk(await old.choosePolicy({ waitingSeconds: wait }));
  /** The clocks of both go on, and the owner signs in again on these phones. */
  async function pass(seconds: number, ...phones: readonly TestPhone[]): Promise<void> {
    other.advance((service.now() - other.now()) / 1000 + seconds);
    await later(service, seconds, ...phones);
  }
  return { service, other, here, there, old, next, pass };
}

/** The same phone, which asks the other instance from now on. */
async function onOther(other: TestService, phone: TestPhone): Promise<TestPhone> {
  return await phoneOf(other, { state: phone.state() });
}

describe("the thief opens a recovery on one instance, while the owner denies it on another", () => {
  async function meet() {
    const stage = await startTwoInstances(HOUR);
    const id = await waiting(stage.next);
    await stage.pass(HOUR, stage.old, stage.next);
    const thief = await onOther(stage.other, stage.next);
    return { ...stage, id, thief };
  }

  it("and gets nothing where the denial is first [H5]", async () => {
    const { service, there, old, thief, id } = await meet();
    const [opened, denied] = await there.around(
      () => thief.open(id),
      () => old.deny(id),
    );
    expectOk(denied);
    expect(problemOf(opened)).toMatchObject({ code: "device-not-registered" });
    await expectDenied(service, old);
  });

  it("and is thrown out again where the release is first [H5]", async () => {
    const { service, here, old, thief, id } = await meet();
    const [denied, opened] = await here.around(
      () => old.deny(id),
      () => thief.open(id),
    );
    expectOpened(opened);
    expectOk(denied);
    expect(problemOf(await thief.status())).toMatchObject({ code: "device-not-registered" });
    await expectDenied(service, old);
    // What it has brought opens nothing that comes.
    expectOk(await old.status());
    expectOk(await old.upload(contentsOf(7)));
    const [newest] = (await backupOf(service, old)).versions;
    if (!newest) throw new Error("there is no version");
    expect(await opens(service, thief, newest)).toBe(false);
  });

  async function expectDenied(service: TestService, old: TestPhone): Promise<void> {
    expect(await phonesOf(old)).toEqual(["Old phone*"]);
    const { frozen, recoveries } = await statusOf(old);
    expect([frozen?.device.name, recoveries]).toEqual(["Old phone", []]);
    await expectConsistent(service, old);
  }
});

describe("the thief starts anew, and opens that on two instances at once", () => {
  it("and gets the new key from both, never the one before [D5] [H5]", async () => {
    const { other, there, old, next, pass } = await startTwoInstances(HOUR);
    const id = await waiting(next, { purpose: "start-anew" });
    await pass(HOUR, old, next);
    const thief = await onOther(other, next);
    const answers = await there.around(
      () => thief.open(id),
      () => next.open(id),
      "recovery",
    );
    for (const answer of answers) {
      expectOk(answer);
      expect(answer.body.key.number).toBe(2);
    }
  });
});

describe("one phone lifts a freeze on one instance, while another denies one more recovery on another", () => {
  /** Two trusted phones, a freeze that one of them began, and a recovery of a thief's that waits. */
  async function meet(lifter: "old" | "second") {
    const stage = await startTwoInstances();
    const { service, old, other } = stage;
    const second = await trustedPhone(service, { name: "Tablet" });
    await stage.pass(DENIABLE, old, second);
    expectOk(await old.choosePolicy({ waitingSeconds: DAY }));
    const ids = [await waiting(await newPhone(service)), await waiting(await newPhone(service))] as const;
    await stage.pass(0, old, second);
    expectOk(await second.deny(ids[0]));
    const [lifts, denies] = lifter === "old" ? [old, second] : [second, old];
    return { ...stage, id: ids[1], lifts, denies: await onOther(other, denies) };
  }

  it("and lifts that, too, where the denial is first, if it is as old as all that denied [H5]", async () => {
    const { service, here, lifts, denies, id } = await meet("old");
    const [lifted, denied] = await here.around(
      () => lifts.liftFreeze(),
      () => denies.deny(id),
    );
    expectOk(denied);
    expectOk(lifted);
    expect((await statusOf(lifts)).frozen).toBeUndefined();
    await expectThiefGone(service, lifts);
  });

  it("and lifts nothing where an older phone's denial is first [H5]", async () => {
    const { service, here, lifts, denies, id } = await meet("second");
    const [lifted, denied] = await here.around(
      () => lifts.liftFreeze(),
      () => denies.deny(id),
    );
    expectOk(denied);
    expect(problemOf(lifted)).toMatchObject({ code: "older-phone-required" });
    expect((await statusOf(lifts)).frozen).toBeDefined();
    await expectThiefGone(service, lifts);
  });

  it("and the denial freezes anew where the lift is first [H5]", async () => {
    const { service, there, lifts, denies, id } = await meet("second");
    const [denied, lifted] = await there.around(
      () => denies.deny(id),
      () => lifts.liftFreeze(),
    );
    expectOk(lifted);
    expectOk(denied);
    expect((await statusOf(lifts)).frozen?.device.name).toBe("Old phone");
    expect(problemOf(await lifts.liftFreeze())).toMatchObject({ code: "older-phone-required" });
    await expectThiefGone(service, lifts);
  });

  async function expectThiefGone(service: TestService, phone: TestPhone): Promise<void> {
    expect((await statusOf(phone)).recoveries).toEqual([]);
    expect((await phonesOf(phone)).filter((name) => name.endsWith("*"))).toEqual(["Old phone*", "Tablet*"]);
    await expectConsistent(service, phone);
  }
});

describe("the owner revokes a phone on one instance, while it uploads on another", () => {
  async function meet() {
    const stage = await startTwoInstances();
    const { service, old } = stage;
    const stolen = await trustedPhone(service, { name: "Stolen phone" });
    await stage.pass(0, old);
    const uploads = await onOther(stage.other, stolen);
    expectOk(await uploads.status());
    return { ...stage, uploads };
  }

  it("and nothing is stored of it where the revocation is first [H5]", async () => {
    const { service, there, old, uploads } = await meet();
    const [uploaded, revoked] = await there.around(
      () => uploads.upload(contentsOf(7)),
      () => old.revoke(uploads.deviceId),
    );
    expectOk(revoked);
    expect(problemOf(uploaded)).toMatchObject({ code: "device-not-registered" });
    expect(await keptOf(service, old)).toEqual([1]);
    await expectClosed(service, old);
  });

  it("and the version stays where the upload is first, under the key that is current no more [H5]", async () => {
    const { service, here, old, uploads } = await meet();
    const [revoked, uploaded] = await here.around(
      () => old.revoke(uploads.deviceId),
      () => uploads.upload(contentsOf(7)),
    );
    expectOk(uploaded);
    expectOk(revoked);
    const { versions } = await backupOf(service, old);
    expect(versions.map(({ version, key }) => [version, key])).toEqual([
      [2, 1],
      [1, 1],
    ]);
    expect(problemOf(await uploads.status())).toMatchObject({ code: "device-not-registered" });
    await expectClosed(service, old);
  });

  async function expectClosed(service: TestService, old: TestPhone): Promise<void> {
    expect(await phonesOf(old)).toEqual(["Old phone*", "New phone"]);
    const { keys } = await backupOf(service, old);
    expect(keys.map(({ number }) => number)).toEqual([1, 2]);
    await expectConsistent(service, old);
    expectOk(await old.status());
    expectOk(await old.upload(contents));
    await expectConsistent(service, old);
  }
});
