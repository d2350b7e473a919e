import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** The files that take longest begin first: a worker that gets one last works on alone at the end. */
const LONGEST = [
  "test/durability/",
  "test/infra/template",
  "test/hostile/badInput",
  "test/faults/",
  "test/model/",
  "test/local/demo/",
  "test/local/terminal/",
  "test/drivers/store/",
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const at = LONGEST.findIndex((path) => moduleId.includes(path));
      return at < 0 ? LONGEST.length : at;
    };
    return (await super.sort(files)).sort((a, b) => place(a) - place(b));
  }
}

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    sequence: { sequencer: LongestFirst, shuffle: { files: false, tests: true } },
    // Modules hold nothing that a test could leave behind; loading them for each file took a third of the time.
    isolate: false,
    // One more than there are cores: a test that waits for a socket or a process leaves its core to another.
    maxWorkers: availableParallelism() + 1,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Counted by `npm run test:coverage` alone; what runs in a process of its own is not counted.
    coverage: {
      provider: "v8",
      include: ["shared/**/*.ts"],
      reporter: ["text", "html"],
      reportsDirectory: ".local/coverage",
      // Percent; a little below what was measured.
      thresholds: { statements: 97, branches: 95, functions: 97, lines: 98 },
    },
  },
});
