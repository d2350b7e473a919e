import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type ListedRecovery,
  listedRecovery,
  MOST_RECOVERIES,
  RECOVERY_LIFE,
} from "../../../shared/model/recovery.ts";
import {
  endOf,
  expiryOf,
  isAlive,
  isOnProbation,
  isToBeOpened,
  timeFor,
  waitingOn,
  withoutWaiting,
  withRecovery,
} from "../../../shared/recovery/listed.ts";
import { DAY, freeze, HOUR, on, range, recovery, release, START, timeAt, trusted } from "../backup/owner.ts";

const id = (letter: string) => letter.repeat(43);

describe("the recoveries that an owner's item lists", () => {
  it("are all that are not over, each once, in the order in which they changed last [H4] [H5]", () => {
    const steps = fc.array(
      fc.record({
        letter: fc.constantFrom("a", "b", "c"),
        number: fc.nat(3),
        isReleased: fc.boolean(),
        after: fc.nat(20 * DAY),
      }),
      { minLength: 1, maxLength: 20 },
    );
    fc.assert(
      fc.property(steps, (made) => {
        let [now, list] = [START, [] as ListedRecovery[]];
        const last = new Map<string, ListedRecovery>();
        for (const { letter, number, isReleased, after } of made) {
          now += after;
          const times = { releaseAt: timeAt(now - START), expiresAt: timeAt(now - START + 14 * DAY) };
          const next = isReleased ? release(letter, number + 1, times) : recovery(letter, number + 1, times);
          last.delete(next.recoveryId);
          last.set(next.recoveryId, next);
          list = withRecovery(list, next, now);
        }
        expect(list).toEqual([...last.values()].filter((one) => isAlive(one, now)));
        for (const one of list) expect(listedRecovery.parse(one)).toEqual(one);
      }),
    );
  });

  it("are two hundred at most, and of more the newest", () => {
    const list = range(1, MOST_RECOVERIES).map((number) => release("a", number));
    const next = release("b", 900);
    expect(withRecovery(list, next, START)).toEqual([...list.slice(1), next]);
    expect(withRecovery(list.slice(1), next, START)).toEqual([...list.slice(1), next]);
  });

  it("lose what waits on a phone with it, and keep what was released there: that can still be denied [H5]", () => {
    const list = [recovery("a", 10), release("a", 11), recovery("b", 12), release("b", 13)];
    expect(withoutWaiting(list, id("b"))).toEqual(list.slice(0, 2).concat(list.slice(3)));
    expect(withoutWaiting(list, id("c"))).toEqual(list);
  });

  it("wait on a phone once at most: what was released or is over does not wait there", () => {
    const list = [release("a", 10), recovery("a", 11), recovery("b", 12)];
    expect(waitingOn(list, id("a"), START)).toEqual(list[1]);
    expect(waitingOn(list, id("c"), START)).toBeUndefined();
    expect(waitingOn(list, id("b"), START + 15 * DAY)).toBeUndefined();
  });
});

describe("a recovery", () => {
  it("lives for fourteen days after its wait, and after its release, to the millisecond [H4] [H5]", () => {
    expect(RECOVERY_LIFE * 1000).toBe(14 * DAY);
    expect(expiryOf(START)).toBe(START + 14 * DAY);
    const [waits, open] = [recovery("a", 10), release("a", 10)];
    expect([isAlive(waits, START + 15 * DAY - 1), isAlive(waits, START + 15 * DAY)]).toEqual([true, false]);
    expect([isAlive(open, START + 14 * DAY - 1), isAlive(open, START + 14 * DAY)]).toEqual([true, false]);
  });

  it("is to be opened from the end of the wait to its own, where it has not been [H10] [G8]", () => {
    const waits = recovery("a", 10);
    const moments = [DAY - 1, DAY, 15 * DAY - 1, 15 * DAY].map((after) => START + after);
    expect(moments.map((moment) => isToBeOpened(waits, moment))).toEqual([false, true, true, false]);
    expect(moments.map((moment) => isToBeOpened(release("a", 10), moment))).toEqual(moments.map(() => false));
  });

  it("that waits stands still while it is frozen, and one that was released does not [H5]", () => {
    const soon = { ...freeze, at: timeAt(HOUR), until: timeAt(30 * DAY + HOUR) };
    const late = START + 29 * DAY;
    expect(timeFor({ state: "waiting" }, late, soon)).toBe(START + HOUR);
    expect(timeFor({ state: "waiting" }, START, soon)).toBe(START);
    expect(timeFor({ state: "waiting" }, late)).toBe(late);
    expect(timeFor({ state: "released" }, late, soon)).toBe(late);
    expect(isAlive(recovery("a", 10), late, soon)).toBe(true);
    expect(isAlive(release("a", 10), late, soon)).toBe(false);
    expect(isToBeOpened(recovery("a", 10), START + 2 * DAY, soon)).toBe(false);
  });

  it("that waits ends so much later as the freeze lasts [H5]", () => {
    expect(endOf(recovery("a", 10))).toBe(START + 15 * DAY);
    expect(endOf(recovery("a", 10), freeze)).toBe(START + 45 * DAY);
    expect(endOf(release("a", 10), freeze)).toBe(START + 14 * DAY);
  });
});

describe("a phone is on probation", () => {
  const [old, late] = [trusted("o", 2), trusted("n", 60)];
  const item = { ...on([1]), devices: [old, late] };
  const isWatched = (letter: string, one: ListedRecovery, changes = {}, now = START) =>
    isOnProbation({ ...item, recoveries: [one], ...changes }, id(letter), now);

  it("while its own release can still be denied [H5]", () => {
    expect(isWatched("n", release("n", 59))).toBe(true);
    expect(isWatched("n", release("n", 59), {}, START + 14 * DAY)).toBe(false);
    expect(isWatched("n", recovery("n", 59))).toBe(false);
    expect(isWatched("o", release("n", 59))).toBe(false);
  });

  it("also where it was trusted before, since an older one can deny it [H5]", () => {
    expect(isWatched("n", release("n", 70, { trusted: 60 }))).toBe(true);
  });

  it("never for what the phone recovers that has been trusted longest: nobody can deny that [H5]", () => {
    const own = release("o", 70, { trusted: 2 });
    expect(isWatched("o", own)).toBe(false);
    const older = { device: trusted("r", 1), number: 80 };
    expect(isWatched("o", own, { removed: [older] })).toBe(true);
  });
});
