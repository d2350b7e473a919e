import { describe, expect, it } from "vitest";
import { align, COLUMNS, widthOf, wrap } from "../../../local/demo/layout.ts";
import { createTeller } from "../../../local/demo/tell.ts";

describe("the telling of a story", () => {
  it("has colour where that is wanted, and none where not", () => {
    for (const colour of [true, false]) {
      const printed: string[] = [];
      const tell = createTeller((text) => printed.push(text), colour);
      tell.act("An act");
      tell.request({ method: "GET", path: "/v1/backup", status: 200, body: "" }, "backup is off");
      tell.check({ claim: "it holds", passed: false, found: "nothing" });
      expect(printed.join("").includes("\u001b[")).toBe(colour);
    }
  });

  it("shortens ids in paths, so that columns stay where they are", () => {
    const printed: string[] = [];
    const tell = createTeller((text) => printed.push(text), false);
    tell.request({ method: "PUT", path: `/v1/devices/${"a".repeat(43)}`, status: 200, body: "" }, "one");
    tell.request({ method: "GET", path: "/v1/backup", status: 200, body: "" }, "two");
    const [first = "", second = ""] = printed;
    expect(first).toContain("/v1/devices/aaaaaa… ");
    expect(first.indexOf("one")).toBe(second.indexOf("two"));
  });

  it("names the failed checks once more at its end", () => {
    const printed: string[] = [];
    const made = [
      { claim: "one", passed: true },
      { claim: "two", passed: false, found: "nothing" },
    ];
    createTeller((text) => printed.push(text), false).summary(made, 1234);
    expect(printed.join("\n").trim()).toBe("2 checks, 1 failed, in 1.2 s\n✗ two");
  });
});

describe("the layout", () => {
  it.each([
    ["alice", 5],
    ["älice", 5],
    ["a\u0308lice", 5],
    ["開発", 4],
  ])("knows that %s takes %i columns", (text, columns) => {
    expect(widthOf(text)).toBe(columns);
  });

  it("aligns columns, whatever is in them", () => {
    expect(
      align([
        ["開", "x"],
        ["abc", "x"],
      ]),
    ).toEqual(["開   x", "abc  x"]);
  });

  it("breaks a text into lines that fit, and loses no word", () => {
    const words = Array.from({ length: 60 }, (_, index) => `word${index}`);
    const lines = wrap(words.join("\n  "), 10).split("\n");
    expect(lines.length).toBeGreaterThan(1);
    expect(lines.every((line) => line.length <= COLUMNS)).toBe(true);
    expect(lines.join(" ").split(/\s+/)).toEqual(words);
  });
});
