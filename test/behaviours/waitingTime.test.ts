import { describe, expect, it } from "vitest";
import { keptOf, partitionOf } from "../support/partition.ts";
import { expectOk, expectOpened, problemOf, type TestPhone } from "../support/service.ts";
import {
  at,
  DAY,
  expectWaits,
  HOUR,
  later,
  MINUTE,
  newPhone,
  recoveredOn,
  startStage,
  waiting,
} from "./stage.ts";

describe("a waiting time", () => {
  it("is none by default: a recovery is released at once [H10]", async () => {
    const { old, next } = await startStage();
    const policy = await old.policy();
    expectOk(policy);
    expect(policy.body.waitingSeconds).toBe(0);
    await recoveredOn(next);
  });

  it("counts at once when it is made longer, and for no recovery that has begun [H10]", async () => {
    const { service, old, next } = await startStage({ wait: HOUR });
    const id = await waiting(next);
    expect(await choose(old, 7 * DAY)).toEqual({ waitingSeconds: 7 * DAY });
    const third = await newPhone(service);
    const begun = await third.recover();
    expectWaits(begun);
    expect(begun.body.releaseAt).toBe(at(service.now() + 7 * DAY * 1000));
    await later(service, HOUR - MINUTE, next);
    expectOpened(await next.open(id));
  });

  it("counts only after the old one has passed when it is made shorter, and for no recovery that has begun [H10]", async () => {
    const { service, old, next } = await startStage({ wait: DAY });
    const id = await waiting(next);
    const from = service.now() + DAY * 1000;
    const shortening = { waitingSeconds: HOUR, from: at(from) };
    expect(await choose(old, HOUR)).toEqual({ waitingSeconds: DAY, shortening });

    await later(service, DAY - MINUTE - 0.001, old);
    const early = await newPhone(service);
    service.advance(-0.001);
    await early.signIn();
    const wait = await early.recover();
    expectWaits(wait);
    expect(wait.body.releaseAt).toBe(at(service.now() + DAY * 1000));
    const late = await newPhone(service);
    const short = await late.recover();
    expectWaits(short);
    expect(short.body.releaseAt).toBe(at(service.now() + HOUR * 1000));
    await old.signIn();
    expect(await policyOf(old)).toEqual({ waitingSeconds: HOUR });
    await next.signIn();
    expectOpened(await next.open(id));
  });

  it("is shortened twice no sooner than its present length after the second choice [H10]", async () => {
    const { service, old } = await startStage({ wait: DAY });
    await choose(old, 12 * HOUR);
    await later(service, HOUR, old);
    const shortening = { waitingSeconds: HOUR, from: at(service.now() + DAY * 1000) };
    expect(await choose(old, HOUR)).toEqual({ waitingSeconds: DAY, shortening });
    // The first one would have counted by now.
    await later(service, DAY - 0.001, old);
    expect(await policyOf(old)).toEqual({ waitingSeconds: DAY, shortening });
    service.advance(0.001);
    expect(await policyOf(old)).toEqual({ waitingSeconds: HOUR });
  });

  it("stays as it is when it is chosen again: what was to become shorter does not [H10]", async () => {
    const { service, old } = await startStage({ wait: DAY });
    await choose(old, 0);
    expect(await choose(old, DAY)).toEqual({ waitingSeconds: DAY });
    await later(service, 2 * DAY, old);
    expect(await policyOf(old)).toEqual({ waitingSeconds: DAY });
  });

  it("is not moved by a retry of the same choice, nor by another choice [H10]", async () => {
    const { service, old } = await startStage({ wait: DAY });
    const first = await choose(old, 0);
    service.advance(HOUR / 2);
    await old.signIn();
    const before = await keptOf(service, old);
    expect(await choose(old, 0)).toEqual(first);
    expect(await keptOf(service, old)).toEqual(before);
    expectOk(await old.choosePolicy({ conflict: "any-account" }));
    expect(await policyOf(old)).toEqual(first);
  });

  it("is chosen by a trusted phone, with a recent sign-in [H10]", async () => {
    const { old, next } = await startStage();
    expect(problemOf(await next.choosePolicy({ waitingSeconds: DAY }))).toMatchObject({
      status: 409,
      code: "trust-required",
    });
    await old.signIn({ signedInSecondsAgo: 3000 });
    expect(problemOf(await old.choosePolicy({ waitingSeconds: DAY }))).toMatchObject({
      code: "step-up-required",
    });
    expect(await policyOf(old)).toEqual({ waitingSeconds: 0 });
  });

  it.each([
    [-1, "body-invalid"],
    [7 * DAY + 1, "body-invalid"],
    [0.5, "json-invalid-number"],
    ["3600", "body-invalid"],
    [null, "body-invalid"],
  ])("can't be %s [H10]", async (waitingSeconds, code) => {
    const { service, old } = await startStage();
    const before = await partitionOf(service, old);
    const refused = await old.choosePolicy({}, { body: { waitingSeconds } });
    expect(problemOf(refused)).toMatchObject({ status: 400, code });
    expect(await partitionOf(service, old)).toEqual(before);
  });

  it("of seven days ends within the life of a recovery [H10]", async () => {
    const { service, next } = await startStage({ wait: 7 * DAY });
    const id = await waiting(next);
    await later(service, 7 * DAY, next);
    expectOpened(await next.open(id));
  });
});

async function policyOf(phone: TestPhone) {
  const policy = await phone.policy();
  expectOk(policy);
  const { waitingSeconds, shortening } = policy.body;
  return { waitingSeconds, ...(shortening && { shortening }) };
}

async function choose(phone: TestPhone, waitingSeconds: number) {
  const chosen = await phone.choosePolicy({ waitingSeconds });
  expectOk(chosen);
  const { shortening } = chosen.body;
  return { waitingSeconds: chosen.body.waitingSeconds, ...(shortening && { shortening }) };
}
