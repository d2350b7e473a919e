import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Tests that need no service run first: the first red test ends a mutant's run. */
class UnitTestsFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => (moduleId.includes("test/behaviours/") ? 1 : 0);
    return (await super.sort(files)).sort((a, b) => place(a) - place(b));
  }
}

/** The tests of the rules, alone and over HTTP. */
export default defineConfig({
  test: {
    include: [
      "test/{behaviours,rules/*}/*.test.ts",
      "test/drivers/keys/serviceKey.test.ts",
      "test/local/phone/vectors.test.ts",
    ],
    sequence: { sequencer: UnitTestsFirst },
    // Each mutant's run has a worker of its own; a module is loaded once in it.
    isolate: false,
    testTimeout: 20_000,
  },
});
