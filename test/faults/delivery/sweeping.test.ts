import { describe, expect, it } from "vitest";
import { ids } from "../../../shared/store/items.ts";
import { BATCH_OPERATIONS, StoreUnavailable } from "../../../shared/store/port.ts";
import { timestampOf } from "../../../shared/words.ts";
import { fakeNotify } from "../../support/notify.ts";
import { first, noticeOf, ownerItems, START, stage } from "./stage.ts";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

const partitionOf = (owner: number) => String(owner).padStart(43, "p");

/** A notice to one phone, due so many milliseconds after the start. */
const due = (number: number, after: number) =>
  noticeOf(String(number).padStart(6, "0"), {
    to: [first.deviceId],
    contacts: [],
    at: timestampOf(START + after - 30_000),
    dueAt: timestampOf(START + after),
  });

const numberOf = (content: string) => Number(JSON.parse(content).noticeId.slice(0, 6));

/** What can't be read: written by a newer release, say. */
const poisoned = (after: number) => ({
  kind: "create" as const,
  id: ids.notice("poisoned".padEnd(22, "0")),
  body: { schema: 9, dueAt: timestampOf(START + after), news: "of a later release" },
  ttl: 14 * 24 * 60 * 60,
});

describe("a sweep", () => {
  it("drains what an outage of ten minutes has left, the earliest first, past what can't be read [I1]", {
    timeout: 120_000,
  }, async () => {
    const made = await stage();
    const [count, owners] = [10_000, 100];
    const { notify, taken } = fakeNotify();
    const delivery = made.deliveryOf(notify);
    for (let owner = 0; owner < owners; owner++)
      await made.put(partitionOf(owner), ...ownerItems(partitionOf(owner)).operations);
    await made.put(partitionOf(0), poisoned(0));
    for (let owner = 0; owner < owners; owner++) {
      const numbers = Array.from({ length: count / owners }, (_, n) => n * owners + owner);
      for (let at = 0; at < numbers.length; at += BATCH_OPERATIONS) {
        const batch = numbers.slice(at, at + BATCH_OPERATIONS).map((number) => due(number, number * 60));
        await made.put(partitionOf(owner), ...batch);
      }
    }
    // For ten minutes nobody swept, and all of them came due.
    made.pass(10 * MINUTE);
    await delivery.sweep();

    expect(taken).toHaveLength(count);
    const order = taken.map(({ content }) => numberOf(content));
    expect(new Set(order).size).toBe(count);
    // Sixteen are sent at a time.
    expect(order.every((number, at) => Math.abs(number - at) <= 16)).toBe(true);
    expect(made.lines).toEqual([
      expect.objectContaining({
        level: "error",
        code: "notice-unreadable",
        failure: expect.stringContaining("ItemUnreadable"),
      }),
      expect.objectContaining({
        operation: "notices-sweep",
        sent: count,
        left: 0,
        dead: 0,
        unreadable: 1,
        waited: 10 * 60,
      }),
    ]);
    expect(await made.store.due(timestampOf(made.clock.time), 10)).toEqual([]);
  });

  it("puts off what can't be read for an hour, changes nothing else in it, and prolongs no life [I1]", async () => {
    const made = await stage();
    const { notify } = fakeNotify();
    const { id, body } = poisoned(0);
    await made.put(partitionOf(0), poisoned(0));
    made.pass(MINUTE);
    await made.deliveryOf(notify).sweep();
    expect((await made.store.read(partitionOf(0), id))?.body).toEqual({
      ...body,
      dueAt: timestampOf(made.clock.time + 60 * MINUTE),
    });
    // Looked at again and again, it is gone with its time.
    for (let hour = 0; hour < 15 * 24; hour++) {
      made.pass(60 * MINUTE);
      await made.deliveryOf(notify).sweep();
    }
    expect(await made.store.read(partitionOf(0), id)).toBeUndefined();
    expect(made.clock.time).toBeLessThan(START + 16 * DAY);
  });

  it("sends what it can't read once a release can: it was only put off [I1]", async () => {
    const made = await stage();
    const { notify, taken } = fakeNotify();
    await made.put(partitionOf(0), ...ownerItems(partitionOf(0)).operations);
    const { body, ...notice } = due(1, 0);
    const etags = await made.put(partitionOf(0), { ...notice, kind: "create", body: { ...body, schema: 9 } });
    made.pass(MINUTE);
    await made.deliveryOf(notify).sweep();
    expect(taken).toEqual([]);
    const parked = await made.store.read(partitionOf(0), notice.id);
    expect(parked?.etag).not.toBe(etags.get(notice.id));
    await made.put(partitionOf(0), {
      kind: "replace",
      id: notice.id,
      etag: parked?.etag ?? "",
      body: { ...parked?.body, schema: 1 },
    });
    made.pass(60 * MINUTE);
    await made.deliveryOf(notify).sweep();
    expect(taken).toHaveLength(1);
  });

  it("goes past those whose owners can't be written to, however many there are [I1]", async () => {
    const made = await stage();
    const { notify, taken } = fakeNotify();
    const stuck = 40;
    for (let owner = 0; owner < stuck + 5; owner++) {
      const partition = partitionOf(owner);
      await made.put(partition, ...ownerItems(partition).operations, due(owner, owner));
    }
    const broken = new Set(Array.from({ length: stuck }, (_, owner) => partitionOf(owner)));
    const store = {
      ...made.store,
      commit: async (...call: Parameters<typeof made.store.commit>) => {
        if (broken.has(call[0])) throw new StoreUnavailable(1);
        return await made.store.commit(...call);
      },
    };
    made.pass(MINUTE);
    await made.deliveryOf(notify, store).sweep();
    expect(taken.map(({ content }) => numberOf(content))).toEqual([40, 41, 42, 43, 44]);
    broken.clear();
    await made.deliveryOf(notify, store).sweep();
    expect(taken).toHaveLength(stuck + 5);
  });

  it("takes up nothing more after 50 seconds: the next one begins after a minute", async () => {
    const made = await stage();
    await made.put(partitionOf(0), ...ownerItems(partitionOf(0)).operations);
    await made.put(partitionOf(0), ...Array.from({ length: 90 }, (_, n) => due(n, n)));
    const { notify, taken } = fakeNotify(() => {
      made.pass(1_000);
      return { outcome: "sent" };
    });
    made.pass(MINUTE);
    const delivery = made.deliveryOf(notify);
    await delivery.sweep();
    expect(taken).toHaveLength(64);
    await delivery.sweep();
    expect(taken).toHaveLength(90);
  });

  it("shares what is due with another instance: none is sent twice [I1]", async () => {
    const made = await stage();
    const { notify, taken } = fakeNotify();
    await made.put(partitionOf(0), ...ownerItems(partitionOf(0)).operations);
    await made.put(partitionOf(0), ...Array.from({ length: 90 }, (_, n) => due(n, n)));
    made.pass(MINUTE);
    await Promise.all([made.deliveryOf(notify).sweep(), made.deliveryOf(notify).sweep()]);
    expect(taken).toHaveLength(90);
    expect(new Set(taken.map(({ id }) => id)).size).toBe(90);
  });

  it("says so where the store can't be asked, and never rejects", async () => {
    const made = await stage();
    const { notify } = fakeNotify();
    const store = { ...made.store, due: () => Promise.reject(new StoreUnavailable(1)) };
    await made.deliveryOf(notify, store).sweep();
    expect(made.lines).toEqual([
      expect.objectContaining({
        operation: "notices-sweep",
        level: "error",
        failure: expect.stringContaining("StoreUnavailable"),
      }),
    ]);
  });

  it("says nothing where nothing is due", async () => {
    const made = await stage();
    const { notify } = fakeNotify();
    await made.put(partitionOf(0), ...ownerItems(partitionOf(0)).operations, due(1, 1));
    await made.deliveryOf(notify).sweep();
    expect(made.lines).toEqual([]);
  });
});
