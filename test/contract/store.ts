import { beforeEach, describe, expect } from "vitest";
import { commitContract } from "./store/commits.ts";
import { dueContract } from "./store/due.ts";
import { etagContract } from "./store/etags.ts";
import { type OpenStore, startStore } from "./store/fixture.ts";
import { lifetimeContract } from "./store/lifetimes.ts";
import { limitContract } from "./store/limits.ts";
import { type ClockStep, modelContract } from "./store/model.ts";
import { outdatedContract } from "./store/outdated.ts";
import { readContract } from "./store/reads.ts";

export interface StoreContractOptions {
  /** What the driver's clock counts; `none` where a test can't move it. */
  readonly clock?: ClockStep;
  /** Tests that what is behind the driver can't pass, by their names, and why. */
  readonly leftOut?: readonly (readonly [names: RegExp, reason: string])[];
}

/** What `shared/store/port.ts` promises, tested on one driver. */
export function storeContract(
  name: string,
  open: OpenStore,
  { clock = "milliseconds", leftOut = [] }: StoreContractOptions = {},
): void {
  const start = () => startStore(open);
  describe(name, () => {
    beforeEach(({ skip }) => {
      const test = expect.getState().currentTestName ?? "";
      for (const [names, reason] of leftOut) skip(names.test(test), reason);
    });
    describe("reading", () => readContract(start));
    describe("committing", () => commitContract(start));
    describe("ETags", () => etagContract(start));
    describe("what is due", () => dueContract(start));
    describe("what is under another key", () => outdatedContract(start));
    describe("times to live", () => lifetimeContract(start));
    describe("limits", () => limitContract(start));
    describe("any sequence of commits", () => modelContract(start, clock));
  });
}
