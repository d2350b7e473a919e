import { describe, expect, it } from "vitest";
import { contents, contentsOf } from "../support/accounts.ts";
import { keptOf } from "../support/partition.ts";
import { expectOk, expectOpened, problemOf } from "../support/service.ts";
import {
  at,
  DAY,
  expectWaits,
  HOUR,
  later,
  newPhone,
  recordOf,
  recovered,
  startStage,
  statusOf,
  waiting,
} from "./stage.ts";

/** In seconds: how long a recovery lasts, and how long it is kept. */
const LIFE = 14 * DAY;
const KEPT = 90 * DAY;

describe("a recovery that waits", () => {
  it("goes on when it is begun again, with the same id and the same time [H4] [H10]", async () => {
    const { service, next } = await startStage({ wait: DAY });
    const first = await next.recover();
    expectWaits(first);
    service.advance(HOUR / 2);
    await next.signIn();
    const before = await keptOf(service, next);
    const again = await next.recover();
    expectWaits(again);
    expect(again.status).toBe(200);
    expect(again.body).toEqual(first.body);
    expect(await keptOf(service, next)).toEqual(before);
    await later(service, DAY - HOUR / 2, next);
    expectOpened(await next.open(first.body.recoveryId));
  });

  it.each([
    ["another version", { version: 1 }],
    ["a new beginning", { purpose: "start-anew" }],
  ] as const)("keeps its time if its phone wants %s instead [H4] [H10]", async (_, wish) => {
    const { service, old, next } = await startStage({ wait: DAY });
    expectOk(await old.upload(contentsOf(9)));
    const first = await waiting(next);
    await later(service, HOUR, old, next);
    const second = await next.recover(wish);
    expectWaits(second);
    expect(second.status).toBe(200);
    expect(second.body).toMatchObject({
      recoveryId: first,
      purpose: "recover",
      ...("purpose" in wish && wish),
    });
    expect((await statusOf(old)).recoveries).toMatchObject([{ recoveryId: first }]);
    await later(service, DAY - HOUR, next);
    const opened = await next.open(first);
    expectOk(opened);
    expect(opened.contents).toEqual("version" in wish ? contents : undefined);
  });

  it("ends when backup is turned off, and does not come back with a new one [H4]", async () => {
    const { service, old, next } = await startStage({ wait: HOUR });
    const id = await waiting(next);
    expectOk(await old.disable());
    expectOk(await old.enable());
    expectOk(await old.upload(contents));
    await later(service, HOUR, old, next);
    expect(problemOf(await next.open(id))).toMatchObject({ code: "recovery-over", state: "cancelled" });
    expect((await statusOf(old)).recoveries).toEqual([]);
  });

  it("ends when its phone is revoked, and does not come back when that registers again [H4]", async () => {
    const { service, old, next } = await startStage({ wait: HOUR });
    const id = await waiting(next);
    expectOk(await old.revoke(next.deviceId));
    expect(problemOf(await next.open(id))).toMatchObject({ code: "device-not-registered" });
    await later(service, HOUR, next);
    expectOk(await next.register());
    expect(problemOf(await next.open(id))).toMatchObject({ code: "recovery-over", state: "cancelled" });
    const read = await next.readRecovery(id);
    expectOk(read);
    expect(read.body.state).toBe("cancelled");
  });

  it("is cancelled by its phone, without a recent sign-in, and a repeat is harmless [H4]", async () => {
    const { service, old, next } = await startStage({ wait: DAY });
    const recoveryId = await waiting(next);
    await next.signIn({ signedInSecondsAgo: 3000 });
    expectOk(await next.cancel(recoveryId));
    const before = await keptOf(service, next);
    expectOk(await next.cancel(recoveryId));
    expect(await keptOf(service, next)).toEqual(before);
    expect((await recordOf(old))[0]).toEqual({
      type: "recovery-cancelled",
      details: { recoveryId },
      device: "New phone",
    });
    expect((await statusOf(old)).recoveries).toEqual([]);
    await later(service, DAY, next);
    expect(problemOf(await next.open(recoveryId))).toMatchObject({ code: "recovery-over" });
    // The next one's wait starts over.
    const releaseAt = at(service.now() + DAY * 1000);
    expect(await next.open(await waiting(next))).toMatchObject({ problem: { releaseAt } });
  });
});

describe("a recovery that was released", () => {
  it("is opened again and again, and leaves nothing more [H4]", async () => {
    const { service, next } = await startStage();
    const id = await recovered(next);
    const before = await keptOf(service, next);
    for (let time = 0; time < 7; time++) {
      const opened = await next.open(id);
      expectOpened(opened);
      expect(opened.contents).toEqual(contents);
    }
    expect(await keptOf(service, next)).toEqual(before);
  });

  it("shows each account's state, and what it needs [H4] [E1]", async () => {
    const { next } = await startStage();
    const id = await recovered(next);
    const read = await next.readRecovery(id);
    expectOk(read);
    const push = ["fresh-sign-in", "contact-code", "push-answer"];
    expect(read.body.accounts?.map(({ kind, state, means }) => ({ kind, state, means }))).toEqual([
      { kind: "third-party", state: "ready", means: [] },
      { kind: "personal", state: "action-required", means: push },
      { kind: "work-or-school", state: "action-required", means: ["activation-code", "push-answer"] },
      { kind: "work-or-school", state: "ready", means: [] },
      { kind: "third-party", state: "ready", means: [] },
      { kind: "personal", state: "ready", means: [] },
    ]);
    expect(read.body).not.toHaveProperty("key");
    expect(read.body).not.toHaveProperty("envelope");
  });

  it("is cancelled: nothing on the phone waits for a sign-in, and what came stays [H4] [G8]", async () => {
    const { next } = await startStage();
    const id = await recovered(next);
    expect((await statusOf(next)).indicator).toBe("exclamation");
    expectOk(await next.cancel(id));
    expect((await statusOf(next)).indicator).toBe("none");
    expect(next.state().accounts).toHaveLength(contents.accounts.length);
    expectOk(await next.upload(contents));
  });

  it("is no other phone's to see, open or cancel [H4] [D5]", async () => {
    const { service, old, next } = await startStage();
    const id = await recovered(next);
    const stranger = await newPhone(service, { owner: "mallory" });
    for (const phone of [old, stranger]) {
      for (const act of [phone.readRecovery, phone.open, phone.cancel]) {
        expect(problemOf(await act(id))).toMatchObject({ status: 404, code: "recovery-not-found" });
      }
    }
  });

  it("expires after 14 days, and is gone after 90 [H4]", async () => {
    const { service, next } = await startStage();
    const id = await recovered(next);
    await later(service, LIFE - 0.001, next);
    expectOk(await next.open(id));
    service.advance(0.001);
    expect(problemOf(await next.open(id))).toMatchObject({
      status: 409,
      code: "recovery-over",
      state: "expired",
    });
    const read = await next.readRecovery(id);
    expectOk(read);
    expect(read.body.state).toBe("expired");
    await later(service, KEPT - LIFE - 1, next);
    expectOk(await next.readRecovery(id));
    service.advance(1);
    expect(problemOf(await next.readRecovery(id))).toMatchObject({ status: 404, code: "recovery-not-found" });
  });

  it("is kept for 90 days from when it was last changed [H4]", async () => {
    const { service, next } = await startStage({ wait: 7 * DAY });
    const id = await waiting(next);
    await later(service, 7 * DAY, next);
    expectOk(await next.open(id));
    await later(service, KEPT - 1, next);
    expectOk(await next.readRecovery(id));
    service.advance(1);
    expect(problemOf(await next.readRecovery(id))).toMatchObject({ code: "recovery-not-found" });
  });
});
