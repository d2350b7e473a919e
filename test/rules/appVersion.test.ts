import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isAppVersion, isOlder, MINIMUM_VERSION } from "../../shared/appVersion.ts";

const version = fc.array(fc.nat(99_999), { minLength: 1, maxLength: 4 }).map((numbers) => numbers.join("."));

describe("an app's version", () => {
  it.each(["6", "6.8", "6.8.0", "6.8.0.1", "0.0", "06.008", "99999.99999.99999.99999"])(
    "may be %s",
    (text) => {
      expect(isAppVersion(text)).toBe(true);
    },
  );

  it.each([
    "",
    ".",
    "6.",
    ".6",
    "6..8",
    "6.8.0.0.1",
    "100000",
    "6.8-beta",
    "v6",
    "-6",
    "6,8",
    " 6",
    "6\n",
    "٦",
  ])("may not be %j [A3]", (text) => {
    expect(isAppVersion(text)).toBe(false);
  });

  it.each([
    ["6.6.0", "6.10.0"],
    ["6.9", "6.10"],
    ["5.6.99999", "5.7.0"],
    ["5", "5.0.0.1"],
    ["6.5.12", MINIMUM_VERSION.android],
    ["5.6.9", MINIMUM_VERSION.ios],
  ])("%s is older than %s [A3]", (older, newer) => {
    expect(isOlder(older, newer)).toBe(true);
    expect(isOlder(newer, older)).toBe(false);
  });

  it.each([
    ["5.7", "5.7.0"],
    ["5.7.0.0", "5.7"],
    ["05.07", "5.7"],
  ])("%s is as old as %s [A3]", (one, other) => {
    expect(isOlder(one, other)).toBe(false);
    expect(isOlder(other, one)).toBe(false);
  });

  it("compares as the numbers do, the first that differs deciding [A3]", () => {
    fc.assert(
      fc.property(version, fc.nat(3), fc.integer({ min: 1, max: 99 }), (text, place, more) => {
        const numbers = text.split(".").map(Number);
        const newer = numbers.map((number, at) => (at === place % numbers.length ? number + more : number));
        expect(isOlder(text, newer.join("."))).toBe(true);
        expect(isOlder(newer.join("."), text)).toBe(false);
      }),
    );
  });

  it("puts all versions in one order", () => {
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        expect(isOlder(a, b) && isOlder(b, a)).toBe(false);
        if (isOlder(a, b) && isOlder(b, c)) expect(isOlder(a, c)).toBe(true);
      }),
    );
  });
});
