import { describe, expect, it } from "vitest";
import { idsOf, readPage, readSources, type Source, unknownIn, withProofs } from "../scripts/behaviours.ts";

const page = await readPage();
const sources = await readSources();

/** As a title or comment has them, but not as this file would then have them itself. */
function bracketed(ids: string): string {
  return `[${ids}]`;
}

function source(text: string, path = "test/some.test.ts"): Source {
  return { path, text };
}

describe("docs/behaviours.md", () => {
  it("has each id once", () => {
    const ids = idsOf(page);
    expect(ids.length).toBeGreaterThan(0);
    expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([]);
  });

  it("has every id that code and tests name", () => {
    const ids = idsOf(page);
    const unknown = sources.flatMap((each) => unknownIn(each, ids).map((id) => `${each.path}: ${id}`));
    expect(unknown).toEqual([]);
  });

  it("says which tests prove what; `npm run behaviours` brings it up to date", () => {
    expect(page).toBe(withProofs(page, sources));
  });
});

describe("an id", () => {
  it.each([
    ["alone", "X9", ["X9"]],
    ["in a list", "A1, X9", ["X9"]],
    ["at an end of a range", "A0–A9", ["A0", "A9"]],
    ["that is known", "A1, A1–A2", []],
  ])("in a comment is looked for in the list: %s", (_, ids, unknown) => {
    expect(unknownIn(source(`// Comment ${bracketed(ids)}.`), ["A1", "A2"])).toEqual(unknown);
  });

  it.each([
    ["alone", "A2"],
    ["in a list", "A1, A2"],
    ["inside a range", "A1–A3"],
  ])("in a title is proved by its file: %s", (_, ids) => {
    const test = source(`it("is so ${bracketed(ids)}", () => {`);
    expect(withProofs("- A2 It is so.\n", [test])).toBe("- A2 It is so.\n  - [some](../test/some.test.ts)\n");
  });

  it.each([
    ["another id in the title", source(`it("is so ${bracketed("A1, A3, B2, B1–B3")}", () => {`)],
    ["a comment", source(`  // "It" is so ${bracketed("A2")}.`)],
    ["code", source(`it("is so ${bracketed("A2")}", () => {`, "shared/some.ts")],
  ])("is not proved by %s", (_, other) => {
    const before = "- A2 It is so.\n  - [gone](../test/gone.test.ts)\n";
    expect(withProofs(before, [other])).toBe("- A2 It is so.\n  - *not yet*\n");
  });
});
