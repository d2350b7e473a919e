import { cpSync, globSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { runProgram } from "../../local/terminal/program.ts";
import { succeeds, VITEST } from "../packagesAside.ts";
import { fetchBicep, findBicep, runBicep, snapshot } from "./bicep.ts";

// Compiles, lints and formats every file of infra/ with the real compiler, compares each parameter set's snapshot, and
// runs the tests on what was compiled. `-- --overwrite` writes the snapshots instead, so that a review shows what
// changes. Without a compiler it says so, and is left out.

const ROOT = resolve(import.meta.dirname, "../..");
const INFRA = join(ROOT, "infra");
const files = (pattern: string) => globSync(pattern, { cwd: INFRA }).sort();

/** What the compiler has to say of infra/. */
function findingsOf(bicep: string, mode: "validate" | "overwrite"): string[] {
  const sets = files("*.bicepparam").map((file) => join(INFRA, file));
  return [
    // Compiles each file too, a module as well as what uses it.
    runBicep(bicep, ["lint", "--pattern", join(INFRA, "**/*.bicep")]),
    ...sets.map((path) => runBicep(bicep, ["build-params", path, "--stdout"])),
    ...sets.map((path) => snapshot(bicep, path, mode)),
  ].flatMap(({ findings }) => (findings === "" ? [] : [findings]));
}

/** Files that the compiler would format in another way. */
function unformatted(bicep: string): string[] {
  const folder = join(ROOT, ".local/bicep/formatted");
  rmSync(folder, { recursive: true, force: true });
  cpSync(INFRA, folder, { recursive: true });
  return ["**/*.bicep", "*.bicepparam"].flatMap((pattern) => {
    const { findings } = runBicep(bicep, ["format", "--pattern", join(folder, pattern)]);
    const changed = files(pattern).filter(
      (file) => readFileSync(join(INFRA, file), "utf8") !== readFileSync(join(folder, file), "utf8"),
    );
    return [...(findings === "" ? [] : [findings]), ...changed.map((file) => `infra/${file}: bicep format`)];
  });
}

await runProgram(
  {
    name: "npm run infra:check",
    about:
      "Compiles, lints and formats infra/, compares the snapshot of each parameter set, and runs test/infra on what was compiled. It takes bicep from the path, or fetches it with dotnet restore into .local/bicep; with neither it is left out.",
    options: {
      overwrite: { type: "boolean", default: false, means: "write the snapshots instead of comparing them" },
    },
  },
  async ({ overwrite }) => {
    const bicep = findBicep() ?? fetchBicep();
    if (bicep === undefined) {
      console.log(
        "left out: there is no Bicep compiler on the PATH, and none could be fetched (it needs dotnet)",
      );
      console.log("0 files, 1 left out");
      return 0;
    }
    const findings = [...findingsOf(bicep, overwrite ? "overwrite" : "validate"), ...unformatted(bicep)];
    for (const finding of findings) console.log(finding);
    console.log(`${files("**/*.{bicep,bicepparam}").length} files, ${findings.length} findings`);
    return succeeds(process.execPath, [VITEST, "run", "test/infra"], ROOT) && findings.length === 0 ? 0 : 1;
  },
);
