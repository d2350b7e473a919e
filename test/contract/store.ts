import { describe } from "vitest";
import { commitContract } from "./store/commits.ts";
import { etagContract } from "./store/etags.ts";
import { type OpenStore, startStore } from "./store/fixture.ts";
import { lifetimeContract } from "./store/lifetimes.ts";
import { limitContract } from "./store/limits.ts";
import { modelContract } from "./store/model.ts";
import { readContract } from "./store/reads.ts";

/** What `shared/store/port.ts` promises, tested on one driver. */
export function storeContract(name: string, open: OpenStore): void {
  const start = () => startStore(open);
  describe(name, () => {
    describe("reading", () => readContract(start));
    describe("committing", () => commitContract(start));
    describe("ETags", () => etagContract(start));
    describe("times to live", () => lifetimeContract(start));
    describe("limits", () => limitContract(start));
    describe("any sequence of commits", () => modelContract(start));
  });
}
