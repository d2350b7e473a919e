import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    sequence: { shuffle: true },
    // Modules hold nothing that a test could leave behind; loading them for each file took a third of the time.
    isolate: false,
    // One of two cores would otherwise be left to vitest itself, which has little to do.
    maxWorkers: "100%",
    testTimeout: 20_000,
  },
});
