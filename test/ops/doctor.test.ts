import { RestError } from "@azure/core-rest-pipeline";
import { describe, expect, it } from "vitest";
import type { Surroundings } from "../../ops/command.ts";
import { settings } from "../../shared/config/settings.ts";
import type { Resource } from "../infra/resources.ts";
import { type Deployed, deployed, NOW } from "./deployed.ts";
import type { Ran } from "./operator.ts";

/** What a doctor found, and what is to be done about each. */
function findingsOf({ printed }: Ran): { readonly what: string; readonly remedy: string }[] {
  const lines = printed.join("\n").split("\n");
  return lines.flatMap((line, at) =>
    /^ {2}\S/.test(line) ? [{ what: line.trim(), remedy: lines[at + 1]?.replace(/^ +do: +/, "") ?? "" }] : [],
  );
}

function expectHealthy(ran: Ran): void {
  expect(findingsOf(ran)).toEqual([]);
  expect(ran).toMatchObject({ status: 0, said: ["Nothing wrong."] });
}

type Break = (deployed: Deployed) => void;

const change =
  (type: string, name: string | undefined, how: (properties: Resource["properties"]) => void): Break =>
  ({ server, id }) =>
    server.change(id(type, name), ({ properties }) => how(properties));

const owners = (how: (container: Resource["properties"]) => void) =>
  change("containers", "owners", ({ resource }) => how(resource));

const key = (how: (properties: Resource["properties"]) => void) => change("keys", undefined, how);

/** Each thing that goes wrong, and what the doctor has to name of it. */
const BROKEN: readonly (readonly [string, Break, RegExp])[] = [
  [
    "the level",
    change("databaseAccounts", undefined, (p) => (p.consistencyPolicy.defaultConsistencyLevel = "Session")),
    /consistency level is Session, weaker than Strong/,
  ],
  [
    "account keys",
    change("databaseAccounts", undefined, (p) => (p.disableLocalAuth = false)),
    /takes account keys/,
  ],
  [
    "keys of metadata",
    change("databaseAccounts", undefined, (p) => (p.disableKeyBasedMetadataWriteAccess = false)),
    /keys may change its definition/,
  ],
  [
    "write regions",
    change("databaseAccounts", undefined, (p) => (p.enableMultipleWriteLocations = true)),
    /several write regions/,
  ],
  ["two regions", change("databaseAccounts", undefined, (p) => (p.locations = [{}, {}])), /two regions/],
  [
    "the backup",
    change(
      "databaseAccounts",
      undefined,
      (p) => (p.backupPolicy.continuousModeProperties.tier = "Continuous30Days"),
    ),
    /Continuous30Days, not for 7 days/,
  ],
  ["the lock", ({ server, id }) => server.remove(id("locks", "keep")), /its lock is gone/],
  [
    "a container",
    ({ server, id }) => server.remove(id("containers", "activations")),
    /no container as COSMOS_ACTIVATIONS_CONTAINER names it/,
  ],
  ["the time to live", owners((c) => delete c.defaultTtl), /container owners: its defaultTtl is off/],
  [
    "an expiry of everything",
    owners((c) => (c.defaultTtl = 3600)),
    /defaultTtl is 3600, not -1: everything expires/,
  ],
  ...["/dueAt/?", "/userId/?", "/kek/?"].map(
    (path) =>
      [
        `the index path ${path}`,
        owners(({ indexingPolicy: policy }) => {
          policy.includedPaths = policy.includedPaths.filter((each: { path: string }) => each.path !== path);
        }),
        new RegExp(`container owners: ${path.replace("?", "\\?")} is not indexed`),
      ] as const,
  ),
  ["the index of everything", owners((c) => (c.indexingPolicy.excludedPaths = [])), /all of it is indexed/],
  [
    "the vault's roles",
    change("vaults", undefined, (p) => (p.enableRbacAuthorization = false)),
    /roles decide/,
  ],
  [
    "the vault's purge",
    change("vaults", undefined, (p) => (p.enablePurgeProtection = null)),
    /can't be purged/,
  ],
  [
    "the vault's keeping",
    change("vaults", undefined, (p) => (p.softDeleteRetentionInDays = 7)),
    /kept for 90 days/,
  ],
  ["the key's state", key((p) => (p.attributes.enabled = false)), /key backup in \S+: it is disabled/],
  ["the key's expiry", key((p) => (p.attributes.exp = NOW / 1000 - 1)), /it has expired/],
  ["the key's coming expiry", key((p) => (p.attributes.exp = NOW / 1000 + 1)), /it expires/],
  ["the key's beginning", key((p) => (p.attributes.nbf = NOW / 1000 + 1)), /it is not valid yet/],
  [
    "the key's operations",
    key((p) => (p.keyOps = ["wrapKey", "unwrapKey", "decrypt"])),
    /operations are .*decrypt/,
  ],
  ["the key's export", key((p) => (p.attributes.exportable = true)), /it can be exported/],
  [
    "the key's age",
    key((p) => (p.attributes.created = NOW / 1000 - 401 * 86_400)),
    /version is 401 days old/,
  ],
  ["the key", ({ server, id }) => server.remove(id("keys")), /no key backup/],
  [
    "the version of the service key",
    change("versions", undefined, (p) => (p.attributes.enabled = false)),
    /which SERVICE_KEY names, is disabled/,
  ],
  [
    "a resource provider",
    ({ server }) => server.register("Microsoft.KeyVault", "NotRegistered"),
    /Microsoft\.KeyVault: NotRegistered/,
  ],
  ["plain HTTP", change("sites", undefined, (p) => (p.httpsOnly = false)), /answers plain HTTP/],
  [
    "a secret",
    ({ server, id }) => server.remove(id("secrets", "hub-send-primary")),
    /NOTIFICATION_HUBS_KEY: its Key Vault reference is SecretNotFound/,
  ],
  [
    "the identity",
    ({ server, id }) => server.change(id("sites"), (site) => (site.identity.userAssignedIdentities = {})),
    /no identity with the client id/,
  ],
  [
    "the data role's assignment",
    ({ server, id }) => server.remove(id("sqlRoleAssignments")),
    /may not use its data/,
  ],
  [
    "the data role",
    change("sqlRoleDefinitions", undefined, (p) => p.permissions[0].dataActions.pop()),
    /not have exactly the six actions/,
  ],
  [
    "somebody else's data role",
    ({ server, id }) =>
      server.deploy([
        {
          id: `${id("databaseAccounts")}/sqlRoleAssignments/other`,
          type: "Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments",
          name: "other",
          apiVersion: "2026-03-15",
          properties: { principalId: "somebody", roleDefinitionId: id("sqlRoleDefinitions") },
        },
      ]),
    /somebody else may use its data, somebody/,
  ],
  ...(
    [
      ["keys/backup", /may not unwrap with backup/],
      ["secrets/hub-send-primary", /may not read the secret hub-send-primary/],
      ["storageAccounts/[^/]+", /may not keep the package and the timers' leases/],
      ["components/[^/]+", /may not write to Application Insights/],
      ["communicationServices/[^/]+", /may not send by/],
    ] as const
  ).map(([scope, what]) => [`the right on ${scope}`, removeRole(scope), what] as const),
  ["a further right", addRole, /has a role that it does not use, \S+ on backup/],
  ...[
    ["AzureWebJobsStorage", "DefaultEndpointsProtocol=https"],
    ["FUNCTIONS_WORKER_RUNTIME", "node"],
    ["WEBSITE_RUN_FROM_PACKAGE", "1"],
  ].map(
    ([name = "", value]) =>
      [`a stray ${name}`, ({ setting }) => setting(name, value), new RegExp(`a stray setting ${name}`)] as [
        string,
        Break,
        RegExp,
      ],
  ),
  [
    "a setting that nobody reads",
    ({ setting }) => setting("HOLDER_WAIT", "1"),
    /HOLDER_WAIT: nobody reads it/,
  ],
  [
    "the body limit",
    ({ setting }) => setting("FUNCTIONS_REQUEST_BODY_SIZE_LIMIT", "104857600"),
    /FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: 1048576 to 2097152/,
  ],
  [
    "a level that the account hasn't",
    ({ setting }) => setting("COSMOS_CONSISTENCY", "Session"),
    /COSMOS_CONSISTENCY/,
  ],
];

/** Takes away the app's role on what the pattern names. */
function removeRole(scope: string): Break {
  const pattern = new RegExp(`/${scope}/providers/Microsoft\\.Authorization/roleAssignments/`);
  return ({ server }) => {
    for (const id of server.ids()) if (pattern.test(id)) server.remove(id);
  };
}

function addRole({ server, id }: Deployed): void {
  server.deploy([
    {
      id: `${id("keys")}/providers/Microsoft.Authorization/roleAssignments/other`,
      type: "Microsoft.Authorization/roleAssignments",
      name: "other",
      apiVersion: "2022-04-01",
      properties: {
        principalId: "7c1b5c0e-2f0a-4a55-9a0a-2f6a7e1f0a01",
        roleDefinitionId: `${id("keys").split("/resourceGroups")[0]}/providers/Microsoft.Authorization/roleDefinitions/b7e6dc6d-f1e8-4753-8033-0f276bb0955b`,
      },
    },
  ]);
}

/** Of one machine, which no deployment has. */
const EMBEDDED: ReadonlySet<string> = new Set([
  "SQLITE_FILE",
  "KEY_FILE",
  "OUTBOX_FILE",
  "COSMOS_EMULATOR_KEY",
]);

/** Settings that say the same where they are left out. */
const BY_DEFAULT: ReadonlySet<string> = new Set([
  "MINIMUM_APP_VERSIONS",
  "STEP_UP_MAX_AGE_SECONDS",
  "PHONE_WORK_PER_SECOND",
  "COSMOS_DATABASE",
  "COSMOS_CONTAINER",
  "COSMOS_CONSISTENCY",
  "COSMOS_ACTIVATIONS_CONTAINER",
  "NOTIFICATION_HUB_SANDBOX",
  "NOTIFICATION_HUBS_RULE",
  "TEXT_SENDER",
  "TEXT_PREFIXES",
  "TEXT_CODES_PER_HOUR",
  "TEXT_NOTICES_PER_HOUR",
]);

describe("doctor", () => {
  it.each(["dev", "production"] as const)("finds nothing wrong with what infra/ makes: %s", async (set) => {
    const { doctor } = await deployed(set);
    expectHealthy(await doctor());
  });

  it.each(BROKEN)("names %s, and its remedy works", async (_, breaks, what) => {
    const all = await deployed("production");
    breaks(all);
    const ran = await all.doctor();
    const findings = findingsOf(ran);
    expect(findings.map((each) => each.what).join("\n")).toMatch(what);
    expect(ran.status).toBe(1);
    for (const { remedy } of findings) all.remedy(remedy);
    expectHealthy(await all.doctor());
  });

  const names = Object.keys(settings).filter((name) => !EMBEDDED.has(name));

  it.each(names)("names the setting %s where it is wrong, and where it is missed", async (name) => {
    const all = await deployed("production");
    for (const value of ["?", undefined]) {
      all.setting(name, value);
      const findings = findingsOf(await all.doctor());
      if (value === undefined && BY_DEFAULT.has(name)) {
        expect(findings).toEqual([]);
        continue;
      }
      const found = findings.find(({ what }) => what.includes(name));
      expect(found, `${name}=${value}`).toBeDefined();
      expect(JSON.stringify(findings)).not.toContain('"?"');
      all.remedy(found?.remedy ?? "");
      expectHealthy(await all.doctor());
    }
  });

  it.each([
    "AzureWebJobsStorage__accountName",
    "AzureWebJobsStorage__credential",
    "AzureWebJobsStorage__clientId",
    "AzureWebJobsDisableHomepage",
    "APPLICATIONINSIGHTS_CONNECTION_STRING",
    "APPLICATIONINSIGHTS_AUTHENTICATION_STRING",
  ])("names the host's setting %s where it is wrong or missed", async (name) => {
    const all = await deployed("production");
    for (const value of [
      "?",
      undefined,
      `ClientId=${"0".repeat(8)}-0000-4000-8000-${"0".repeat(12)};Authorization=AAD`,
    ]) {
      all.setting(name, value);
      const [found] = findingsOf(await all.doctor()).filter(({ what }) =>
        what.startsWith(`the setting ${name}: `),
      );
      all.remedy(found?.remedy ?? expect.fail(`${name}=${value}`));
      expectHealthy(await all.doctor());
    }
  });

  it("repeats no value of a setting, which may be a secret", async () => {
    const all = await deployed("production");
    for (const name of names) all.setting(name, "hunter2");
    const ran = await all.doctor();
    expect(findingsOf(ran).length).toBeGreaterThan(10);
    expect(JSON.stringify(ran)).not.toContain("hunter2");
  });

  it("names what it may not look at, and looks at the rest", async () => {
    const all = await deployed("production");
    all.server.deny("Microsoft.DocumentDB/databaseAccounts/read");
    all.server.register("Microsoft.Web", "NotRegistered");
    const findings = findingsOf(await all.doctor());
    expect(findings.map(({ what }) => what)).toContain("the resource provider Microsoft.Web: NotRegistered");
    expect(findings.map(({ remedy }) => remedy).join()).toMatch(
      /You may not Microsoft\.DocumentDB\/databaseAccounts\/read on \S+: the role Reader is missing/,
    );
  });

  it("tells clocks that are apart: of this machine, and of the service", async () => {
    const all = await deployed("production");
    const service = (time: number): Partial<Surroundings> => ({
      fetch: async () => Response.json({}, { headers: { Date: new Date(time).toUTCString() } }),
    });
    expectHealthy(await all.doctor(service(NOW - 60_000)));
    const [slow] = findingsOf(await all.doctor(service(NOW - 62_000)));
    expect(slow?.what).toMatch(/the service's clock is -62 s from Azure's/);
    all.server.shiftClock(-90_000);
    const found = findingsOf(await all.doctor(service(NOW - 90_000)));
    expect(found.map(({ what }) => what)).toEqual([expect.stringMatching(/this machine's clock is 90 s/)]);
  });

  it("tells names without an address", async () => {
    const all = await deployed("production");
    const resolve = async (host: string) => {
      if (host.includes("documents.azure.com")) throw new Error("ENOTFOUND");
      return ["203.0.113.7"];
    };
    const findings = findingsOf(await all.doctor({ resolve }));
    expect(findings.map(({ what }) => what)).toEqual([
      expect.stringMatching(/^DNS: cosmos-\S+ has no address$/),
    ]);
  });

  it.each<[string, Surroundings["fetch"], RegExp]>([
    ["not there", () => Promise.reject(new Error("ECONNREFUSED")), /does not answer/],
    [
      "not ready",
      async () => Response.json({ code: "not-ready", parts: ["keys"] }, { status: 503 }),
      /not ready: keys/,
    ],
    ["silent", async () => Response.json({ status: "ready", sweep: "stale" }), /timers are silent/],
  ])("tells that the service is %s", async (_, fetch, what) => {
    const all = await deployed("production");
    expect(findingsOf(await all.doctor({ fetch }))).toEqual([
      { what: expect.stringMatching(what), remedy: expect.stringContaining("az functionapp") },
    ]);
  });
});

describe("an operator who can't look says so in one line, and who can help:", () => {
  const refused = async (change: (all: Deployed) => Partial<Surroundings>) => {
    const all = await deployed("production");
    const { status, printed, said } = await all.doctor(change(all));
    expect({ status, printed }).toEqual({ status: 1, printed: [] });
    expect(said).toHaveLength(1);
    expect(said[0]).not.toContain("\n");
    return said[0];
  };
  const variables = (changes: Readonly<Record<string, string | undefined>>) => (all: Deployed) => ({
    variables: { ...all.surroundings.variables, ...changes },
  });

  it("a sign-in that has ended", async () => {
    const said = await refused(({ server }) => {
      server.endSignIns();
      return {};
    });
    expect(said).toBe("Your sign-in has ended: az login.");
  });

  it("none at all", async () => {
    const error = Object.assign(new Error("Please run 'az login'"), { name: "CredentialUnavailableError" });
    const openCredential = async () => ({ getToken: () => Promise.reject(error) });
    expect(await refused(() => ({ openCredential }))).toMatch(/^Azure does not know who you are: .*az login/);
  });

  it("another subscription", async () => {
    expect(await refused(variables({ AZURE_SUBSCRIPTION_ID: "another" }))).toMatch(
      /^You have no subscription another: .*whoever owns it/,
    );
  });

  it("a group, or an app, that is not there", async () => {
    expect(await refused(variables({ GROUP: "another" }))).toMatch(/no resource group of this name/);
    expect(await refused(variables({ APP: "another" }))).toMatch(/^There is no app another in this group/);
  });

  it("a right that is missing", async () => {
    const said = await refused(({ server }) => {
      server.deny("Microsoft.Web/sites/config/list/action");
      return {};
    });
    expect(said).toMatch(/the role Website Contributor is missing, which .* can give\.$/);
  });

  it("no network", async () => {
    const httpClient = {
      sendRequest: () => Promise.reject(new RestError("ENOTFOUND", { code: "ENOTFOUND" })),
    };
    expect(await refused(() => ({ httpClient }))).toMatch(/can't be reached from here/);
  });

  it("a place that is not given", async () => {
    expect(await refused(variables({ GROUP: undefined }))).toBe(
      "--group is missing, and GROUP is not set: see --help",
    );
  });
});
