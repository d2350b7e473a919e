import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import type { Resource } from "../../local/cloud/managementServer/resources.ts";
import { type ManagementServer, startManagementServer } from "../../local/cloud/managementServer/server.ts";
import type { Surroundings } from "../../ops/command.ts";
import { system } from "../../shared/system.ts";
import { resolved } from "../infra/resolved.ts";
import { INFRA } from "../infra/resources.ts";
import { operate, type Ran } from "./operator.ts";

export const SUBSCRIPTION = "00000000-0000-0000-0000-000000000001";

export const NOW = Date.parse("2026-11-25T12:00:00Z");

const VERSION = "0123456789abcdef".repeat(2);

const CLIENT = "4fd0a3fc-55a2-4c1c-9a56-2a6a0c6a0f11";
const PRINCIPAL = "7c1b5c0e-2f0a-4a55-9a0a-2f6a7e1f0a01";

/** What a deployment alone gets to know. */
const KNOWN: Readonly<Record<string, string>> = {
  appClientId: CLIENT,
  appPrincipalId: PRINCIPAL,
  connectionString: "InstrumentationKey=00000000-0000-0000-0000-000000000000;IngestionEndpoint=https://a/",
  communicationHost: "COMMUNICATION.communication.azure.com",
  mailDomain: "mail.example",
};

/** A deployment, as `infra/` makes it with a parameter set, before an operator. */
export interface Deployed {
  readonly server: ManagementServer;
  readonly app: string;
  readonly group: string;
  /** Ids by the last part of the type, and by the name where there are several. */
  readonly id: (type: string, name?: string) => string;
  readonly doctor: (more?: Partial<Surroundings>) => Promise<Ran>;
  readonly surroundings: Partial<Surroundings>;
  /** Does what a finding says is to be done: an `az` command on the stand-in. */
  readonly remedy: (text: string) => void;
  readonly setting: (name: string, value: string | undefined) => void;
}

export async function deployed(set: "dev" | "production"): Promise<Deployed> {
  const server = await startManagementServer({ subscription: SUBSCRIPTION, now: () => NOW });
  onTestFinished(() => server.close());
  const resources = templateOf(set);
  server.deploy(resources);
  for (const name of ["App", "Authorization", "Network"]) server.register(`Microsoft.${name}`, "Registered");
  const id = (type: string, name?: string) => {
    const found = resources.filter(
      (each) => each.type.endsWith(`/${type}`) && (name === undefined || each.id.endsWith(`/${name}`)),
    );
    return found[0]?.id ?? expect.fail(`no ${type} ${name}`);
  };
  const site = id("sites");
  const [, , , , group = ""] = site.split("/");
  const app = site.split("/").at(-1) ?? "";
  const surroundings: Partial<Surroundings> = {
    variables: { AZURE_SUBSCRIPTION_ID: SUBSCRIPTION, GROUP: group, APP: app },
    system: { ...system, now: () => NOW },
    openCredential: async () => server.credential,
    httpClient: server.httpClient,
    resolve: async () => ["203.0.113.7"],
    fetch: async () => Response.json({ status: "ready" }, { headers: { Date: new Date(NOW).toUTCString() } }),
  };
  const setting = (name: string, value: string | undefined) =>
    server.change(site, ({ properties: { siteConfig } }) => {
      const others = siteConfig.appSettings.filter((each: { name: string }) => each.name !== name);
      siteConfig.appSettings = value === undefined ? others : [...others, { name, value }];
    });
  return {
    server,
    app,
    group,
    id,
    surroundings,
    setting,
    doctor: (more = {}) => operate(["doctor"], { ...surroundings, ...more }),
    remedy: (text) => runAz(text, { server, resources, id, setting }),
  };
}

/** What is deployed, with what is known then in its place. */
function templateOf(set: "dev" | "production"): Resource[] {
  const text = readFileSync(join(INFRA, `${set}.snapshot.json`), "utf8");
  const resources: Resource[] = JSON.parse(text, (_, value) =>
    typeof value === "string" ? resolved(value, known) : value,
  ).predictedResources;
  const named = (type: string, end = "") =>
    resources.find((each) => each.type === type && each.id.endsWith(end)) ?? expect.fail(type);
  const identity = named("Microsoft.ManagedIdentity/userAssignedIdentities", "-app");
  Object.assign(identity, { properties: { clientId: CLIENT, principalId: PRINCIPAL } });
  const key = named("Microsoft.KeyVault/vaults/keys");
  const { siteConfig } = named("Microsoft.Web/sites").properties;
  const communication = named("Microsoft.Communication/communicationServices").name;
  for (const each of siteConfig.appSettings) {
    each.value = each.value.replace("COMMUNICATION", communication);
  }
  const vault = key.id.split("/").at(-3);
  const kek = `https://${vault}.vault.azure.net/keys/${key.id.split("/").at(-1)}/${VERSION}`;
  const wrapped = { kek, alg: "RSA-OAEP-256", value: "A".repeat(342) };
  siteConfig.appSettings.push({ name: "SERVICE_KEY", value: JSON.stringify([wrapped]) });
  const version = {
    ...key,
    id: `${key.id}/versions/${VERSION}`,
    type: "Microsoft.KeyVault/vaults/keys/versions",
    name: VERSION,
    properties: { attributes: { enabled: true } },
  };
  return [...resources, version];
}

const known = (expression: string) =>
  Object.entries(KNOWN).find(([output]) => expression.includes(`.outputs.${output}.`))?.[1] ?? expression;

interface Az extends Pick<Deployed, "server" | "id" | "setting"> {
  readonly resources: readonly Resource[];
}

/** The few commands that remedies consist of; what stands in brackets or after a semicolon is said to a person. */
function runAz(remedy: string, { server, resources, id, setting }: Az): void {
  const text = remedy.split(/ \(|; /)[0] ?? "";
  const option = (name: string) =>
    new RegExp(`${name} (?:"([^"]*)"|(\\S+))`)
      .exec(text)
      ?.slice(1)
      .find((each) => each !== undefined);
  const made = (type: string, name?: string) =>
    resources.find((each) => each.id === id(type, name)) ?? expect.fail(type);
  const keyOf = (version: string | undefined) => (version ? `${id("keys")}/versions/${version}` : id("keys"));
  const known: Readonly<Record<string, () => void>> = {
    "az deployment sub create": () => server.deploy(resources),
    "npm run -s ops -- rotate": () =>
      server.change(id("keys"), ({ properties }) => {
        // A new version, of the kind that the one before was made of.
        properties.attributes = { ...made("keys").properties.attributes, created: NOW / 1000 };
      }),
    "az keyvault key set-attributes": () =>
      server.change(keyOf(option("--version")), ({ properties }) => {
        if (option("--enabled")) properties.attributes.enabled = option("--enabled") === "true";
        if (option("--expires") === "") delete properties.attributes.exp;
        if (option("--not-before") === "") delete properties.attributes.nbf;
        if (option("--ops")) properties.keyOps = text.split("--ops ")[1]?.split(" ");
      }),
    "az keyvault key recover": () => server.deploy([made("keys")]),
    "az keyvault secret recover": () => server.deploy([made("secrets", option("-n"))]),
    "az provider register": () => server.register(option("--namespace") ?? "", "Registered"),
    "az functionapp config appsettings delete": () => setting(option("--setting-names") ?? "", undefined),
    "az functionapp config appsettings set": () => {
      const [name = ""] = option("--settings")?.split(/[=/]/) ?? [];
      const { appSettings } = made("sites").properties.siteConfig;
      setting(name, appSettings.find((each: { name: string }) => each.name === name)?.value);
    },
    "az role assignment delete": () =>
      server.remove(`${option("--scope")}/providers/Microsoft.Authorization/roleAssignments/other`),
    "az cosmosdb sql role assignment delete": () =>
      server.remove(`${id("databaseAccounts")}/sqlRoleAssignments/${option("--role-assignment-id")}`),
  };
  const [, run] = Object.entries(known).find(([start]) => text.startsWith(start)) ?? [];
  if (!run) throw new Error(`no command that is known here: ${text}`);
  run();
}
