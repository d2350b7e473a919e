import { join, resolve } from "node:path";
import { runProgram } from "../local/terminal/program.ts";
import { installAside, succeeds } from "./packagesAside.ts";

// How many mutants of the rules the tests kill: Stryker changes the rules in one place at a time and runs the tests
// that get there; if all stay green, no test holds that place. Ends with exit code 1 below the score that
// scripts/mutation/stryker.config.ts asks for. What follows the command goes to Stryker, as in
// `npm run test:mutate -- --mutate shared/backup/history.ts`.

const ROOT = resolve(import.meta.dirname, "..");

/** All other packages are the project's own. */
const FOLDER = join(ROOT, ".local/mutation");

function runStryker(args: readonly string[]): boolean {
  const program = join(FOLDER, "node_modules/@stryker-mutator/core/bin/stryker.js");
  const config = "scripts/mutation/stryker.config.ts";
  return succeeds(process.execPath, [program, "run", config, ...args], ROOT);
}

await runProgram(
  {
    name: "npm run test:mutate",
    about:
      "Tells how many mutants of the rules in shared/ the tests kill, and fails below the score that scripts/mutation/stryker.config.ts asks for. What follows goes to Stryker, which is fetched into .local/mutation: npm run test:mutate -- --mutate shared/backup/history.ts",
    options: {},
    passesOn: true,
  },
  async (_, args) => {
    const manifest = join(ROOT, "scripts/mutation");
    // Without peer dependencies: the Vitest that runs is the project's.
    const isThere = installAside({ manifest, folder: FOLDER, options: ["--legacy-peer-deps"] });
    return isThere && runStryker(args) ? 0 : 1;
  },
);
