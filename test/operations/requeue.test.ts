import { describe, expect, it } from "vitest";
import type { Sent } from "../../shared/notify/port.ts";
import { StoreUnavailable } from "../../shared/store/port.ts";
import { newPhone, noticesOf, recovered, startStage } from "../behaviours/stage.ts";
import { fakeNotify } from "../support/notify.ts";
import { giveToken, tokenOf } from "../support/reached.ts";
import { expectOk, startService } from "../support/service.ts";
import { operate } from "./stage.ts";

/** An owner whose notices have died, since nothing could be sent. */
async function withDead() {
  const now: { answer: Sent } = { answer: { outcome: "refused", reason: "request-refused" } as Sent };
  const platforms = fakeNotify(() => now.answer);
  const made = await startStage({
    wrap: (adapters) => ({ ...adapters, notify: platforms.notify }),
  });
  const { service, old } = made;
  await giveToken(service, old);
  await recovered(await newPhone(service));
  for (let times = 0; times < 12; times++) {
    service.advance(31 * 60);
    await service.sweep();
  }
  platforms.taken.length = 0;
  const heal = () => {
    now.answer = { outcome: "sent" };
  };
  return { ...made, ...platforms, heal };
}

const deadIn = async (service: Parameters<typeof operate>[0]) =>
  (await operate(service, "GET", "status")).body.sweep.dead;

describe("dead notices", () => {
  it("are counted, and sent once what kept them is put right [I1]", async () => {
    const { service, old, taken, heal } = await withDead();
    const count = await deadIn(service);
    expect(count).toBeGreaterThan(0);
    heal();
    expect((await operate(service, "POST", "notices/requeue")).body).toEqual({
      requeued: count,
      more: false,
    });
    expect(await deadIn(service)).toBe(0);
    expect((await operate(service, "POST", "sweep")).body).toEqual({ taken: count, more: false });
    expect(taken.map(({ to }) => to)).toEqual(Array(count).fill(tokenOf(old)));
    for (const { outcomes } of await noticesOf(service, old)) {
      expect(Object.values(outcomes ?? {})).not.toContain("dead");
    }
  });

  it("that die again are counted again, and asked for twice are sent once", async () => {
    const { service, taken, heal } = await withDead();
    const count = await deadIn(service);
    await operate(service, "POST", "notices/requeue");
    for (let times = 0; times < 12; times++) {
      service.advance(31 * 60);
      await service.sweep();
    }
    expect(await deadIn(service)).toBe(count);
    taken.length = 0;
    heal();
    const both = await Promise.all([1, 2].map(() => operate(service, "POST", "notices/requeue")));
    expect(both.reduce((sum, { body }) => sum + body.requeued, 0)).toBe(count);
    await service.sweep();
    expect(taken).toHaveLength(count);
  });

  it("of an owner who is erased are forgotten with the rest", async () => {
    const { service, old } = await withDead();
    await old.signIn();
    expectOk(await old.erase());
    expect(await deadIn(service)).toBe(0);
    expect(await service.adapters.store.list("dead-notices", "")).toEqual([]);
    const { body } = await operate(service, "POST", "notices/requeue");
    expect(body.requeued).toBe(0);
    expect(await deadIn(service)).toBe(0);
  });

  it("are a hundred at a time, and a thousand where there are more", async () => {
    const service = await startService();
    for (let n = 0; n < 1_050; n++) {
      const id = `owner notice:${String(n).padStart(22, "0")}`;
      await service.adapters.store.commit("dead-notices", [{ kind: "create", id, body: { schema: 1 } }]);
    }
    expect(await deadIn(service)).toBe(1_000);
    expect((await operate(service, "POST", "notices/requeue")).body).toEqual({ requeued: 0, more: true });
  });

  it("are not given up while they can't be named: they would be lost", async () => {
    const { service, old } = await (async () => {
      const platforms = fakeNotify(() => ({ outcome: "refused", reason: "request-refused" }) as Sent);
      return await startStage({
        wrap: (adapters) => ({
          ...adapters,
          notify: platforms.notify,
          store: {
            ...adapters.store,
            commit: (partition, operations) =>
              partition === "dead-notices"
                ? Promise.reject(new StoreUnavailable(1))
                : adapters.store.commit(partition, operations),
          },
        }),
      });
    })();
    await giveToken(service, old);
    await recovered(await newPhone(service));
    for (let times = 0; times < 14; times++) {
      service.advance(31 * 60);
      await service.sweep();
    }
    const notices = await noticesOf(service, old);
    expect(notices.some(({ dueAt }) => dueAt !== undefined)).toBe(true);
    for (const { outcomes } of notices) expect(Object.values(outcomes ?? {})).not.toContain("dead");
  });
});
