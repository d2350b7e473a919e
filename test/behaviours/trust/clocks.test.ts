import { describe, expect, it } from "vitest";
import { expectOk, expectOpened, phoneOf, problemOf } from "../../support/service.ts";
import { at, DAY, HOUR, later, newPhone, recovered, startStage, statusOf, waiting } from "../stage.ts";
import { anotherInstance, FREEZE, STALE } from "./stage.ts";

/** An owner whose phones are served by two instances, one of which is ten days ahead. */
async function startWithFastInstance(wait = 0) {
  const stage = await startStage({ wait });
  const fast = await anotherInstance(stage.service);
  fast.advance((stage.service.now() - fast.now()) / 1000 + 10 * DAY);
  return { ...stage, fast };
}

describe("what an instance began whose clock is ten days ahead", () => {
  it("freezes the backup for 30 days from now at most, by the other's clock [H5] [G9]", async () => {
    const { service, fast, old, next: thief } = await startWithFastInstance();
    const id = await recovered(thief);
    const there = await phoneOf(fast, { state: old.state() });
    expectOk(await there.deny(id));
    const now = service.now();
    expect((await statusOf(old)).frozen).toMatchObject({ at: at(now), until: at(now + FREEZE * 1000) });
    const owners = await newPhone(service);
    await later(service, FREEZE, owners);
    expectOpened(await owners.recover());
  });

  it("makes a recovery wait no longer than its owner chose, by the other's clock [H10] [G9]", async () => {
    const { service, fast, old, next } = await startWithFastInstance(DAY);
    const there = await phoneOf(fast, { state: next.state() });
    const id = await waiting(there);
    expect(problemOf(await next.open(id))).toMatchObject({
      code: "recovery-waiting",
      releaseAt: at(service.now() + DAY * 1000),
    });
    // Whatever is written of the owner next writes that down, once.
    const releaseAt = at(service.now() + DAY * 1000);
    expectOk(await old.choosePolicy({ conflict: "any-account" }));
    service.advance(60);
    expectOk(await old.choosePolicy({ conflict: "same-account" }));
    await later(service, DAY - 61, next);
    expect(problemOf(await next.open(id))).toMatchObject({ code: "recovery-waiting", releaseAt });
    service.advance(1);
    expectOpened(await next.open(id));
  });

  it("counts for no longer than it would from now, by the other's clock [G9]", async () => {
    const { service, fast, old } = await startWithFastInstance();
    const there = await phoneOf(fast, { state: old.state() });
    for (let count = 0; count < 5; count++) await recovered(there);
    service.advance(HOUR);
    await old.signIn();
    expect(problemOf(await old.recover())).toMatchObject({
      code: "too-many-tries",
      retryAt: at(service.now() + DAY * 1000),
    });
    // Whatever is written of the owner next writes that down, once.
    expectOk(await old.choosePolicy({ conflict: "any-account" }));
    await later(service, DAY, old);
    expectOpened(await old.recover());
  });

  it("uses up the denial without a fresh sign-in for 60 days from now at most, by the other's clock [H5] [G9]", async () => {
    const { service, fast, old, next: thief } = await startWithFastInstance();
    const there = await phoneOf(fast, { state: old.state() });
    expectOk(await there.deny(await recovered(thief)));
    // Whatever is written of the owner next writes that down, once.
    await old.signIn();
    expectOk(await old.liftFreeze());
    const again = await newPhone(service);
    await later(service, 60 * DAY, again);
    const id = await recovered(again);
    await old.signIn(STALE);
    expectOk(await old.deny(id));
  });
});
