import { describe, expect, it } from "vitest";
import type { Device } from "../../../shared/model/device.ts";
import { contentsOf } from "../../support/accounts.ts";
import {
  expectOk,
  expectOpened,
  phoneOf,
  problemOf,
  type TestPhone,
  type TestService,
} from "../../support/service.ts";
import {
  allNoticesOf,
  at,
  DAY,
  later,
  newPhone,
  recovered,
  startStage,
  statusOf,
  waiting,
} from "../stage.ts";
import { backupOf, laterStale, opens, ownerOf, phonesOf, STALE, trustedPhone } from "./stage.ts";

const UNUSED = 90 * DAY;
const WEEK = 7 * DAY;

/** An owner with so many trusted phones, the oldest first, of which nine were added a day. */
async function startWithTrusted(count: number) {
  const { service, old, next } = await startStage();
  const phones = [old];
  for (let phone = 1; phone < count; phone++) {
    if (phone % 9 === 0) service.advance(DAY);
    phones.push(await trustedPhone(service, { name: `Phone ${phone}` }));
  }
  return { service, next, phones: phones as [TestPhone, TestPhone, TestPhone, ...TestPhone[]] };
}

/** The owner signs in on a phone, and that is known. */
async function signInOn(phones: readonly TestPhone[]): Promise<void> {
  for (const phone of phones) {
    await phone.signIn();
    expectOk(await phone.refresh());
  }
}

describe("an owner with twenty phones", () => {
  it("gives the next one the place of the untrusted phone that registered first [G9]", async () => {
    const { service, phones } = await startWithTrusted(18);
    const second = await newPhone(service, { name: "Second untrusted" });
    expect(await phonesOf(second)).toHaveLength(20);
    await later(service, DAY, phones[0]);
    const next = await newPhone(service, { name: "Next phone" });
    const names = await phonesOf(next);
    expect(names).toContain("Second untrusted");
    expect(names).not.toContain("New phone");
  });

  it("takes none from a phone on which a recovery waits [G9] [H10]", async () => {
    const { service, next: waits, phones } = await startWithTrusted(18);
    await newPhone(service, { name: "Second untrusted" });
    await later(service, DAY, phones[0], waits);
    expectOk(await phones[0].choosePolicy({ waitingSeconds: WEEK }));
    const id = await waiting(waits);
    await newPhone(service, { name: "Next phone" });
    expect(await phonesOf(waits)).not.toContain("Second untrusted");
    await later(service, WEEK, waits);
    expectOpened(await waits.open(id));
  });

  it("hears when a place is free, where a recovery waits on every phone that is not trusted [G9]", async () => {
    const { service, old, next } = await startStage({ wait: WEEK });
    const begun = service.now();
    await waiting(next);
    for (let count = 0; count < 18; count++) {
      if (count % 9 === 0) service.advance(DAY);
      await waiting(await newPhone(service, { name: "Stranger's phone" }));
    }
    await later(service, DAY, old);
    const owners = await phoneOf(service, { name: "Only phone" });
    const freesAt = begun + (WEEK + 14 * DAY) * 1000;
    expect(problemOf(await owners.register())).toMatchObject({
      code: "too-many-devices",
      otherwise: "wait",
      freesAt: at(freesAt),
    });
    await later(service, (freesAt - service.now()) / 1000, owners);
    expectOk(await owners.register());
    const id = await waiting(owners);
    await later(service, WEEK, owners);
    expectOpened(await owners.open(id));
    expect(service.now() - begun).toBeLessThanOrEqual(65 * DAY * 1000);
  });
});

describe("an owner with twenty trusted phones", () => {
  it("gives the next one the place of the phone without a fresh sign-in for longest, after 90 days [G9]", async () => {
    const { service, phones } = await startWithTrusted(20);
    const [first, second, third, ...others] = phones;
    await later(service, DAY, first);
    await signInOn([first, third, ...others]);
    const { signedInAt } = await deviceOf(service, second);
    const freesAt = Date.parse(signedInAt) + UNUSED * 1000;
    const newest = await phoneOf(service, { name: "Newest phone" });
    const refused = { code: "too-many-devices", limit: 20, otherwise: "wait", freesAt: at(freesAt) };
    expect(problemOf(await newest.register())).toMatchObject(refused);
    await later(service, (freesAt - service.now() - 1) / 1000, newest);
    expect(problemOf(await newest.register())).toMatchObject(refused);
    service.advance(0.001);
    expectOk(await newest.register());
    const names = await phonesOf(newest);
    expect(names).not.toContain("Phone 1*");
    expect(names).toContain("Old phone*");
    expect(names).toHaveLength(20);
  });

  it("keeps none for a phone that has only stale sign-ins, however much is done with it [G9]", async () => {
    const { service, phones } = await startWithTrusted(20);
    const [stolen, ...others] = phones;
    await later(service, DAY, stolen);
    await signInOn(others);
    for (let day = 0; day < 88; day += 8) {
      await laterStale(service, 8 * DAY, stolen);
      expectOk(await stolen.status());
      expectOk(await stolen.upload(contentsOf(6)));
    }
    await later(service, 2 * DAY);
    const next = await newPhone(service, { name: "Next phone" });
    expect(await phonesOf(next)).not.toContain("Old phone*");
  });

  it("tells all, the phone that gave way included, and closes to it what is uploaded since [H5]", async () => {
    const { service, phones } = await startWithTrusted(20);
    const [gone, ...others] = phones;
    await later(service, UNUSED);
    await signInOn(others);
    const next = await newPhone(service, { name: "Next phone" });
    const told = (await allNoticesOf(service, next)).filter(({ type }) => type === "device-displaced");
    expect(told).toMatchObject([{ deviceId: gone.deviceId, device: { name: "Next phone" } }]);
    expect(told[0]?.to).toHaveLength(20);
    expect(told[0]?.to).toContain(gone.deviceId);
    const [phone] = others;
    expectOk(await phone.status());
    expectOk(await phone.upload(contentsOf(7)));
    const [newest] = (await backupOf(service, phone)).versions;
    if (!newest) throw new Error("there is no version");
    expect(await opens(service, phone, newest)).toBe(true);
    expect(await opens(service, gone, newest)).toBe(false);
  });

  it("denies, on the one that gave way to a thief's phones, what the thief recovered [H5] [G9]", async () => {
    const { service, phones } = await startWithTrusted(19);
    const [oldest, ...others] = phones;
    await later(service, UNUSED);
    await signInOn(others);
    const thief = await trustedPhone(service, { name: "Thief's phone" });
    const [released] = (await statusOf(thief)).recoveries;
    await newPhone(service, { name: "Another of the thief's" });
    expect(await phonesOf(thief)).not.toContain("Old phone*");
    await oldest.signIn(STALE);
    const id = String(released?.recoveryId);
    expect(problemOf(await oldest.deny(id))).toMatchObject({ code: "step-up-required" });
    await oldest.signIn();
    expectOk(await oldest.deny(id));
    const names = await phonesOf(oldest);
    expect(names).toContain("Old phone*");
    expect(names).not.toContain("Thief's phone*");
  });
});

describe("a phone that registers again", () => {
  it("resets nothing: neither its age, nor its sign-in, nor a count [G9]", async () => {
    const { service, old } = await startStage();
    await recovered(old);
    const before = await deviceOf(service, old);
    for (let times = 0; times < 12; times++) {
      service.advance(1);
      expectOk(await old.register());
    }
    expect(await deviceOf(service, old)).toEqual(before);
  });

  it("is one of ten in a day where it is new [G9]", async () => {
    const { service } = await startStage();
    for (let count = 2; count < 10; count++) await newPhone(service);
    const next = await phoneOf(service);
    expect(problemOf(await next.register())).toMatchObject({ code: "too-many-tries", of: "registrations" });
    await later(service, DAY, next);
    expectOk(await next.register());
  });
});

/** What is stored of a phone. */
async function deviceOf(service: TestService, phone: TestPhone): Promise<Device> {
  const { devices } = await ownerOf(service, phone);
  const found = devices.find(({ deviceId }) => deviceId === phone.deviceId);
  if (!found) throw new Error("it is not registered");
  return found;
}

describe("a denial that brings back more phones than there are places for", () => {
  it("gives them those of phones that are not trusted: all hear of it, and what waits there ends [H5] [G9]", async () => {
    const { service, phones, next: thief } = await startWithTrusted(3);
    const [old, ...others] = phones;
    const id = await recovered(thief);
    for (const phone of others) expectOk(await thief.revoke(phone.deviceId));
    const strangers: TestPhone[] = [];
    for (let count = 0; count < 18; count++) {
      if (count % 9 === 0) await later(service, DAY, thief, old);
      strangers.push(await newPhone(service, { name: `Stranger ${count}` }));
    }
    const last = strangers.at(-1) ?? expect.fail("no stranger");
    expectOk(await old.choosePolicy({ waitingSeconds: WEEK }));
    await waiting(last);
    expectOk(await old.deny(id));

    const names = await phonesOf(old);
    expect(names).toHaveLength(20);
    expect(names).toEqual(expect.arrayContaining(["Phone 1*", "Phone 2*"]));
    expect(names).not.toContain("Stranger 17");
    const told = (await allNoticesOf(service, old)).filter(({ type }) => type === "device-displaced");
    expect(told).toMatchObject([{ deviceId: last.deviceId, device: { deviceId: old.deviceId } }]);
    expect(told[0]?.to).toEqual(
      expect.arrayContaining([last.deviceId, ...others.map(({ deviceId }) => deviceId)]),
    );
    const { recoveries } = await statusOf(old);
    expect(recoveries.filter(({ state }) => state === "waiting")).toEqual([]);
  });
});
