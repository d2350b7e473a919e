import { describe, expect, it } from "vitest";
import type { CodeTries } from "../../../shared/model/codeTries.ts";
import { isOpenedBy, refuseCodes, withWrongCode } from "../../../shared/provider/tries.ts";
import { codeTries } from "../../../shared/store/items.ts";
import { timestampOf } from "../../../shared/words.ts";

const START = Date.parse("2026-11-22T08:00:00.000Z");
const MINUTE = 60_000;

/** The tries after a wrong code at each of these times. */
function wrongAt(times: readonly number[], before?: CodeTries): CodeTries | undefined {
  return times.reduce<CodeTries | undefined>((tries, at) => withWrongCode(tries, at), before);
}

const five = (at: number) => [at, at, at, at, at];

describe("wrong one-time codes", () => {
  it("lock at the fifth within a quarter of an hour, and not before", () => {
    expect(refuseCodes(undefined, START)).toBeUndefined();
    expect(refuseCodes(wrongAt(five(START).slice(1)), START)).toBeUndefined();
    const locked = wrongAt(five(START));
    expect(refuseCodes(locked, START)).toEqual({ reason: "locked", until: START + 15 * MINUTE });
    expect(refuseCodes(locked, START + 15 * MINUTE - 1)).toBeDefined();
    expect(refuseCodes(locked, START + 15 * MINUTE)).toBeUndefined();
  });

  it("begin to count anew a quarter of an hour after the first", () => {
    const spread = [0, 1, 2, 14].map((minutes) => START + minutes * MINUTE);
    expect(refuseCodes(wrongAt([...spread, START + 15 * MINUTE - 1]), START + 15 * MINUTE)).toBeDefined();
    const later = wrongAt([...spread, START + 15 * MINUTE]);
    expect(refuseCodes(later, START + 15 * MINUTE)).toBeUndefined();
    expect(later).toMatchObject({ count: 1, since: timestampOf(START + 15 * MINUTE), row: 5 });
  });

  it("lock for twice as long each time, up to a day", () => {
    const minutes = [15, 30, 60, 120, 240, 480, 960, 1440, 1440];
    let tries: CodeTries | undefined;
    let now = START;
    for (const expected of minutes) {
      tries = wrongAt(five(now), tries);
      expect(refuseCodes(tries, now)).toEqual({ reason: "locked", until: now + expected * MINUTE });
      now += expected * MINUTE;
    }
  });

  it("lock for no longer than that where another instance's clock is ahead", () => {
    const locked = wrongAt(five(START + 60 * MINUTE));
    expect(refuseCodes(locked, START)).toEqual({ reason: "locked", until: START + 15 * MINUTE });
    const ahead = wrongAt([START + 60 * MINUTE]);
    expect(withWrongCode(ahead, START)).toMatchObject({ count: 2, row: 2 });
  });

  it("close a subject at a hundred in a row, however slowly they came", () => {
    const day = (n: number) => START + n * 24 * 60 * MINUTE;
    const times = Array.from({ length: 100 }, (_, n) => day(n));
    expect(refuseCodes(wrongAt(times.slice(1)), day(200))).toBeUndefined();
    expect(refuseCodes(wrongAt(times), day(200))).toEqual({ reason: "closed" });
  });

  it("are stored as they are counted", () => {
    for (const tries of [wrongAt([START]), wrongAt(five(START))]) {
      expect(codeTries.shape.parse(tries)).toEqual(tries);
    }
  });

  it("are opened by a push that was answered after the last of them", () => {
    const tries = withWrongCode(undefined, START);
    expect([-1, 0, 1].map((after) => isOpenedBy(tries, timestampOf(START + after)))).toEqual([
      false,
      false,
      true,
    ]);
  });
});
