import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const LOCKFILE = "package-lock.json";

/** npm writes it last. */
const INSTALLED = "node_modules/.package-lock.json";

/**
 * Installs what one script alone needs, by the manifest and the lockfile in the folder `manifest`, into `folder`, which
 * git ignores. Does nothing where that is done.
 * @returns whether it is there
 */
export function installAside({
  manifest,
  folder,
  options = [],
}: {
  readonly manifest: string;
  readonly folder: string;
  readonly options?: readonly string[];
}): boolean {
  if (isInstalled(manifest, folder)) return true;
  mkdirSync(folder, { recursive: true });
  for (const file of ["package.json", LOCKFILE]) cpSync(join(manifest, file), join(folder, file));
  return succeeds(...npm(["ci", ...options, "--no-audit", "--no-fund"]), folder);
}

function isInstalled(manifest: string, folder: string): boolean {
  if (!existsSync(join(folder, INSTALLED))) return false;
  const [ours, its] = [manifest, folder].map((each) => readFileSync(join(each, LOCKFILE), "utf8"));
  return ours === its;
}

/** Vitest's own program, for `process.execPath`: its name on the path is a batch file on Windows. */
export const VITEST = resolve(import.meta.dirname, "../node_modules/vitest/vitest.mjs");

/** The program and the arguments that run npm. On Windows its name is a batch file, which only a shell starts. */
export function npm(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>> = process.env,
): readonly [string, readonly string[]] {
  // Set in every script that npm runs.
  const program = environment.npm_execpath;
  return program?.endsWith(".js") ? [process.execPath, [program, ...args]] : ["npm", args];
}

/** Runs a program with this process's output; whether it ended well. */
export function succeeds(command: string, args: readonly string[], cwd: string): boolean {
  const { status, error } = spawnSync(command, args, { cwd, stdio: "inherit" });
  if (error) console.error(error.message);
  return status === 0;
}
