import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "../..");
const FOLDER = join(ROOT, ".local/bicep");

/** One file, with every type inside: a build needs no network. */
const FETCHED = join(FOLDER, "packages/azure.bicep.commandline.linux-x64/0.49.2/tools/bicep");

/** Made up: a snapshot tells what would be deployed into any subscription. */
const SOMEWHERE = [
  ...["--subscription-id", "00000000-0000-0000-0000-000000000001"],
  ...["--tenant-id", "00000000-0000-0000-0000-000000000002"],
  ...["--location", "westeurope"],
];

/** The Bicep compiler of the PATH, else the one that was fetched; undefined where there is neither. */
export function findBicep(): string | undefined {
  if (spawnSync("bicep", ["--version"]).status === 0) return "bicep";
  return existsSync(FETCHED) ? FETCHED : undefined;
}

/** Fetches the compiler from NuGet. @returns undefined where that doesn't work */
export function fetchBicep(): string | undefined {
  mkdirSync(FOLDER, { recursive: true });
  cpSync(join(import.meta.dirname, "bicep.csproj"), join(FOLDER, "bicep.csproj"));
  const { status, error, stdout } = spawnSync("dotnet", ["restore", "bicep.csproj"], {
    cwd: FOLDER,
    encoding: "utf8",
  });
  if (status !== 0) console.error(error?.message ?? stdout.trim());
  return findBicep();
}

interface Compiled {
  readonly output: string;
  /** What the compiler and its linter say. Its exit status is 0 with warnings, a misspelt property among them. */
  readonly findings: string;
}

/** Runs the compiler, as in `runBicep(bicep, ["build", "main.bicep", "--stdout"])`. */
export function runBicep(bicep: string, args: readonly string[]): Compiled {
  const { status, error, stdout, stderr } = spawnSync(bicep, args, { encoding: "utf8", maxBuffer: 1e8 });
  const said = error?.message ?? stderr.trim();
  return { output: stdout, findings: said === "" && status !== 0 ? `exit status ${status}` : said };
}

/** Compares a parameter file's snapshot with what it makes now, or writes it. */
export function snapshot(bicep: string, file: string, mode: "validate" | "overwrite"): Compiled {
  return runBicep(bicep, ["snapshot", file, "--mode", mode, ...SOMEWHERE]);
}
