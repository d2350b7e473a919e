import { describe, expect, it } from "vitest";
import { explain } from "../../../shared/backup/explain.ts";
import { isSharpDrop, refuseOverwrite } from "../../../shared/backup/overwrite.ts";
import { accounts, actor, DAY, HOUR, phone, range, START, timeAt, trusted, version } from "./owner.ts";

describe("an upload from a phone that is not trusted", () => {
  it("is refused over a present version, which its owner is told of by the name of its phone [D11]", () => {
    const refused = refuseOverwrite(phone("a"), version(2));
    if (refused?.reason !== "overwrite-refused") return expect.fail("not refused");
    const { code, members } = explain(refused);
    expect({ code, members }).toEqual({
      code: "overwrite-refused",
      members: {
        present: {
          version: 2,
          accounts: 6,
          uploadedAt: "2026-11-22T08:02:00.000Z",
          device: { name: actor.name, platform: actor.platform },
        },
      },
    });
  });

  it("is refused also where there is nothing yet: an upload makes no phone a trusted one [D11]", () => {
    expect(refuseOverwrite(phone("a"), undefined)).toEqual({ reason: "trust-required" });
  });
});

it("an upload from a trusted phone may replace what is there", () => {
  expect(refuseOverwrite(trusted("a", 2), version(2))).toBeUndefined();
  expect(refuseOverwrite(trusted("a", 2), undefined)).toBeUndefined();
});

describe("an upload is a sharp drop", () => {
  /** A phone that last uploaded these, and had those at its fullest. */
  const having = (last: readonly number[], fullest?: { list: readonly number[]; at: number }) =>
    trusted("a", 2, {
      list: accounts(...last),
      listedAt: timeAt(0),
      ...(fullest && { fullest: { list: accounts(...fullest.list), at: timeAt(fullest.at) } }),
    });

  it.each([
    [4, 2, false],
    [4, 1, true],
    [5, 3, false],
    [5, 2, true],
    [500, 250, false],
    [500, 249, true],
    [3, 2, false],
    [3, 1, true],
    [3, 0, true],
    [1, 1, false],
    [1, 0, true],
    [0, 0, false],
  ])("where of %i accounts it keeps %i: %s [H2]", (had, kept, drops) => {
    expect(isSharpDrop(having(range(1, had)), accounts(...range(1, kept)), START)).toBe(drops);
  });

  it("where it keeps too few of those accounts, however many others it has [H2]", () => {
    const other = range(11, 30);
    expect(isSharpDrop(having(range(1, 4)), accounts(1, ...other), START)).toBe(true);
    expect(isSharpDrop(having(range(1, 4)), accounts(1, 2, ...other), START)).toBe(false);
  });

  it("of the fullest list of a day, so that an app that loses them step by step is stopped too [H2]", () => {
    const stepByStep = having(range(1, 6), { list: range(1, 12), at: 0 });
    expect(isSharpDrop(stepByStep, accounts(...range(1, 5)), START + DAY - 1)).toBe(true);
    expect(isSharpDrop(stepByStep, accounts(...range(1, 6)), START + DAY - 1)).toBe(false);
    expect(isSharpDrop(stepByStep, accounts(...range(1, 5)), START + DAY)).toBe(false);
    expect(isSharpDrop(stepByStep, accounts(1, 2), START + DAY)).toBe(true);
  });

  it("of the fullest list also where an instance ahead has dated it", () => {
    const ahead = having(range(1, 6), { list: range(1, 12), at: 40 * DAY });
    expect(isSharpDrop(ahead, accounts(...range(1, 5)), START + HOUR)).toBe(true);
  });

  it("never on a phone that has uploaded and recovered nothing yet", () => {
    expect(isSharpDrop(trusted("a", 2), "", START)).toBe(false);
    expect(isSharpDrop(trusted("a", 2), accounts(1), START)).toBe(false);
  });
});
