import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

// How many mutants of the rules the tests kill: Stryker changes the rules in one place at a time and runs the tests
// that get there; if all stay green, no test holds that place. Ends with exit code 1 below the score that
// scripts/mutation/stryker.config.ts asks for. What follows the command goes to Stryker, as in
// `npm run test:mutate -- --mutate shared/backup/history.ts`.

const ROOT = resolve(import.meta.dirname, "..");
const MANIFEST = join(ROOT, "scripts/mutation");

/** Its packages are fetched into this folder, which git ignores; all other packages are the project's own. */
const FOLDER = join(ROOT, ".local/mutation");

const LOCKFILE = "package-lock.json";

/** npm writes it last. */
const INSTALLED = join(FOLDER, "node_modules/.package-lock.json");

function isInstalled(): boolean {
  if (!existsSync(INSTALLED)) return false;
  const [ours, its] = [MANIFEST, FOLDER].map((folder) => readFileSync(join(folder, LOCKFILE), "utf8"));
  return ours === its;
}

function install(): boolean {
  mkdirSync(FOLDER, { recursive: true });
  for (const file of ["package.json", LOCKFILE]) cpSync(join(MANIFEST, file), join(FOLDER, file));
  // Without peer dependencies: the Vitest that runs is the project's.
  return succeeds("npm", ["ci", "--legacy-peer-deps", "--no-audit", "--no-fund"], FOLDER);
}

function runStryker(): boolean {
  const program = join(FOLDER, "node_modules/@stryker-mutator/core/bin/stryker.js");
  const config = "scripts/mutation/stryker.config.ts";
  return succeeds(process.execPath, [program, "run", config, ...process.argv.slice(2)], ROOT);
}

function succeeds(command: string, args: readonly string[], cwd: string): boolean {
  const { status, error } = spawnSync(command, args, { cwd, stdio: "inherit" });
  if (error) console.error(error.message);
  return status === 0;
}

process.exitCode = (isInstalled() || install()) && runStryker() ? 0 : 1;
