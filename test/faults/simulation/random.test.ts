import { expect, it } from "vitest";
import { makeSqliteData } from "../data.ts";
import { run } from "./run.ts";

const TIME_LIMIT = 120_000;

it("keeps its promises to several owners at once, whatever fails", { timeout: TIME_LIMIT }, async () => {
  const { operations, versions, told, faults } = await run({
    operations: 300,
    seed: 12,
    makeData: makeSqliteData,
  });
  expect(operations).toBeGreaterThanOrEqual(300);
  expect(versions).toBeGreaterThan(10);
  // Recoveries waited, were approved and denied, and each kind of fault happened.
  expect(Math.min(...Object.values(told), ...Object.values(faults))).toBeGreaterThan(0);
});

it("does the same again for the same seed", { timeout: TIME_LIMIT }, async () => {
  const options = { operations: 60, makeData: makeSqliteData };
  const [first, again, another] = [
    await run({ ...options, seed: 1 }),
    await run({ ...options, seed: 1 }),
    await run({ ...options, seed: 2 }),
  ];
  expect(again).toEqual(first);
  expect(another.digest).not.toBe(first.digest);
});
