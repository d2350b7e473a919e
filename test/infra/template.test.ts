import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { findBicep, runBicep, snapshot } from "../../scripts/infra/bicep.ts";
import { issuerSetting } from "../../shared/config/settings.ts";
import { temporaryFolder } from "../support/folder.ts";
import { INFRA } from "./resources.ts";

const bicep = findBicep();

const HUBS = "Microsoft.NotificationHubs/namespaces";

/** Milliseconds: the compiler takes a second alone, and many on a machine that runs all tests. */
const SLOW = 120_000;

interface Template {
  readonly parameters: Readonly<
    Record<
      string,
      { type?: string; $ref?: string; defaultValue?: unknown; metadata?: { description?: string } }
    >
  >;
  readonly definitions: Readonly<Record<string, { properties: object; additionalProperties?: unknown }>>;
  readonly outputs?: Readonly<Record<string, { value: string; type: string }>>;
  // biome-ignore lint/suspicious/noExplicitAny: as deep as Azure's resources are, and each of another shape.
  readonly resources: Readonly<Record<string, any>>;
}

describe.skipIf(bicep === undefined)("the compiled template", () => {
  let main: Template;
  const moduleOf = (name: string): Template => main.resources[name].properties.template;
  const templates = (): Template[] => [
    main,
    ...Object.values(main.resources).flatMap(({ properties }) => properties?.template ?? []),
  ];

  beforeAll(() => {
    const { output, findings } = runBicep(bicep as string, ["build", join(INFRA, "main.bicep"), "--stdout"]);
    expect(findings).toBe("");
    main = JSON.parse(output);
  }, SLOW);

  it("describes each of its parameters", () => {
    for (const [name, { metadata }] of Object.entries(main.parameters)) {
      expect(metadata?.description, name).toMatch(/\.$/);
    }
  });

  it("changes a database, an identity and an app one step after the other", () => {
    const { cosmos, identity, app } = {
      cosmos: moduleOf("cosmos").resources,
      identity: moduleOf("identity").resources,
      app: moduleOf("app").resources,
    };
    expect(cosmos.database.dependsOn).toContain("account");
    expect(cosmos.owners.dependsOn).toContain("database");
    expect(cosmos.activations.dependsOn).toContain("owners");
    expect(cosmos.dataRole.dependsOn).toContain("activations");
    expect(identity.codeFromGitHub.dependsOn).toContain("infraFromGitHub");
    expect(app["site::scm"].dependsOn).toContain("site::ftp");
  });

  it("names roles by what is known before, and assigns none elsewhere", () => {
    for (const template of templates()) {
      for (const { type, name, properties } of Object.values(template.resources)) {
        if (!/\/(sqlR|r)oleAssignments$/.test(type)) continue;
        expect(template).toBe(moduleOf("rbac"));
        expect(name).toContain("guid(");
        expect(name).not.toMatch(/reference\(|rincipalId/);
        expect(properties.principalId).toMatch(/^\[parameters\('\w+PrincipalId'\)\]$/);
      }
    }
  });

  it("makes a hub only when it is told to, with credentials that no history shows", () => {
    const { resources, parameters } = moduleOf("notify");
    const made = (type: string, name = "") =>
      Object.values(resources).find((each) => each.type === type && each.name.includes(name));
    const hub = made(`${HUBS}/notificationHubs`);
    const send = made(`${HUBS}/authorizationRules`);
    const primary = made("Microsoft.KeyVault/vaults/secrets", "primary");
    const secondary = made("Microsoft.KeyVault/vaults/secrets", "secondary");
    const service = made("Microsoft.Communication/communicationServices");
    const domain = made("Microsoft.Communication/emailServices/domains");
    for (const { condition } of [made(HUBS), hub, send, primary, secondary]) {
      expect(condition).toBe("[parameters('makeHub')]");
    }
    expect(main.parameters.makeHub?.defaultValue).toBe("[parameters('firstDeployment')]");
    for (const name of ["apnsCredential", "fcmV1Credential"]) {
      const given = [...JSON.stringify(hub.properties[name]).matchAll(/parameters\('(\w+)'\)/g)];
      expect(given.length).toBeGreaterThan(2);
      // Half a credential would make a hub that sends nothing.
      expect(JSON.stringify(hub.properties[name])).toMatch(
        /if\(contains\(createArray\(empty\(.+\), true\(\)\), fail\(/,
      );
      for (const [, parameter = ""] of given) {
        expect(parameters[parameter]?.type, parameter).toBe("securestring");
        expect(main.parameters[parameter]?.type, parameter).toBe("securestring");
      }
    }
    expect(send.properties.rights).toEqual(["Send"]);
    expect(primary.properties.value).toMatch(/listKeys\(.*'send'.*\)\.primaryKey\]$/);
    expect(secondary.properties.value).toMatch(/listKeys\(.*'send'.*\)\.secondaryKey\]$/);
    expect(service.properties.disableLocalAuth).toBe(true);
    // DNS has to have the records first: linking is a second deployment.
    expect(service.properties.linkedDomains).toMatch(
      /^\[if\(or\(empty\(parameters\('emailDomain'\)\), parameters\('emailDomainVerified'\)\)/,
    );
    expect(domain.properties.domainManagement).toContain("'CustomerManaged'");
  });

  it("puts no secret into an output", () => {
    for (const { outputs = {} } of templates()) {
      for (const [name, { value, type }] of Object.entries(outputs)) {
        expect(value, name).not.toMatch(/listKeys|listSecrets|primaryKey|secondaryKey|instrumentationKey/i);
        expect(type, name).toBe("string");
      }
    }
    expect(Object.keys(main.outputs ?? {}).sort()).toEqual([
      "appName",
      "cosmosAccount",
      "deployCodeClientId",
      "deployInfraClientId",
      "keyId",
      "publicOrigin",
      "resourceGroup",
    ]);
  });

  it("asks for the time only to tell a budget that begins in the past", () => {
    for (const template of templates()) {
      const text = JSON.stringify(template === main ? { ...main, resources: {} } : template);
      const asks = text.match(/utcNow\(/g) ?? [];
      expect(asks).toHaveLength(template === moduleOf("monthly") ? 1 : 0);
    }
    const { parameters, resources } = moduleOf("monthly");
    expect(parameters.thisMonth?.defaultValue).toBe("[utcNow('yyyy-MM-01')]");
    expect(resources.budget.properties.timePeriod.startDate).toContain(
      "[if(and(variables('begunBefore'), parameters('isNew')), fail('budget.startDate lies in an earlier month",
    );
    expect(main.resources.monthly.properties.parameters.isNew.value).toBe("[parameters('firstDeployment')]");
  });

  it("knows the members of an issuer that the service knows, and no other", () => {
    const { properties, additionalProperties } = main.definitions.issuerType ?? { properties: {} };
    expect(Object.keys(properties).sort()).toEqual(Object.keys(issuerSetting.shape).sort());
    expect(additionalProperties).toBe(false);
  });

  it("gets from azd what it needs, and nothing that it doesn't know", () => {
    const { parameters } = JSON.parse(readFileSync(join(INFRA, "main.parameters.json"), "utf8"));
    const needed = Object.entries(main.parameters).filter(
      ([, parameter]) => parameter.defaultValue === undefined && !("nullable" in parameter),
    );
    expect(Object.keys(parameters)).toEqual(expect.arrayContaining(needed.map(([name]) => name)));
    for (const name of Object.keys(parameters)) expect(main.parameters, name).toHaveProperty(name);
  });
});

describe.skipIf(bicep === undefined)("parameters", () => {
  /** What the compiler says of the production set with these in the place of its own. */
  async function said(changes: Readonly<Record<string, string>>): Promise<string> {
    const folder = await temporaryFolder();
    const file = join(folder, "changed.bicepparam");
    let text = readFileSync(join(INFRA, "production.bicepparam"), "utf8");
    text = text.replace("'main.bicep'", `'${relative(folder, join(INFRA, "main.bicep"))}'`);
    for (const [name, value] of Object.entries(changes)) {
      const declaration = new RegExp(`^param ${name} = .*\\n(?:(?: .*|[\\]}])\\n)*`, "m");
      text = declaration.test(text)
        ? text.replace(declaration, () => `param ${name} = ${value}\n`)
        : `${text}param ${name} = ${value}\n`;
    }
    await writeFile(file, text);
    return snapshot(bicep as string, file, "overwrite").findings;
  }

  it("are taken as they are kept", async () => expect(await said({})).toBe(""), SLOW);

  it(
    "are refused where they contradict each other, all at once",
    async () => {
      const told = await said({
        firstDeployment: "false",
        publicOrigin: "'https://backup.example.com/v1'",
        database:
          "{ plan: 'serverless', furtherRegions: ['northeurope', 'northeurope'], ownersMaxThroughput: 1500, activationsMaxThroughput: 1000, consistency: 'Strong' }",
        network: "{ addressPrefix: '10.20.0.0/24', makeZones: false, operatorAddresses: [] }",
        alwaysReady: "1",
        communication:
          "{ dataLocation: 'Europe', emailDomain: '', domainVerified: true, mailSender: 'no-reply', textSender: '', textPrefixes: ['+46'], textCodesPerHour: 1, textNoticesPerHour: 1 }",
        github: "{ infraSubject: 'repo:a/b:environment:c', codeSubject: 'repo:a/b:environment:c' }",
        budget: "{ amount: 10, startDate: '2026-12-02' }",
      });
      for (const problem of [
        "serviceKey: without it the service stops",
        "publicOrigin: https://host",
        "database: serverless has one region",
        "a region is named twice",
        "throughputs go in steps of 1,000",
        "network.zones: a private network needs its zones",
        "alwaysReady: none or at least two",
        "communication: textSender and textPrefixes go together",
        "communication.domainVerified: there is no domain of yours",
        "github: the two environments have one subject",
        "budget.startDate: the first of a month",
      ]) {
        expect(told).toContain(problem);
      }
    },
    SLOW,
  );

  it(
    "are refused with two regions, zones of another service, and a service key of another vault",
    async () => {
      const told = await said({
        firstDeployment: "false",
        serviceKey: `'[{"kek":"https://another.vault.azure.net/keys/backup/1","alg":"RSA-OAEP-256","value":"A"}]'`,
        publicOrigin: "'http://backup.example.com'",
        issuers:
          "[{ issuer: 'https://login.example', jwksUri: 'http://login.example/keys', audience: 'a', kind: 'personal', profile: 'oidc', algorithms: ['RS256'], secondFactor: 'always' }]",
        database:
          "{ plan: 'autoscale', furtherRegions: ['northeurope'], ownersMaxThroughput: 1000, activationsMaxThroughput: 1000, consistency: 'Strong' }",
        network:
          "{ addressPrefix: '10.20.0.0/24', makeZones: true, zones: { documents: '/a/privatelink.mongo.cosmos.azure.com', vault: '/a/b', blob: '/a/c' }, operatorAddresses: [] }",
        alwaysReady: "20",
        maximumInstances: "10",
      });
      for (const problem of [
        "serviceKey: wrapped by another key",
        "publicOrigin: https://host",
        "issuers: each is https",
        "database.furtherRegions: none or two; with one",
        "network: either makeZones or zones",
        "network.zones: an id is not that of its zone",
        "alwaysReady: more than maximumInstances",
      ]) {
        expect(told).toContain(problem);
      }
      expect(await said({ serviceKey: "'a service key'" })).toContain("not a valid JSON string");
    },
    SLOW,
  );

  it(
    "are refused that are out of range, no parameters, or a secret where an identity belongs",
    async () => {
      const told = await said({
        environmentName: "'e'",
        stepUpMaxAgeSeconds: "59",
        maximumInstances: "1001",
        instanceMemory: "512",
        nodeVersion: "'20'",
        alertContacts: "[]",
        enablePurgeProtection: "false",
        cosmosKey: "'c2VjcmV0'",
        HOLDER_WAIT: "'of an older release'",
        database:
          "{ plan: 'autoscale', furtherRegions: [], ownersMaxThroughput: 400, activationsMaxThroughput: 1000, consistency: 'Session' }",
        issuers:
          "[{ issuer: 'https://login.example', jwksUri: 'https://login.example/keys', audience: 'a', kind: 'personal', profile: 'oidc', algorithms: ['RS256'], secondFactor: 'always', clientSecret: 'hunter2' }]",
      });
      for (const name of ["enablePurgeProtection", "cosmosKey", "HOLDER_WAIT"]) {
        expect(told).toMatch(new RegExp(`BCP259: The parameter "${name}"`));
      }
      for (const problem of ['"Session"|Session', "clientSecret", "59", "1001", "512", "'20'", "400"]) {
        expect(told).toMatch(new RegExp(problem));
      }
      expect(told.split("\n").filter((line) => line.includes(": Error "))).toHaveLength(12);
    },
    SLOW,
  );
});
