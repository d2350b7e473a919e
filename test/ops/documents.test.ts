import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { onAzure } from "../../local/cloud/functionsWorker/onAzure.ts";
import { HELP } from "../../ops/help.ts";
import { commands } from "../../ops/run.ts";
import { readConfig } from "../../shared/config/read.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const read = (file: string) => readFileSync(join(ROOT, file), "utf8");

const OPERATIONS = read("docs/operations.md");
const RUNBOOK = read("docs/runbook.md");

/** What is to be run, of blocks and of the text. */
const commandsOf = (text: string) =>
  [...text.matchAll(/```sh\n([\s\S]*?)```|`([^`\n]+)`/g)].map(([, block, span]) => block ?? span ?? "");

describe.each([
  ["docs/operations.md", OPERATIONS],
  ["docs/runbook.md", RUNBOOK],
  ["docs/deploy.md", read("docs/deploy.md")],
])("%s", (_, text) => {
  it("names commands and options of npm run ops that there are", () => {
    const named = commandsOf(text).flatMap((command) => [
      ...command.matchAll(/npm run -s ops -- ([^\n;|>`]+)/g),
    ]);
    expect(named.length).toBeGreaterThan(0);
    for (const [, words = ""] of named) {
      const [first = "", second = ""] = words.trim().split(/\s+/);
      const isKnown = first === "--help" || commands.has(first) || commands.has(`${first} ${second}`);
      expect(isKnown, words).toBe(true);
      for (const [option] of words.matchAll(/--[a-z-]+/g)) expect(HELP).toContain(option);
    }
  });

  it("names parameters of infra/main.bicep where it sets one", () => {
    const template = read("infra/main.bicep");
    for (const [, name] of text.matchAll(/`(\w+) = /g))
      expect(template).toMatch(new RegExp(`^param ${name} `, "m"));
  });
});

describe("docs/operations.md", () => {
  it("has each of the subjects that an operator looks for", () => {
    for (const subject of [
      "Who may what",
      "DNS and Front Door",
      "Rotating",
      "Suspected leak of the database",
      "Suspected leak of the vault",
      "Suspected leak of a token issuer",
      "Suspected leak of the deployment identity",
      "Containing an identity",
      "Restoring a database",
      "Losing a region",
      "A poison notice",
      "An owner who asks for help",
      "Upgrading, rolling back, migrations",
      "Sizing and cost",
    ]) {
      expect(OPERATIONS).toContain(`\n## ${subject}\n`);
    }
  });

  it("says which commands were not run", () => {
    expect(OPERATIONS).toMatch(/`az`\) was \*\*not run\*\*/);
  });

  it("takes the lock off before a role on the database is removed, and puts it on again last", () => {
    const [, section = ""] = OPERATIONS.split("\n## Containing an identity\n");
    const [, block = ""] = /```sh\n([\s\S]*?)```/.exec(section) ?? [];
    const order = [
      "az lock delete",
      "sql role assignment delete",
      "az role assignment delete",
      "az lock create",
    ];
    const places = order.map((command) => block.indexOf(command));
    expect(places).not.toContain(-1);
    expect(places).toEqual([...places].sort((a, b) => a - b));
  });

  it("keeps what a restored database holds from expiring before somebody has looked", () => {
    const [, text = ""] = OPERATIONS.split("\n## Restoring a database\n");
    const section = text.replace(/\s+/g, " ");
    const order = [
      "az functionapp stop",
      "--disable-ttl true",
      "list what it would",
      "cosmosAccountName = ",
      "-- doctor",
      "az functionapp start",
      "Tell owners",
    ];
    const places = order.map((step) => section.indexOf(step));
    expect(places).not.toContain(-1);
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(section).toContain("--public-network-access Disabled");
  });

  it("has an example of an operators' issuer that the app takes", () => {
    const [, json = ""] = /```json\n([\s\S]*?)```/.exec(OPERATIONS) ?? [];
    const ISSUERS = JSON.stringify([...JSON.parse(onAzure.ISSUERS), ...JSON.parse(json)]);
    const { issuers } = readConfig({ ...onAzure, ISSUERS });
    expect(issuers.map(({ kind }) => kind)).toContain("operator");
    for (const role of ["Operations.Read", "Operations.Act"]) expect(HELP).toContain(role);
  });
});
