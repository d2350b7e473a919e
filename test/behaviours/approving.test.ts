import { describe, expect, it } from "vitest";
import { contents } from "../support/accounts.ts";
import { keptOf } from "../support/partition.ts";
import { expectOk, expectOpened, problemOf, type TestPhone } from "../support/service.ts";
import {
  at,
  DAY,
  MINUTE,
  newPhone,
  recordOf,
  recovered,
  recoveredOn,
  startStage,
  statusOf,
  waiting,
} from "./stage.ts";

describe("a phone that was trusted before a recovery began", () => {
  it("ends the wait at once by approving, and a repeat is harmless [H10]", async () => {
    const { service, old, next } = await startStage({ wait: 7 * DAY });
    const recoveryId = await waiting(next);
    service.advance(MINUTE);
    expectOk(await old.approve(recoveryId));
    expect((await statusOf(next)).indicator).toBe("exclamation");
    const before = await keptOf(service, old);
    service.advance(0.5);
    expectOk(await old.approve(recoveryId));
    expect(await keptOf(service, old)).toEqual(before);

    const opened = await next.open(recoveryId);
    expectOpened(opened);
    expect(opened.contents).toEqual(contents);
    expect(opened.body.releaseAt).toBe(at(service.now() - 500));
    expectOk(await old.approve(recoveryId));
    expect((await recordOf(old)).slice(0, 3)).toEqual([
      { type: "recovery-released", details: { recoveryId, version: 1 }, device: "New phone" },
      { type: "recovery-approved", details: { recoveryId }, device: "Old phone" },
      { type: "recovery-begun", details: { recoveryId }, device: "New phone" },
    ]);
  });

  it("approves with a recent sign-in alone: who finds it unlocked can't [H10]", async () => {
    const { old, next } = await startStage({ wait: DAY });
    const id = await waiting(next);
    await old.signIn({ signedInSecondsAgo: 3000 });
    expect(problemOf(await old.approve(id))).toMatchObject({ status: 401, code: "step-up-required" });
    expect(problemOf(await next.open(id))).toMatchObject({ code: "recovery-waiting" });
  });

  it("doesn't wait itself when it recovers [H10]", async () => {
    const { old } = await startStage({ wait: DAY });
    const again = await recoveredOn(old);
    expect(again.contents).toEqual(contents);
  });
});

describe("the wait of a recovery is not ended", () => {
  it("by a phone that was trusted later: a thief's second one [H10]", async () => {
    const { service, old, next } = await startStage({ wait: DAY });
    const id = await waiting(next);
    const younger = await trustedLaterThan(old, await newPhone(service));
    expect(problemOf(await younger.approve(id))).toMatchObject({
      status: 403,
      code: "older-phone-required",
    });
    // Nor does the number of those who can approve include it.
    expect(problemOf(await next.open(id))).toMatchObject({ code: "recovery-waiting", approvers: 1 });
    for (const told of [await next.recover(), await next.preview()]) {
      expect(told).toMatchObject({ body: { approvers: 1 } });
    }
  });

  it("by a phone that is only registered [H10]", async () => {
    const { service, next: older } = await startStage({ wait: DAY });
    const next = await newPhone(service);
    const id = await waiting(next);
    expect(problemOf(await older.approve(id))).toMatchObject({ status: 409, code: "trust-required" });
    expect(problemOf(await next.open(id))).toMatchObject({ code: "recovery-waiting" });
  });

  it("by the phone itself, also if it is trusted [H10]", async () => {
    const { old, next } = await startStage({ wait: DAY });
    const id = await waiting(next);
    expect(problemOf(await next.approve(id))).toMatchObject({ code: "trust-required" });
    const own = await recovered(old);
    expect(problemOf(await old.approve(own))).toMatchObject({ status: 409, code: "recovery-own" });
  });

  it("by another owner, who finds no such recovery [H10] [D5]", async () => {
    const { service, next } = await startStage({ wait: DAY });
    const id = await waiting(next);
    const stranger = await newPhone(service, { owner: "mallory" });
    expectOk(await stranger.enable());
    expect(problemOf(await stranger.approve(id))).toMatchObject({ status: 404, code: "recovery-not-found" });
  });
});

/** The phone, once the old one has approved its recovery and it is trusted. */
async function trustedLaterThan(old: TestPhone, phone: TestPhone): Promise<TestPhone> {
  const id = await waiting(phone);
  expectOk(await old.approve(id));
  expectOpened(await phone.open(id));
  return phone;
}
