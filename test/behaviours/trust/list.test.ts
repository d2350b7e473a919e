import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const read = (name: string) => readFileSync(join(import.meta.dirname, name), "utf8");

it("is proved by tests that are there: each title in the list of rules is in its file", () => {
  const rows = [...read("README.md").matchAll(/^\|.*\| `(\w+)` \| (.+) \|$/gm)];
  expect(rows.length).toBeGreaterThan(60);
  const missing = rows.filter(([, file, title]) => !read(`${file}.test.ts`).includes(`"${title}"`));
  expect(missing.map(([row]) => row)).toEqual([]);
});
