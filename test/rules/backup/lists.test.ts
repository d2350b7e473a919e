import { describe, expect, it } from "vitest";
import {
  keptOf,
  listed,
  listOf,
  loses,
  measureOf,
  refsOf,
  sizeOf,
  withoutRef,
  withRef,
} from "../../../shared/backup/lists.ts";
import { accountList, type Device, MOST_REVOKED } from "../../../shared/model/device.ts";
import { MOST_ACCOUNTS } from "../../../shared/model/manifest.ts";
import { accounts, DAY, HOUR, range, refOf, START, timeAt } from "./owner.ts";

describe("a list of accounts", () => {
  it("has of each reference its first six bytes, and is compared by them [H2]", () => {
    const list = listOf([refOf(1), refOf(2), refOf(3)]);
    expect(list).toBe(accounts(1, 2, 3));
    expect(sizeOf(list)).toBe(3);
    expect(keptOf(list, listOf([refOf(3), refOf(4), refOf(1)]))).toBe(2);
    expect(keptOf("", list)).toBe(0);
    expect(keptOf(list, "")).toBe(0);
  });

  it("has an account put in once, at its end, and taken out", () => {
    expect(withRef(undefined, refOf(1))).toBe(accounts(1));
    expect(withRef(accounts(1, 2), refOf(3))).toBe(accounts(1, 2, 3));
    expect(withRef(accounts(1, 2), refOf(1))).toBe(accounts(2, 1));
    expect(withoutRef(accounts(1, 2), refOf(1))).toBe(accounts(2));
    expect(withoutRef(accounts(1), refOf(2))).toBe(accounts(1));
    expect(withoutRef(accounts(1), refOf(1))).toBeUndefined();
    expect(withoutRef(undefined, refOf(1))).toBeUndefined();
    expect(refsOf(accounts(1, 2))).toEqual([accounts(1), accounts(2)]);
  });

  it("of revoked credentials has room for one more in the place of its first", () => {
    const full = accounts(...range(1, MOST_REVOKED));
    const last = MOST_REVOKED + 1;
    expect(withRef(full, refOf(last))).toBe(accounts(...range(2, last)));
    expect(withRef(full, refOf(1))).toBe(accounts(...range(2, MOST_REVOKED), 1));
  });

  it("of as many accounts as a backup may hold can be stored", () => {
    expect(accountList.parse(listOf(range(1, MOST_ACCOUNTS).map(refOf)))).toHaveLength(8 * MOST_ACCOUNTS);
    expect(accountList.safeParse(`${accounts(1)}x`).success).toBe(false);
  });
});

describe("an upload loses something", () => {
  it.each([
    ["nothing, where it lists the same in another order", [3, 2, 1], false],
    ["nothing, where it lists more", [1, 2, 3, 4], false],
    ["an account that it leaves out", [1, 2], true],
    ["an account whose name was changed: that is another", [1, 2, 4], true],
  ])("%s [H1]", (_, offered, isLost) => {
    expect(loses({ list: accounts(1, 2, 3) }, accounts(...offered))).toBe(isLost);
  });

  it("never from a phone that has listed nothing yet", () => {
    expect(loses({}, "")).toBe(false);
    expect(loses({}, accounts(1))).toBe(false);
  });
});

describe("the lists of a phone", () => {
  type Lists = Pick<Device, "list" | "listedAt" | "fullest">;

  /** Those of a phone after uploads of so many accounts each, an hour apart. */
  function listsOf(...sizes: readonly number[]): Lists {
    return sizes.reduce<Lists>(
      (lists, size, hours) =>
        listed(lists, accounts(...range(1, size)), { confirmed: false, now: START + hours * HOUR }),
      {},
    );
  }

  it("are the last one, and of the past day the fullest, with the time it came at [H2]", () => {
    expect(listsOf(4)).toEqual({ list: accounts(1, 2, 3, 4), listedAt: timeAt(0), fullest: undefined });
    expect(listsOf(4, 3, 2)).toEqual({
      list: accounts(1, 2),
      listedAt: timeAt(2 * HOUR),
      fullest: { list: accounts(1, 2, 3, 4), at: timeAt(0) },
    });
    expect(listsOf(2, 4, 3).fullest).toEqual({ list: accounts(1, 2, 3, 4), at: timeAt(HOUR) });
    expect(listsOf(2, 3, 3, 4).fullest).toBeUndefined();
    expect(listsOf(2, 2).fullest).toBeUndefined();
    // The one before last is fuller than the fullest, and the other way round.
    const six = { list: accounts(...range(1, 6)), at: timeAt(0) };
    const four = { list: accounts(...range(1, 4)), at: timeAt(0) };
    for (const [last, fullest] of [
      [six, four],
      [four, six],
    ] as const) {
      const before = { list: last.list, listedAt: last.at, fullest };
      expect(listed(before, accounts(1), { confirmed: false, now: START }).fullest).toEqual(six);
    }
    expect(listsOf(2, 4, 1, 3).fullest).toEqual({ list: accounts(1, 2, 3, 4), at: timeAt(HOUR) });
  });

  it("forget the fullest once a day is over, and what came after it counts [H2]", () => {
    const lists = listsOf(8, 6);
    const now = START + DAY;
    expect(listed(lists, accounts(1), { confirmed: false, now: now - 1 }).fullest?.at).toBe(timeAt(0));
    expect(listed(lists, accounts(1), { confirmed: false, now }).fullest?.at).toBe(timeAt(HOUR));
    expect(listed(lists, accounts(1), { confirmed: false, now: now + HOUR }).fullest).toBeUndefined();
  });

  it("are the last one alone where the owner agreed to the loss: nothing before it counts [H2]", () => {
    const agreed = listed(listsOf(8, 6), accounts(1, 2), { confirmed: true, now: START + 2 * HOUR });
    expect(agreed).toEqual({ list: accounts(1, 2), listedAt: timeAt(2 * HOUR), fullest: undefined });
    expect(measureOf(agreed, START + 2 * HOUR)).toBe(accounts(1, 2));
  });

  it("are measured by the fullest of a day, else by the last", () => {
    const lists = listsOf(4, 3);
    expect(measureOf(lists, START + DAY - 1)).toBe(accounts(1, 2, 3, 4));
    expect(measureOf(lists, START + DAY)).toBe(accounts(1, 2, 3));
    expect(measureOf({}, START)).toBe("");
  });
});
