import { describe, expect, it } from "vitest";
import { createTeller, type Teller } from "../../../local/demo/tell.ts";

/** What is printed while `act` tells. */
function printedBy(act: (tell: Teller) => void, colour = false): string[] {
  const printed: string[] = [];
  act(createTeller((text) => printed.push(text), colour));
  return printed;
}

const passed = { claim: "one", passed: true };
const failed = { claim: "two", passed: false, found: "nothing" };

describe("the telling of a story", () => {
  it.each([true, false])("has colour only if that is wanted: %j", (colour) => {
    const printed = printedBy((tell) => {
      tell.act("An act");
      tell.request({ method: "GET", path: "/v1/backup", status: 200 }, "backup is off");
      tell.check(failed);
    }, colour);
    expect(printed.join("").includes("\u001b[")).toBe(colour);
  });

  it("shortens ids in paths, so that columns stay where they are", () => {
    const [first = "", second = ""] = printedBy((tell) => {
      tell.request({ method: "PUT", path: `/v1/devices/${"a".repeat(43)}`, status: 200 }, "one");
      tell.request({ method: "GET", path: "/v1/backup", status: 200 }, "two");
    });
    expect(first).toContain("/v1/devices/aaaaaa… ");
    expect(first.indexOf("one")).toBe(second.indexOf("two"));
  });

  it("tells how and where a message has arrived, and what it says, with ids cut short", () => {
    const printed = printedBy((tell) => tell.arrival("push", "Pixel 6", `notice ${"a".repeat(22)}`));
    expect(printed.at(-1)).toBe("   push   Pixel 6: notice aaaaaa…");
  });

  it("aligns the columns of a table, whatever is in them", () => {
    const table = [
      ["KIND", "NAME", "STATE"],
      ["a\u0308lice", "開発", "x"],
      ["älice", "abc", "x"],
    ];
    const printed = printedBy((tell) => tell.table(table)).join("\n");
    expect(printed.trim().split("\n")).toEqual([
      "KIND   NAME  STATE",
      "   a\u0308lice  開発  x",
      "   älice  abc   x",
    ]);
  });

  it("breaks a text into lines that fit, and loses no word", () => {
    const words = Array.from({ length: 60 }, (_, index) => `word${index}`);
    const lines = printedBy((tell) => tell.say(words.join("\n  ")))
      .join("\n")
      .split("\n");
    expect(lines.length).toBeGreaterThan(2);
    expect(lines.every((line) => line.length <= 80)).toBe(true);
    expect(lines.join(" ").trim().split(/\s+/)).toEqual(words);
  });

  it("names the failed checks once more at its end", () => {
    const printed = printedBy((tell) => tell.summary([passed, failed], 1234));
    expect(printed.join("\n").trim()).toBe("2 checks, 1 failed, in 1.2 s\n✗ two");
  });

  it.each([
    ["0 if all checks passed", [passed, passed], 0],
    ["1 if one failed, whatever came after it", [failed, passed], 1],
    ["1 if none was made", [], 1],
  ])("gives exit status %s", (_, checks, status) => {
    printedBy((tell) => expect(tell.summary(checks, 0)).toBe(status));
  });
});
