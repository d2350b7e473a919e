import { expect, it } from "vitest";
import { makeSqliteData } from "../data.ts";
import { run } from "./run.ts";

const TIME_LIMIT = 120_000;

it("keeps its promises to several owners at once, whatever fails", { timeout: TIME_LIMIT }, async () => {
  const { operations, versions, events, displaced, faults } = await run({
    operations: 700,
    seed: 16,
    makeData: makeSqliteData,
  });
  expect(operations).toBeGreaterThanOrEqual(700);
  expect(versions).toBeGreaterThan(10);
  expect(displaced).toBeGreaterThan(0);
  // Each kind of fault happened, and of all that phones do, what the trust of phones hangs on.
  expect(Math.min(...Object.values(faults))).toBeGreaterThan(0);
  expect(Object.keys(events)).toEqual(
    expect.arrayContaining([
      "backup-started-anew",
      "recovery-released",
      "recovery-approved",
      "recovery-denied",
      "freeze-lifted",
      "device-revoked",
      "version-restored",
    ]),
  );
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
