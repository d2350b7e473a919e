import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, it } from "vitest";
import { onAzure } from "../../local/cloud/functionsWorker/onAzure.ts";
import { serviceKeyCommands } from "../../ops/serviceKey.ts";
import { readConfig } from "../../shared/config/read.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const read = (file: string) => readFileSync(join(ROOT, file), "utf8");
const DEPLOY = read("docs/deploy.md");

/** What is to be run, in the document's order: the blocks of a shell, and commands in the text. */
const COMMANDS = [...DEPLOY.matchAll(/```sh\n([\s\S]*?)```|`([^`\n]*\$[A-Z][^`\n]*)`/g)].map(
  ([, block, span]) => block ?? span ?? "",
);

const withoutComments = (text: string) => text.replace(/(^|\s)#.*$/gm, "");

it("leads a new operator through docs/deploy.md with no name that an earlier step has not set", () => {
  const known = new Set<string>();
  for (const command of COMMANDS.map(withoutComments)) {
    for (const line of command.split("\n")) {
      for (const [, name = ""] of line.matchAll(/\$([A-Z_]{2,})/g))
        expect(known, `${name} in: ${line}`).toContain(name);
      for (const [, name = ""] of line.matchAll(/(?:^|\s)([A-Z_]{2,})=/g)) known.add(name);
      for (const [, name = ""] of line.matchAll(/read -r ([A-Z_]+)/g)) known.add(name);
    }
  }
  expect(known.size).toBeGreaterThan(10);
});

it("names outputs, scripts, commands, parameters and files that there are", () => {
  const { outputs } = JSON.parse(read("infra/production.snapshot.json"));
  const named = [...DEPLOY.matchAll(/(?:outputs\.|[{,]\w+:)(\w+)\.value/g)].map(([, name]) => name);
  expect([...new Set(named)].sort()).toEqual(Object.keys(outputs).sort());

  const { scripts } = JSON.parse(read("package.json"));
  const run = [...DEPLOY.matchAll(/npm run (?:-s )?([\w:]+)/g)].map(([, name = ""]) => name);
  expect(run).toEqual(expect.arrayContaining(["ops", "package", "smoke", "infra:check"]));
  for (const name of run) expect(scripts).toHaveProperty([name]);
  for (const [, name = ""] of DEPLOY.matchAll(/ops -- service-key (\w+)/g)) {
    expect(serviceKeyCommands.has(name), name).toBe(true);
  }

  const template = read("infra/main.bicep");
  const parameters = [
    ...[...DEPLOY.matchAll(/^\| `(\w+)`(?:, `(\w+)`)? \| /gm)].flatMap(([, one, two]) =>
      [one, two ?? []].flat(),
    ),
    ...[...DEPLOY.matchAll(/`(\w+) = /g)].map(([, name]) => name),
  ];
  expect(parameters).toContain("firstDeployment");
  for (const name of parameters) expect(template).toMatch(new RegExp(`^param ${name} `, "m"));
  for (const file of ["dev", "production"]) {
    expect(DEPLOY).toContain(`infra/${file}.bicepparam`);
    const [, name] = /^param environmentName = '(\w+)'$/m.exec(read(`infra/${file}.bicepparam`)) ?? [];
    expect(DEPLOY).toMatch(new RegExp(`^ENV=.*\\b${name}\\b`, "m"));
  }
  for (const [, name] of read("infra/main.parameters.json").matchAll(/\$\{(BACKUP_\w+)\}/g)) {
    expect(DEPLOY).toContain(`azd env set ${name} `);
  }
});

it("has an example of ISSUERS that the app takes, and the variables that the workflow reads", () => {
  const [, ISSUERS = ""] = /```json\n([\s\S]*?)```/.exec(DEPLOY) ?? [];
  const { issuers } = readConfig({ ...onAzure, ISSUERS });
  expect(issuers.map(({ kind }) => kind)).toEqual(["personal", "work-or-school", "provider"]);
  const variables = [...read(".github/workflows/deploy.yml").matchAll(/vars\.(\w+)/g)].map(
    ([, name]) => name,
  );
  for (const name of new Set(variables)) expect(DEPLOY).toContain(`\`${name}\``);
  for (const environment of ["production-infra", "production-code", "staging-smoke"]) {
    expect(DEPLOY).toContain(environment);
  }
});

it("marks what could not be confirmed, and lists it", () => {
  const [before = "", list = ""] = DEPLOY.split("## What could not be confirmed\n");
  expect(before.match(/\*\*\(\?\)\*\*/g)?.length).toBeGreaterThan(3);
  for (const at of ["step 2", "step 7", "step 9"]) expect(list).toContain(`(${at})`);
});

it("says in docs/operations.md what holds each thing that went wrong for others", () => {
  const [, appendix = ""] = read("docs/operations.md").split("## Appendix");
  const rows = [...appendix.matchAll(/^\| (?!what|-)(.+) \| (.+) \|$/gm)];
  expect(rows).toHaveLength(24);
  for (const [, , held = ""] of rows) {
    const [, file, title = ""] = /^`(test\/[\w./]+)`: (.+)$/.exec(held) ?? [];
    if (file) expect(read(file)).toContain(title);
    else expect(held).toMatch(/^\[\w+\.md\]\(\w+\.md#[\w-]+\)$/);
  }
});
