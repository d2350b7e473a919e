import { describe, expect, it } from "vitest";
import { system } from "../../shared/system.ts";
import { contents } from "../support/accounts.ts";
import { expectOk, problemOf, type TestService } from "../support/service.ts";
import { DAY, newPhone, recovered, startStage, statusOf, waiting } from "./stage.ts";

/** A clock that is so many seconds off the service's. */
const off = (service: TestService, seconds: number) => ({
  system: { ...system, now: () => service.now() + seconds * 1000 },
});

describe("a phone whose clock is wrong", () => {
  it.each([
    ["an hour slow", -3600],
    ["a year fast", 365 * DAY],
  ])(
    "does all that another does: it goes by the service's time, which the refusal tells; %s [G10]",
    async (_, seconds) => {
      const { service, old } = await startStage();
      const phone = await newPhone(service, off(service, seconds));
      await recovered(phone);
      expectOk(await phone.upload(contents));
      expect(await statusOf(old)).toMatchObject({ current: { version: 2 } });
    },
  );

  it("denies what its owner did not begin [H5] [G9]", async () => {
    const { service, old, next } = await startStage({ wait: DAY });
    const phone = await newPhone(service, off(service, -1800));
    const own = await waiting(phone);
    expectOk(await old.approve(own));
    expectOk(await phone.open(own));
    const id = await waiting(next);
    expectOk(await phone.deny(id));
    expect((await statusOf(old)).recoveries).not.toContainEqual(expect.objectContaining({ recoveryId: id }));
  });

  it("is told the service's time, to the millisecond, and changes nothing by being wrong", async () => {
    const { service, next } = await startStage();
    const wrong = { proof: { payload: { iat: service.now() / 1000 - 3600 } } };
    const { result, counts } = await service.counted(() => next.status(wrong));
    expect(problemOf(result)).toMatchObject({
      status: 401,
      code: "proof-expired",
      time: new Date(service.now()).toISOString(),
    });
    expect(counts.commit).toBe(0);
  });
});
