import { describe, expect, it } from "vitest";
import { isFolded, withRefusal } from "../../../shared/limits/refusals.ts";
import {
  MOST_REFUSALS,
  MOST_REFUSALS_OF_A_PHONE,
  type RecordedRefusal,
} from "../../../shared/model/tries.ts";
import { timestampOf } from "../../../shared/words.ts";

const NOW = Date.parse("2026-11-22T09:00:00.000Z");
const SECOND = 1000;
const phone = { deviceId: "p".repeat(43) };
const other = { deviceId: "o".repeat(43) };
const refused = (code: string, secondsAgo: number, { deviceId } = phone): RecordedRefusal => ({
  deviceId,
  code,
  at: timestampOf(NOW - secondsAgo * SECOND),
});
const many = Array.from({ length: MOST_REFUSALS_OF_A_PHONE }, (_, number) =>
  refused(`code-${number}`, 50 - number),
);

describe("a phone that is refused", () => {
  it("is recorded once a minute for the same reason", () => {
    expect(isFolded([], phone, "sharp-drop", NOW)).toBe(false);
    expect(isFolded([refused("sharp-drop", 0)], phone, "sharp-drop", NOW)).toBe(true);
    expect(isFolded([refused("sharp-drop", 59.999)], phone, "sharp-drop", NOW)).toBe(true);
    expect(isFolded([refused("sharp-drop", 60)], phone, "sharp-drop", NOW)).toBe(false);
  });

  it("is recorded at once for another reason, and so is another phone", () => {
    const recent = [refused("sharp-drop", 0)];
    expect(isFolded(recent, phone, "version-changed", NOW)).toBe(false);
    expect(isFolded(recent, other, "sharp-drop", NOW)).toBe(false);
  });

  it(`is recorded ${MOST_REFUSALS_OF_A_PHONE} times a minute at most, which stops no other phone's`, () => {
    expect(isFolded(many.slice(1), phone, "another", NOW)).toBe(false);
    expect(isFolded(many, phone, "another", NOW)).toBe(true);
    expect(isFolded(many, other, "another", NOW)).toBe(false);
    expect(isFolded(many, phone, "another", NOW + 10 * SECOND)).toBe(false);
  });

  it("is remembered with what is recent alone, each reason once", () => {
    const refusals = [refused("old", 60), refused("sharp-drop", 30), refused("sharp-drop", 30, other)];
    expect(withRefusal(refusals, phone, "sharp-drop", NOW)).toEqual([
      refused("sharp-drop", 30, other),
      refused("sharp-drop", 0),
    ]);
  });

  it("is never remembered with more than there is room for", () => {
    expect(withRefusal(many, phone, "another", NOW)).toEqual([...many.slice(1), refused("another", 0)]);
    const full = Array.from({ length: MOST_REFUSALS }, (_, number) =>
      refused("sharp-drop", 1, { deviceId: String(number).padStart(43, "p") }),
    );
    expect(withRefusal(full, phone, "another", NOW)).toEqual([...full.slice(1), refused("another", 0)]);
  });
});
