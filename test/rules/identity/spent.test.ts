import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { spending } from "../../../shared/identity/spent.ts";
import { MOST_SPENT, type SpentProofs } from "../../../shared/model/spent.ts";

const NOW = 1_800_000_000;
const idOf = (number: number) => String(number).padStart(43, "p");
const at = (seconds: number) => (NOW + seconds) * 1000;
const EMPTY: SpentProofs = { listed: [], itemsUntil: 0 };

/** Spends one after another at one moment; the proofs are good for 361 seconds. */
function spendAll(before: SpentProofs | undefined, count: number, seconds = 0) {
  let state = before;
  const asItem: number[] = [];
  for (let number = 1; number <= count; number++) {
    const spent = spending(state, { id: idOf(number), until: NOW + 361 }, at(seconds));
    if (spent.replayed) return expect.fail("none of them was spent before");
    if (spent.asItem) asItem.push(number);
    state = spent.next;
  }
  return { state, asItem };
}

describe("a proof", () => {
  it("is spent in the owner item, until it could no longer be repeated", () => {
    const { state } = spendAll(EMPTY, 1);
    expect(state).toEqual({ listed: [[idOf(1), NOW + 361]], itemsUntil: 0 });
    const again = (seconds: number) =>
      spending(state, { id: idOf(1), until: NOW + 361 }, at(seconds)).replayed;
    expect([0, 360.999, 361].map(again)).toEqual([true, true, false]);
  });

  it("makes room once it could no longer be repeated", () => {
    const { state } = spendAll(EMPTY, MOST_SPENT);
    const next = spending(state, { id: idOf(99), until: NOW + 722 }, at(361));
    expect(next).toEqual({
      replayed: false,
      asItem: false,
      next: { listed: [[idOf(99), NOW + 722]], itemsUntil: 0 },
    });
  });

  it("pushes none out where the list is full: it is spent in an item, and so are all that follow for as long", () => {
    const { state, asItem } = spendAll(EMPTY, MOST_SPENT + 2);
    expect(asItem).toEqual([MOST_SPENT + 1, MOST_SPENT + 2]);
    expect(state?.listed).toHaveLength(MOST_SPENT);
    expect(state?.itemsUntil).toBe(NOW + 361);
    const half = { listed: [], itemsUntil: NOW + 361 };
    const later = (seconds: number) => spending(half, { id: idOf(9), until: NOW + 700 }, at(seconds));
    expect(later(360.999)).toMatchObject({ asItem: true, next: { listed: [], itemsUntil: NOW + 700 } });
    expect(later(361)).toMatchObject({ asItem: false });
  });

  it("of an owner who is new is spent in an item, as long as one could be repeated from before an erasure", () => {
    const spent = spending(undefined, { id: idOf(1), until: NOW + 361 }, at(0));
    expect(spent).toEqual({ replayed: false, asItem: true, next: { listed: [], itemsUntil: NOW + 421 } });
  });

  it("is spent once, whatever comes between, as long as it could be repeated", () => {
    const step = fc.record({
      number: fc.integer({ min: 1, max: 40 }),
      pause: fc.integer({ min: 0, max: 200 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), fc.boolean(), (steps, isNew) => {
        let state = isNew ? undefined : EMPTY;
        let now = NOW;
        const items = new Set<string>();
        const spentAt = new Map<number, number>();
        for (const { number, pause } of steps) {
          now += pause;
          const first = spentAt.get(number);
          // Its time was set when it was made; a minute ahead of the service's clock at the most.
          const until = (first ?? now + 60) + 361;
          const spent = spending(state, { id: idOf(number), until }, now * 1000);
          const conflicts = !spent.replayed && spent.asItem && items.has(idOf(number));
          const good = now < (first ?? now) + 360;
          if (first !== undefined && good) expect(spent.replayed || conflicts).toBe(true);
          if (spent.replayed || conflicts) continue;
          if (first !== undefined) continue;
          spentAt.set(number, now + 60);
          if (spent.asItem) items.add(idOf(number));
          state = spent.next;
          expect(state.listed.length).toBeLessThanOrEqual(MOST_SPENT);
        }
      }),
    );
  });
});
