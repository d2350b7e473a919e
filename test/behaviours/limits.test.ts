import { describe, expect, it } from "vitest";
import type { Adapters } from "../../functions/compose/services.ts";
import {
  expectOk,
  expectOpened,
  phoneOf,
  problemOf,
  startService,
  type TestService,
} from "../support/service.ts";
import {
  at,
  DAY,
  expectSpent,
  HOUR,
  later,
  newPhone,
  recordOf,
  startStage,
  statusOf,
  talliesOf,
  waiting,
} from "./stage.ts";

const STALE = { signedInSecondsAgo: 3000 } as const;

describe("recoveries", () => {
  it("are five in a day on a phone: how many are left is told, then until when, to the second [H4] [H10]", async () => {
    const { service, old, next } = await startStage({ wait: HOUR });
    const first = service.now();
    for (const triesLeft of [4, 3, 2, 1, 0]) {
      const begun = await next.recover();
      expectOk(begun);
      expect(begun.body.triesLeft).toBe(triesLeft);
      expectOk(await next.cancel(begun.body.recoveryId));
      service.advance(10);
    }
    const spent = { of: "recoveries", retryAt: at(first + DAY * 1000) };
    const { counts } = await service.counted(async () => {
      for (const act of [next.recover, next.preview]) expectSpent(await act(), spent);
    });
    expect(counts.commit).toBe(0);
    await later(service, DAY - 50 - 0.001, old, next);
    expect(await next.recover()).toMatchObject({ problem: { code: "too-many-tries" } });
    service.advance(0.001);
    const anew = await next.recover();
    expectOk(anew);
    expect(anew.body.triesLeft).toBe(4);
  });

  it("are ten in a day for all phones of an owner, trusted ones included: each is listed for 14 days", async () => {
    const { service, old, next } = await startStage({ wait: HOUR });
    for (const phone of [next, await newPhone(service)]) {
      for (let time = 0; time < 5; time++) expectOk(await phone.cancel(await waiting(phone)));
    }
    const third = await newPhone(service);
    expect(problemOf(await third.recover())).toMatchObject({ status: 429, of: "recoveries" });
    expect(problemOf(await old.recover())).toMatchObject({ status: 429, of: "recoveries" });
    // It has what it would recover.
    expectOk(await old.key());
  });

  it("are counted once where they go on, and where an answer got lost [H4] [G2]", async () => {
    const { service, next } = await startStage({ wait: HOUR });
    const headers = { "Idempotency-Key": "k".repeat(22) };
    for (let time = 0; time < 3; time++) {
      const begun = await next.recover({}, { headers });
      expectOk(begun);
    }
    for (let time = 0; time < 6; time++) expectOk(await next.recover());
    expect(await talliesOf(service, next)).toMatchObject([
      { of: "recoveries", count: 1 },
      { of: "recoveries", count: 1 },
    ]);
  });

  it("begun at the same moment are one, and counted once [H4] [G2]", async () => {
    const readers = meeting();
    const { service, old, next } = await startStage({ wait: HOUR, wrap: readers.wrap });
    readers.expect(4);
    const begun = await Promise.all(
      Array.from({ length: 4 }, (_, place) =>
        next.recover({}, { headers: { "Idempotency-Key": String(place).repeat(22) } }),
      ),
    );
    const ids = new Set(
      begun.map((result) => {
        expectOk(result);
        return result.body.recoveryId;
      }),
    );
    expect(ids.size).toBe(1);
    expect((await statusOf(old)).recoveries).toHaveLength(1);
    expect(await talliesOf(service, next)).toMatchObject([{ count: 1 }, { count: 1 }]);
  });

  it("are shown in a preview as long as they may begin, or one waits [H4]", async () => {
    const { service, old, next } = await startStage({ wait: HOUR });
    for (let time = 0; time < 4; time++) expectOk(await next.cancel(await waiting(next)));
    const id = await waiting(next);
    expectOk(await next.recover());
    expectOk(await next.preview());
    expectOk(await old.approve(id));
    service.advance(1);
    expectOpened(await next.open(id));
    expect(problemOf(await next.preview())).toMatchObject({ code: "too-many-tries" });
    expect(problemOf(await next.recover())).toMatchObject({ code: "too-many-tries" });
    expectOpened(await next.open(id));
  });

  it("are not counted where they are refused for another reason [D4]", async () => {
    const { service, next } = await startStage();
    expect(problemOf(await next.recover({ version: 9 }))).toMatchObject({ code: "version-not-found" });
    expect(await talliesOf(service, next)).toEqual([]);
  });
});

describe("acts that a sign-in is too old for", () => {
  it("are ten in an hour; a fresh sign-in is let through all the same: an app that polls locks nobody out", async () => {
    const { service, old, next } = await startStage();
    const first = service.now();
    await next.signIn(STALE);
    for (const act of ["register", "recover"] as const) {
      for (let time = 0; time < 5; time++) {
        const triesLeft = act === "register" ? 9 - time : 4 - time;
        expect(problemOf(await next[act]())).toMatchObject({
          status: 401,
          code: "step-up-required",
          triesLeft,
        });
        service.advance(1);
      }
    }
    const retryAt = at(first + HOUR * 1000);
    const { counts } = await service.counted(async () => {
      for (const act of [next.register, next.recover]) {
        expect(problemOf(await act())).toMatchObject({
          status: 429,
          code: "too-many-refusals",
          remedy: "sign-in-again",
          of: "step-ups",
          retryAt,
        });
      }
    });
    expect(counts.commit).toBe(0);
    expectOk(await next.status());
    expectOk(await old.key());
    await next.signIn();
    expectOpened(await next.recover());
  });

  it("are thirty in an hour for all phones of an owner: not for one that is trusted", async () => {
    const { service, old, next } = await startStage();
    const [second, third] = [await newPhone(service), await newPhone(service)];
    for (const phone of [next, second, third]) {
      await phone.signIn(STALE);
      for (let time = 0; time < 10; time++) problemOf(await phone.register());
      await phone.signIn();
    }
    const fourth = await phoneOf(service, { signIn: STALE });
    expect(problemOf(await fourth.register())).toMatchObject({ status: 429, of: "step-ups" });
    // Its own tries are left.
    await old.signIn(STALE);
    expect(problemOf(await old.disable())).toMatchObject({ code: "step-up-required", triesLeft: 9 });
  });

  it("are told to the record once: that nothing is left, and on which phone [H6]", async () => {
    const { old, next } = await startStage();
    await next.signIn(STALE);
    for (let time = 0; time < 15; time++) problemOf(await next.register());
    const told = (await recordOf(old)).filter(({ type }) => type === "tries-exhausted");
    expect(told).toEqual([{ type: "tries-exhausted", details: { code: "step-ups" }, device: "New phone" }]);
  });

  it("are counted by every instance of the service in the same place", async () => {
    const { service, old, next } = await startStage();
    const other = await anotherInstance(service);
    const there = await phoneOf(other, { state: next.state(), signIn: STALE });
    await next.signIn(STALE);
    for (let time = 0; time < 5; time++) {
      expect(problemOf(await next.register())).toMatchObject({ triesLeft: 9 - 2 * time });
      expect(problemOf(await there.register())).toMatchObject({ triesLeft: 8 - 2 * time });
    }
    for (const phone of [next, there]) {
      expect(problemOf(await phone.register())).toMatchObject({ status: 429, of: "step-ups" });
    }
    expectOk(await old.key());
  });

  it("tried at the same moment are each counted, or refused with nothing learnt", async () => {
    const readers = meeting();
    const { service, next } = await startStage({ wrap: readers.wrap });
    await next.signIn(STALE);
    // Each counts on the owner as it was read to know its phone.
    readers.expect(8);
    const { result, counts } = await service.counted(() =>
      Promise.all(Array.from({ length: 8 }, () => next.register())),
    );
    const statuses = result.map(({ status }) => status);
    const counted = statuses.filter((status) => status === 401).length;
    expect(counted).toBeGreaterThan(0);
    expect(counts.commit).toBeGreaterThan(counted);
    expect(statuses.filter((status) => ![401, 503].includes(status))).toEqual([]);
    const tallies = await talliesOf(service, next);
    expect(tallies).toHaveLength(2);
    for (const { count } of tallies) expect(count).toBe(counted);
  });
});

/** A second instance of the service, on the store and with the key of the first. */
async function anotherInstance(first: TestService): Promise<TestService> {
  return await startService({
    wrap: ({ store: own }) => ({
      ...first.adapters,
      store: { ...first.adapters.store, close: () => own.close() },
    }),
  });
}

/** Holds back the readers of the owner until so many have come: then all of them have read the same. */
function meeting() {
  const groups: { missing: number; readonly come: PromiseWithResolvers<void> }[] = [];
  return {
    /** The next readers, in groups of these sizes. */
    expect: (...sizes: readonly number[]) => {
      groups.push(...sizes.map((missing) => ({ missing, come: Promise.withResolvers<void>() })));
    },
    wrap: ({ store, kek, ...rest }: Adapters): Adapters => ({
      ...rest,
      kek,
      store: {
        ...store,
        read: async (partition, id) => {
          const item = await store.read(partition, id);
          const group = id === "owner" ? groups.find(({ missing }) => missing > 0) : undefined;
          if (group && --group.missing === 0) group.come.resolve();
          await group?.come.promise;
          return item;
        },
      },
    }),
  };
}
