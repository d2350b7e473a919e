import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { mutants } from "./mutants.ts";
import { BOUNDS } from "./play.ts";

const ROOT = join(import.meta.dirname, "../..");
const PATIENCE = process.env.DEPTH ? 3_600_000 : 120_000;

/** Runs a search in a process of its own: it loads the service's modules anew, and changed. */
async function run(...options: readonly string[]): Promise<{ readonly ok: boolean; readonly said: string }> {
  return await new Promise((resolve) => {
    execFile(process.execPath, [join(import.meta.dirname, "main.ts"), ...options], (error, stdout, stderr) =>
      resolve({ ok: !error, said: `${stdout}${stderr}` }),
    );
  });
}

/** The rows of a table whose last columns are a file and a title, by the rule in the first. */
function rulesIn(file: string): string[] {
  const text = readFileSync(join(ROOT, file), "utf8");
  const [, table = ""] = /\| rule \|[^\n]*\n\|[-|]+\|\n((?:\|.*\n)+)/.exec(text) ?? [];
  return table.split("\n").flatMap((row) => /^\| (\S.*?) \|/.exec(row)?.[1] ?? []);
}

describe("every state that a few moves reach", () => {
  it.concurrent(
    "keeps what was promised, and lets an owner with a new phone back in within 44, 65 and 134 days",
    async () => {
      const { ok, said } = await run("--depth", process.env.DEPTH ?? "2");
      expect(ok, said).toBe(true);
      const [, states = 0, free, recoveries, trusted] =
        /^in all: (\d+) states, .* waits (\d+) of 44, (\d+) of 65, (\d+) of 134 days$/m
          .exec(said)
          ?.map(Number) ?? [];
      // A search that has become smaller, or thieves who have become harmless, would find nothing.
      expect(states).toBeGreaterThan(2500);
      expect([free, recoveries, trusted]).toEqual(Object.values(BOUNDS));
      process.stdout.write(said.split("\n").slice(-2).join("\n"));
    },
    PATIENCE,
  );

  it.concurrent(
    "shows each rule that is taken away, by a broken promise",
    async () => {
      const { ok, said } = await run("--mutants");
      expect(ok, said).toBe(true);
    },
    PATIENCE,
  );

  it("is searched for each rule of the list, but for those that are proved elsewhere", () => {
    const [listed, elsewhere] = [rulesIn("test/behaviours/trust/README.md"), rulesIn("test/model/README.md")];
    expect(listed.length).toBeGreaterThan(20);
    const taken = new Set(mutants.flatMap(({ rule }) => rule ?? []));
    expect(listed.filter((rule) => !taken.has(rule) && !elsewhere.includes(rule))).toEqual([]);
    expect([...taken, ...elsewhere].filter((rule) => !listed.includes(rule))).toEqual([]);
  });
});
