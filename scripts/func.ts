import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { runProgram, Stopped } from "../local/terminal/program.ts";
import { build } from "./build.ts";

const ROOT = resolve(import.meta.dirname, "..");

/** Its name on the path is a batch file on Windows, which only a shell starts. */
const SHELL = process.platform === "win32";

/** @throws {Stopped} Core Tools are not installed: how to get them, without a change to package.json */
export function requireCoreTools(hasFunc: () => boolean): void {
  if (hasFunc()) return;
  const { optionalDependencies } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  // Not `npx func`: that is another package. Saved, it would move among the dependencies of what is deployed.
  throw new Stopped(
    "Azure Functions Core Tools are not installed: there is no func on the path. Get them with: npm install --no-save " +
      `azure-functions-core-tools@${optionalDependencies["azure-functions-core-tools"]}. npm start runs the same service without.`,
  );
}

/** Settings of this machine, from the sample where there are none. @returns whether they were made */
export function makeSettings(folder = ROOT): boolean {
  const settings = join(folder, "local.settings.json");
  if (existsSync(settings)) return false;
  copyFileSync(join(ROOT, "local.settings.sample.json"), settings);
  return true;
}

if (import.meta.main) {
  await runProgram(
    {
      name: "npm run func",
      about:
        "Builds the service and runs it in the Functions host, by func start of Azure Functions Core Tools, with local.settings.json, made of the sample where there is none. What follows goes to func start. Tokens come from npm run issuer, in a terminal of its own.",
      options: {},
      passesOn: true,
    },
    async (_, args) => {
      requireCoreTools(() => spawnSync("func", ["--version"], { shell: SHELL }).status === 0);
      if (makeSettings()) console.log("Made local.settings.json of local.settings.sample.json.");
      await build({ outdir: join(ROOT, "dist") });
      return spawnSync("func", ["start", ...args], { cwd: ROOT, stdio: "inherit", shell: SHELL }).status ?? 1;
    },
  );
}
