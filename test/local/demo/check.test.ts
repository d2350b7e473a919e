import { describe, expect, it } from "vitest";
import { type Check, createChecks } from "../../../local/demo/check.ts";

function setUp() {
  const told: Check[] = [];
  return { told, check: createChecks((made) => told.push(made)) };
}

describe("the checks of a story", () => {
  it("are told as they are made", () => {
    const { told, check } = setUp();
    check.that("it holds", true);
    check.equal("they are the same", { a: [1, 2] }, { a: [1, 2] });
    expect(told).toEqual([
      { claim: "it holds", passed: true },
      { claim: "they are the same", passed: true },
    ]);
    expect(check.made).toEqual(told);
  });

  it("say what was found if they failed", () => {
    const { told, check } = setUp();
    check.equal("the order is the same", ["b", "a"], ["a", "b"]);
    expect(told).toEqual([
      { claim: "the order is the same", passed: false, found: 'found ["b","a"], not ["a","b"]' },
    ]);
  });
});
