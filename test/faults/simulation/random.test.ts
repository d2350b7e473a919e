import { expect, it } from "vitest";
import { DISTURBANCES, makeCosmosData, makeSqliteData } from "../data.ts";
import { run } from "./run.ts";

const TIME_LIMIT = 120_000;

it("keeps its promises to several owners at once, whatever fails", { timeout: TIME_LIMIT }, async () => {
  const runs = await Promise.all(
    [6, 9].map((seed) => run({ operations: 700, seed, makeData: makeSqliteData })),
  );
  for (const { operations, versions } of runs) {
    expect(operations).toBeGreaterThanOrEqual(700);
    expect(versions).toBeGreaterThan(10);
  }
  // In one or the other each kind of fault happened, and of all that phones do, what the trust of phones hangs on.
  expect(Math.max(...runs.map(({ sent }) => sent))).toBeGreaterThan(100);
  expect(Math.max(...runs.map(({ displaced }) => displaced))).toBeGreaterThan(0);
  expect(Math.max(...runs.map(({ rotations }) => rotations))).toBeGreaterThan(1);
  for (const fault of Object.keys(runs[0]?.faults ?? {}) as (keyof (typeof runs)[0]["faults"])[]) {
    expect.soft(Math.max(...runs.map(({ faults }) => faults[fault])), fault).toBeGreaterThan(0);
  }
  expect(runs.flatMap(({ verified }) => Object.keys(verified))).toEqual(
    expect.arrayContaining(["personal", "work-or-school"]),
  );
  expect(runs.flatMap(({ events }) => Object.keys(events))).toEqual(
    expect.arrayContaining([
      "backup-started-anew",
      "recovery-released",
      "recovery-approved",
      "recovery-denied",
      "freeze-lifted",
      "device-revoked",
      "version-restored",
      "challenge-begun",
      "account-verified",
      "challenge-refused",
    ]),
  );
});

it("keeps them on Cosmos DB, whatever happens around it, and hardly anybody notices", {
  timeout: TIME_LIMIT,
}, async () => {
  const { operations, disturbances } = await run({ operations: 150, seed: 9, makeData: makeCosmosData });
  expect(operations).toBeGreaterThanOrEqual(150);
  expect(Object.keys(disturbances)).toEqual(expect.arrayContaining([...DISTURBANCES]));
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
