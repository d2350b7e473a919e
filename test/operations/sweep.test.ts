import { describe, expect, it } from "vitest";
import { StoreUnavailable } from "../../shared/store/port.ts";
import { timestampOf } from "../../shared/words.ts";
import { newPhone, recovered, startStage } from "../behaviours/stage.ts";
import { fakeNotify } from "../support/notify.ts";
import { giveToken } from "../support/reached.ts";
import { startService } from "../support/service.ts";
import { operate } from "./stage.ts";

describe("an operator", () => {
  it("reads when notices were last swept, and how many are due since when", async () => {
    const platforms = fakeNotify(() => ({ outcome: "busy", retryAfter: 1 }));
    const { service, old } = await startStage({
      wrap: (adapters) => ({ ...adapters, notify: platforms.notify }),
    });
    await giveToken(service, old);
    await recovered(await newPhone(service));
    expect((await operate(service, "GET", "status")).body.sweep).toEqual({ due: 0, dead: 0 });
    const began = service.now();
    service.advance(90);
    expect((await operate(service, "GET", "status")).body.sweep).toEqual({
      due: 2,
      oldestDue: timestampOf(began + 30_000),
      dead: 0,
    });
    expect(await operate(service, "POST", "sweep")).toEqual({ status: 200, body: { taken: 2, more: false } });
    service.advance(45);
    expect((await operate(service, "GET", "status")).body.sweep).toEqual({
      at: timestampOf(began + 90_000),
      age: 45,
      due: 0,
      dead: 0,
    });
  });

  it("sweeps by hand what a silent timer leaves, once however often it is asked for", async () => {
    const platforms = fakeNotify();
    const { service, old } = await startStage({
      wrap: (adapters) => ({ ...adapters, notify: platforms.notify }),
    });
    await recovered(await newPhone(service));
    await giveToken(service, old);
    service.advance(60);
    platforms.taken.length = 0;
    const both = await Promise.all([operate(service, "POST", "sweep"), operate(service, "POST", "sweep")]);
    expect(both.map(({ status }) => status)).toEqual([200, 200]);
    expect((await operate(service, "POST", "sweep")).body).toEqual({ taken: 0, more: false });
  });
});

describe("a sweep", () => {
  it("that the store did not tell what is due is none, and says that there is more", async () => {
    const service = await startService({
      wrap: (adapters) => ({
        ...adapters,
        store: { ...adapters.store, due: () => Promise.reject(new StoreUnavailable(1)) },
      }),
    });
    expect((await operate(service, "POST", "sweep")).body).toEqual({ taken: 0, more: true });
    expect(await service.adapters.store.read("service", "swept")).toBeUndefined();
  });

  it("is done whether or not it can be kept when that was", async () => {
    const service = await startService({
      wrap: (adapters) => ({
        ...adapters,
        store: {
          ...adapters.store,
          commit: (partition, operations) =>
            partition === "service"
              ? Promise.reject(new StoreUnavailable(1))
              : adapters.store.commit(partition, operations),
        },
      }),
    });
    expect((await operate(service, "POST", "sweep")).body).toEqual({ taken: 0, more: false });
    expect(service.noticeLines.at(-1)?.failure).toMatch(/^StoreUnavailable/);
  });
});
