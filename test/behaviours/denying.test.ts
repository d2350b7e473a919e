import { describe, expect, it } from "vitest";
import { codesOnly } from "../support/accounts.ts";
import { keptOf, partitionOf } from "../support/partition.ts";
import { expectOk, problemOf, registeredPhone, type TestPhone } from "../support/service.ts";
import {
  at,
  DAY,
  later,
  MINUTE,
  newPhone,
  noticesOf,
  recordOf,
  recovered,
  startStage,
  statusOf,
  waiting,
} from "./stage.ts";

describe('"this wasn\'t me", said on an old phone,', () => {
  it.each([0, DAY])(
    "ends a recovery that waits %d seconds, revokes its phone and freezes the backup [H5]",
    async (wait) => {
      const { service, old, next: thief } = await startStage({ wait });
      const id = await begin(thief);
      expectOk(await old.deny(id));
      for (const act of [thief.status, thief.key, () => thief.open(id)]) {
        expect(problemOf(await act())).toMatchObject({ status: 401, code: "device-not-registered" });
      }
      const devices = await old.devices();
      expectOk(devices);
      expect(devices.body.devices.map(({ name }) => name)).toEqual(["Old phone"]);
      const status = await statusOf(old);
      const device = { deviceId: old.deviceId, name: "Old phone", platform: "android" };
      const until = at(service.now() + 30 * DAY * 1000);
      expect(status.frozen).toEqual({ at: at(service.now()), until, device });
      expect(status.recoveries).toEqual([]);
      // Registered again, it is told what became of it, and gets nothing.
      expectOk(await thief.register());
      await later(service, wait, thief);
      expect(problemOf(await thief.open(id))).toMatchObject({ code: "recovery-over", state: "denied" });
    },
  );

  it("is one answer: a repeat is harmless, with one event and one freeze [H5]", async () => {
    const { service, old, next: thief } = await startStage();
    const recoveryId = await recovered(thief);
    expectOk(await old.deny(recoveryId));
    const before = await keptOf(service, old);
    service.advance(0.5);
    expectOk(await old.deny(recoveryId));
    expect(await keptOf(service, old)).toEqual(before);
    const denied = (await recordOf(old)).filter(({ type }) => type === "recovery-denied");
    expect(denied).toEqual([
      {
        type: "recovery-denied",
        details: { recoveryId, deviceId: thief.deviceId },
        device: "Old phone",
      },
    ]);
  });

  it("needs no recent sign-in: a thief may have taken the account over [H5]", async () => {
    const { old, next: thief } = await startStage();
    const id = await recovered(thief);
    await old.signIn({ signedInSecondsAgo: 3000, secondFactor: false });
    expectOk(await old.deny(id));
    expect((await statusOf(old)).frozen).toBeDefined();
  });

  it("is accepted for 14 days after the release, also if everything was recovered [H5]", async () => {
    const { service, old, next: thief } = await startStage({ wait: DAY });
    expectOk(await old.upload(codesOnly(6), { replaces: 1 }));
    const id = await waiting(thief);
    // Opened as late as can be: a thief would otherwise wait until nobody may deny.
    await later(service, 15 * DAY - 1, old, thief);
    expectOk(await thief.open(id));
    await later(service, 14 * DAY - 0.001, old);
    expectOk(await old.deny(id));
    expect(problemOf(await thief.register())).toBeDefined();
    expect((await statusOf(old)).frozen).toBeDefined();
  });

  it("is too late after 14 days: that phone is revoked by hand [H5]", async () => {
    const { service, old, next: thief } = await startStage();
    const id = await recovered(thief);
    await later(service, 14 * DAY, old);
    expect(problemOf(await old.deny(id))).toMatchObject({ code: "recovery-over", state: "expired" });
    expect((await statusOf(old)).frozen).toBeUndefined();
  });

  it("is heard, too, where a thief has cancelled what was released: it has everything by then [H5]", async () => {
    const { old, next: thief } = await startStage();
    const id = await recovered(thief);
    expectOk(await thief.cancel(id));
    expectOk(await old.deny(id));
    expect((await statusOf(old)).frozen).toBeDefined();
    expect(problemOf(await thief.status())).toMatchObject({ code: "device-not-registered" });
  });

  it("is heard, too, where a thief has begun another recovery since [H5]", async () => {
    const { old, next: thief } = await startStage();
    const id = await recovered(thief);
    await recovered(thief);
    expectOk(await old.deny(id));
    expect(problemOf(await thief.status())).toMatchObject({ code: "device-not-registered" });
  });

  it("ends every recovery of that phone: none is opened when the freeze is lifted [H5] [H10]", async () => {
    const { service, old, next: thief } = await startStage();
    const ids = [await recovered(thief), await recovered(thief)] as const;
    expectOk(await old.choosePolicy({ waitingSeconds: DAY }));
    expectOk(await old.deny(ids[1]));
    expectOk(await old.liftFreeze());
    service.advance(MINUTE);
    expectOk(await thief.register());
    for (const id of ids) expect(problemOf(await thief.open(id))).toMatchObject({ code: "recovery-over" });
  });

  it("is not said by a phone that is only registered: its owner changes the password [H5]", async () => {
    const { service, old, next: registered } = await startStage();
    const id = await recovered(await newPhone(service));
    expect(problemOf(await registered.deny(id))).toMatchObject({
      status: 403,
      code: "older-phone-required",
      otherwise: "change-password",
    });
    expect((await statusOf(old)).frozen).toBeUndefined();
  });
});

describe('nobody says "this wasn\'t me" for the owner', () => {
  it("on the phone itself: it cancels, and nothing is frozen [H5]", async () => {
    const { service, old, next } = await startStage();
    const id = await recovered(next);
    const before = await partitionOf(service, old);
    expect(problemOf(await next.deny(id))).toMatchObject({ status: 409, code: "recovery-own" });
    expect(await partitionOf(service, old)).toEqual(before);
  });

  it("on a phone that was trusted later: a thief would lock the owner out [H5]", async () => {
    const { service, old, next } = await startStage();
    const id = await recovered(next);
    const thief = await newPhone(service);
    await recovered(thief);
    const before = await partitionOf(service, old);
    expect(problemOf(await thief.deny(id))).toMatchObject({ status: 403, code: "older-phone-required" });
    expect(problemOf(await thief.deny(await recovered(old)))).toMatchObject({ code: "older-phone-required" });
    expect((await partitionOf(service, old)).length).toBeGreaterThan(before.length);
    expect((await statusOf(old)).frozen).toBeUndefined();
    expectOk(await next.status());
  });

  it("as another owner, who finds no such recovery [H5] [D5]", async () => {
    const { service, old, next } = await startStage();
    const id = await recovered(next);
    const stranger = await registeredPhone(service, { owner: "mallory" });
    expect(problemOf(await stranger.deny(id))).toMatchObject({ status: 404, code: "recovery-not-found" });
    expect((await statusOf(old)).frozen).toBeUndefined();
  });

  it("of a recovery that is not there [H5]", async () => {
    const { service, old } = await startStage({ wait: DAY });
    const before = await partitionOf(service, old);
    expect(problemOf(await old.deny("r".repeat(22)))).toMatchObject({ code: "recovery-not-found" });
    expect(problemOf(await old.deny("not-an-id"))).toMatchObject({ status: 400, code: "parameter-invalid" });
    expect(await partitionOf(service, old)).toEqual(before);
  });
});

describe("the other phones", () => {
  it("are told of a recovery, each of them and not the phone itself [H5]", async () => {
    const { service, old, next: other } = await startStage();
    const thief = await newPhone(service, { name: "Thief's phone" });
    const recoveryId = await recovered(thief);
    expect(await noticesOf(service, old)).toEqual([
      {
        schema: 1,
        at: at(service.now()),
        type: "recovery-released",
        recoveryId,
        purpose: "recover",
        device: { deviceId: thief.deviceId, name: "Thief's phone", platform: "android" },
        to: [old.deviceId, other.deviceId],
        // Neither has said where it is reached; delivering.test.ts has those that have.
        outcomes: { [old.deviceId]: "unreachable", [other.deviceId]: "unreachable" },
      },
    ]);
  });

  it("are told at each step, until when it waits and what came of it [H5] [H10]", async () => {
    const { service, old, next: thief } = await startStage({ wait: DAY });
    const other = await newPhone(service);
    const recoveryId = await waiting(thief);
    const releaseAt = at(service.now() + DAY * 1000);
    service.advance(1);
    expectOk(await old.approve(recoveryId));
    service.advance(1);
    expectOk(await thief.open(recoveryId));
    service.advance(1);
    expectOk(await thief.open(recoveryId));
    expectOk(await old.deny(recoveryId));
    service.advance(1);
    expectOk(await old.liftFreeze());
    const [theirs, others] = [[old.deviceId, other.deviceId], [other.deviceId]];
    expect(await noticesOf(service, old)).toMatchObject([
      { type: "recovery-waiting", recoveryId, releaseAt, device: { name: "New phone" }, to: theirs },
      {
        type: "recovery-approved",
        recoveryId,
        device: { name: "Old phone" },
        to: [thief.deviceId, other.deviceId],
      },
      { type: "recovery-released", recoveryId, device: { name: "New phone" }, to: theirs },
      // The phone that was revoked is told nothing any more.
      { type: "recovery-denied", recoveryId, device: { name: "Old phone" }, to: others },
      { type: "freeze-lifted", device: { name: "Old phone" }, to: others },
    ]);
  });

  it("are told for 14 days, and of no recovery that was refused [H5]", async () => {
    const { service, old, next } = await startStage();
    expect(problemOf(await next.recover({ version: 9 }))).toMatchObject({ code: "version-not-found" });
    expect(await noticesOf(service, old)).toEqual([]);
    await recovered(next);
    service.advance(14 * DAY - 1);
    expect(await noticesOf(service, old)).toHaveLength(1);
    service.advance(1);
    expect(await noticesOf(service, old)).toEqual([]);
  });

  it("are told nothing if there are none [H5]", async () => {
    const { service, old, next } = await startStage();
    expectOk(await next.revoke(next.deviceId));
    await recovered(old);
    expect(await noticesOf(service, old)).toEqual([]);
  });
});

/** Begins a recovery, whether it waits or not. @returns its id */
async function begin(phone: TestPhone): Promise<string> {
  const begun = await phone.recover();
  expectOk(begun);
  return begun.body.recoveryId;
}
