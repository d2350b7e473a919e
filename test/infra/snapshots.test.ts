import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, it } from "vitest";
import { readConfig } from "../../shared/config/read.ts";
import { REQUEST_BODY_SIZE_LIMIT, settings } from "../../shared/config/settings.ts";
import { holds, ofType, only, type Resource } from "./resources.ts";

const SITE = "Microsoft.Web/sites";
const ACCOUNT = "Microsoft.DocumentDB/databaseAccounts";
const CONTAINER = `${ACCOUNT}/sqlDatabases/containers`;
const HUBS = "Microsoft.NotificationHubs/namespaces";
const COMMUNICATION = "Microsoft.Communication/communicationServices";
const VAULT = "Microsoft.KeyVault/vaults";
const STORAGE = "Microsoft.Storage/storageAccounts";
const WORKSPACE = "Microsoft.OperationalInsights/workspaces";
const DIAGNOSTICS = "Microsoft.Insights/diagnosticSettings";
const ASSIGNMENT = "Microsoft.Authorization/roleAssignments";
const LOG_ALERT = "Microsoft.Insights/scheduledQueryRules";
const ACTIVITY_ALERT = "Microsoft.Insights/activityLogAlerts";
const METRIC_ALERT = "Microsoft.Insights/metricAlerts";
const ENDPOINT = "Microsoft.Network/privateEndpoints";

function settingsOf(resources: readonly Resource[]): Record<string, string> {
  const list: { name: string; value: string }[] = only(resources, SITE).properties.siteConfig.appSettings;
  return Object.fromEntries(list.map(({ name, value }) => [name, value]));
}

function setSetting(resources: readonly Resource[], name: string, value: string): void {
  const list: { name: string; value: string }[] = only(resources, SITE).properties.siteConfig.appSettings;
  const found = list.find((setting) => setting.name === name);
  if (found) found.value = value;
  else list.push({ name, value });
}

function unset(resources: readonly Resource[], name: string): void {
  const config = only(resources, SITE).properties.siteConfig;
  config.appSettings = config.appSettings.filter((setting: { name: string }) => setting.name !== name);
}

holds(
  "nobody signs in with a key or a password",
  (resources) => {
    expect(only(resources, STORAGE).properties.allowSharedKeyAccess).toBe(false);
    expect(only(resources, ACCOUNT).properties).toMatchObject({
      disableLocalAuth: true,
      disableKeyBasedMetadataWriteAccess: true,
    });
    for (const workspace of ofType(resources, WORKSPACE)) {
      expect(workspace.properties.features.disableLocalAuth).toBe(true);
    }
    expect(only(resources, "Microsoft.Insights/components").properties.DisableLocalAuth).toBe(true);
    expect(only(resources, COMMUNICATION).properties.disableLocalAuth).toBe(true);
    for (const name of ["ftp", "scm"]) {
      expect(only(resources, `${SITE}/basicPublishingCredentialsPolicies`, name).properties.allow).toBe(
        false,
      );
    }
    expect(only(resources, SITE).properties.siteConfig.ftpsState).toBe("Disabled");
    const values = Object.values(settingsOf(resources)).join("\n");
    expect(values).not.toMatch(/AccountKey=|SharedAccessKey|[?&]sig=|Password=/i);
  },
  [
    (all) => (only(all, STORAGE).properties.allowSharedKeyAccess = true),
    (all) => (only(all, ACCOUNT).properties.disableLocalAuth = false),
    (all) => (only(all, ACCOUNT).properties.disableKeyBasedMetadataWriteAccess = false),
    (all) => delete only(all, WORKSPACE, "log-prod-audit").properties.features.disableLocalAuth,
    (all) => (only(all, "Microsoft.Insights/components").properties.DisableLocalAuth = false),
    (all) => (only(all, COMMUNICATION).properties.disableLocalAuth = false),
    (all) => (only(all, `${SITE}/basicPublishingCredentialsPolicies`, "scm").properties.allow = true),
    (all) => (only(all, SITE).properties.siteConfig.ftpsState = "AllAllowed"),
    (all) => setSetting(all, "COSMOS_ENDPOINT", "AccountEndpoint=https://a;AccountKey=c2VjcmV0"),
  ],
);

holds(
  "nothing is spoken to without TLS 1.2",
  (resources) => {
    expect(only(resources, STORAGE).properties).toMatchObject({
      minimumTlsVersion: "TLS1_2",
      supportsHttpsTrafficOnly: true,
      allowBlobPublicAccess: false,
    });
    expect(only(resources, ACCOUNT).properties.minimalTlsVersion).toBe("Tls12");
    const { httpsOnly, siteConfig } = only(resources, SITE).properties;
    expect({ httpsOnly, ...siteConfig }).toMatchObject({
      httpsOnly: true,
      minTlsVersion: "1.2",
      scmMinTlsVersion: "1.2",
    });
  },
  [
    (all) => (only(all, STORAGE).properties.minimumTlsVersion = "TLS1_0"),
    (all) => (only(all, STORAGE).properties.supportsHttpsTrafficOnly = false),
    (all) => (only(all, STORAGE).properties.allowBlobPublicAccess = true),
    (all) => (only(all, ACCOUNT).properties.minimalTlsVersion = "Tls"),
    (all) => (only(all, SITE).properties.httpsOnly = false),
    (all) => (only(all, SITE).properties.siteConfig.minTlsVersion = "1.0"),
    (all) => (only(all, SITE).properties.siteConfig.scmMinTlsVersion = "1.0"),
  ],
);

holds(
  "vault and key can't be purged for 90 days, and the key only wraps and unwraps",
  (resources, set) => {
    expect(only(resources, VAULT).properties).toMatchObject({
      enablePurgeProtection: true,
      enableSoftDelete: true,
      softDeleteRetentionInDays: 90,
      enableRbacAuthorization: true,
      enabledForDeployment: false,
      enabledForDiskEncryption: false,
      enabledForTemplateDeployment: false,
      sku: { family: "A", name: set === "production" ? "premium" : "standard" },
    });
    const key = only(resources, `${VAULT}/keys`).properties;
    expect(key).toEqual({
      kty: set === "production" ? "RSA-HSM" : "RSA",
      keySize: 2048,
      keyOps: ["wrapKey", "unwrapKey"],
      attributes: { enabled: true, exportable: false },
    });
  },
  [
    (all) => (only(all, VAULT).properties.enablePurgeProtection = false),
    (all) => delete only(all, VAULT).properties.enablePurgeProtection,
    (all) => (only(all, VAULT).properties.softDeleteRetentionInDays = 7),
    (all) => (only(all, VAULT).properties.enableRbacAuthorization = false),
    (all) => (only(all, VAULT).properties.enabledForTemplateDeployment = true),
    (all) => (only(all, VAULT).properties.sku.name = "standard"),
    (all) => only(all, `${VAULT}/keys`).properties.keyOps.push("decrypt"),
    (all) => (only(all, `${VAULT}/keys`).properties.keySize = 1024),
    (all) => (only(all, `${VAULT}/keys`).properties.kty = "EC"),
    (all) => (only(all, `${VAULT}/keys`).properties.attributes.exportable = true),
    (all) => (only(all, `${VAULT}/keys`).properties.rotationPolicy = { lifetimeActions: [] }),
  ],
);

holds(
  "the database has one write region, reads from a quorum, keeps what is deleted for 7 days, and can't be deleted",
  (resources, set) => {
    const { properties, name } = only(resources, ACCOUNT);
    expect(properties).toMatchObject({
      databaseAccountOfferType: "Standard",
      enableMultipleWriteLocations: false,
      consistencyPolicy: { defaultConsistencyLevel: "Strong" },
      backupPolicy: { type: "Continuous", continuousModeProperties: { tier: "Continuous7Days" } },
      networkAclBypass: "None",
    });
    expect(properties.locations).toEqual([
      { locationName: "westeurope", failoverPriority: 0, isZoneRedundant: set === "production" },
    ]);
    expect(properties.capabilities).toEqual(set === "dev" ? [{ name: "EnableServerless" }] : []);
    expect(settingsOf(resources).COSMOS_CONSISTENCY).toBe(
      properties.consistencyPolicy.defaultConsistencyLevel,
    );
    const lock = only(resources, "Microsoft.Authorization/locks");
    expect(lock.properties.level).toBe("CanNotDelete");
    expect(lock.id).toContain(`${ACCOUNT}/${name}/`);
  },
  [
    (all) => (only(all, ACCOUNT).properties.enableMultipleWriteLocations = true),
    (all) => (only(all, ACCOUNT).properties.consistencyPolicy.defaultConsistencyLevel = "Session"),
    (all) => (only(all, ACCOUNT).properties.backupPolicy.continuousModeProperties.tier = "Continuous30Days"),
    (all) => (only(all, ACCOUNT).properties.backupPolicy.type = "Periodic"),
    (all) => delete only(all, ACCOUNT).properties.locations[0].isZoneRedundant,
    (all) => (only(all, ACCOUNT).properties.locations[0].failoverPriority = 1),
    (all) => only(all, ACCOUNT).properties.capabilities.push({ name: "EnableServerless" }),
    (all) => (only(all, ACCOUNT).properties.networkAclBypass = "AzureServices"),
    (all) => setSetting(all, "COSMOS_CONSISTENCY", "BoundedStaleness"),
    (all) => (only(all, "Microsoft.Authorization/locks").properties.level = "ReadOnly"),
  ],
);

holds(
  "the containers have the partition keys, the time to live and the index paths that the drivers need",
  (resources, set) => {
    const values = settingsOf(resources);
    expect(only(resources, `${ACCOUNT}/sqlDatabases`).properties.resource.id).toBe(values.COSMOS_DATABASE);
    const containers = { [values.COSMOS_CONTAINER ?? ""]: "/userId", activations: "/partition" };
    expect(ofType(resources, CONTAINER)).toHaveLength(2);
    for (const [id, path] of Object.entries(containers)) {
      const { resource, options } = only(resources, CONTAINER, id).properties;
      expect(resource).toEqual({
        id,
        partitionKey: { kind: "Hash", paths: [path], version: 2 },
        defaultTtl: -1,
        indexingPolicy: {
          indexingMode: "consistent",
          automatic: true,
          includedPaths: [{ path: "/dueAt/?" }, { path: "/userId/?" }, { path: "/kek/?" }],
          excludedPaths: [{ path: "/*" }],
        },
      });
      const most = id === "owners" ? 10_000 : 1_000;
      expect(options).toEqual(set === "dev" ? {} : { autoscaleSettings: { maxThroughput: most } });
    }
  },
  [
    (all) => (only(all, CONTAINER, "owners").properties.resource.partitionKey.paths[0] = "/userid"),
    (all) => (only(all, CONTAINER, "activations").properties.resource.partitionKey.paths[0] = "/userId"),
    (all) => (only(all, CONTAINER, "owners").properties.resource.defaultTtl = 86_400),
    (all) => delete only(all, CONTAINER, "activations").properties.resource.defaultTtl,
    (all) => (only(all, CONTAINER, "owners").properties.resource.indexingPolicy.excludedPaths = []),
    (all) => only(all, CONTAINER, "owners").properties.resource.indexingPolicy.includedPaths.shift(),
    (all) =>
      (only(all, CONTAINER, "owners").properties.resource.indexingPolicy.includedPaths[1].path = "/userId"),
    (all) => (only(all, CONTAINER, "owners").properties.options = {}),
    (all) => setSetting(all, "COSMOS_CONTAINER", "items"),
  ],
);

const DATA_ROLE = "3e1c6a52-8f0b-4d5e-9a1f-6b7c2d90e4f8";

holds(
  "the app has exactly the rights that it uses",
  (resources) => {
    const role = only(resources, `${ACCOUNT}/sqlRoleDefinitions`);
    expect(role.name.split("/").at(-1)).toBe(DATA_ROLE);
    const items = `${ACCOUNT}/sqlDatabases/containers/items`;
    expect(role.properties.permissions).toEqual([
      {
        dataActions: [
          `${ACCOUNT}/readMetadata`,
          `${ACCOUNT}/sqlDatabases/containers/executeQuery`,
          ...["create", "read", "replace", "delete"].map((act) => `${items}/${act}`),
        ],
      },
    ]);
    const data = only(resources, `${ACCOUNT}/sqlRoleAssignments`).properties;
    expect(data.roleDefinitionId).toContain(`/sqlRoleDefinitions/${DATA_ROLE}`);
    expect(data.principalId).toContain("appPrincipalId");

    const unwrap = only(resources, "Microsoft.Authorization/roleDefinitions");
    expect(unwrap.properties.permissions).toEqual([
      {
        actions: [],
        notActions: [],
        dataActions: [`${VAULT}/keys/read`, `${VAULT}/keys/unwrap/action`],
        notDataActions: [],
      },
    ]);
    // Names of roles are the whole tenant's: two deployments with one name would be refused.
    expect(unwrap.properties.roleName).toMatch(/ [a-z0-9]{13}$/);
    expect(unwrap.properties.assignableScopes).toEqual([expect.stringMatching(/\/resourceGroups\/[^/]+$/)]);
  },
  [
    (all) =>
      only(all, `${ACCOUNT}/sqlRoleDefinitions`).properties.permissions[0].dataActions.push(
        `${ACCOUNT}/sqlDatabases/containers/items/upsert`,
      ),
    (all) =>
      (only(all, `${ACCOUNT}/sqlRoleDefinitions`).properties.permissions[0].dataActions[2] =
        `${ACCOUNT}/sqlDatabases/containers/items/*`),
    (all) => only(all, `${ACCOUNT}/sqlRoleDefinitions`).properties.permissions[0].dataActions.shift(),
    (all) => {
      const data = only(all, `${ACCOUNT}/sqlRoleAssignments`).properties;
      data.roleDefinitionId = data.roleDefinitionId.replace(
        DATA_ROLE,
        "00000000-0000-0000-0000-000000000002",
      );
    },
    (all) =>
      (only(all, "Microsoft.Authorization/roleDefinitions").properties.permissions[0].dataActions[1] =
        `${VAULT}/keys/decrypt/action`),
    (all) =>
      (only(all, "Microsoft.Authorization/roleDefinitions").properties.roleName = "Unwrap with one key"),
  ],
);

/** Every role that is given: to whom, which, and on what. The names of Azure's own roles stand in modules/rbac.bicep. */
const ROLES = [
  ["app", "custom", `${VAULT}/keys`],
  ["app", "b7e6dc6d-f1e8-4753-8033-0f276bb0955b", STORAGE],
  ["app", "3913510d-42f4-4e42-8a64-420c390055eb", "Microsoft.Insights/components"],
  ["app", "09976791-48a7-449e-bb21-39d1a415f350", COMMUNICATION],
  ["app", "4633458b-17de-408a-b874-0445c86b69e6", `${VAULT}/secrets`],
  ["app", "4633458b-17de-408a-b874-0445c86b69e6", `${VAULT}/secrets`],
];

const ROLES_OF_GITHUB = [
  ["deployInfra", "b24988ac-6180-42a0-ab88-20f7382dd24c", "the resource group"],
  ["deployInfra", "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9", "the resource group"],
  ["deployCode", "de139f84-1756-47ae-9be6-808fbbe84772", SITE],
];

function roleOf({ id, properties }: Resource, custom: string): string[] {
  const who = /outputs\.(\w+)PrincipalId/.exec(properties.principalId)?.[1] ?? "nobody";
  const role =
    properties.roleDefinitionId === custom ? "custom" : properties.roleDefinitionId.split("/").at(-1);
  const scope = id.slice(0, id.lastIndexOf("/providers/Microsoft.Authorization"));
  const parts = /\/providers\/(.+)$/.exec(scope)?.[1]?.split("/") ?? [];
  const [provider, ...rest] = parts;
  const type = [provider, ...rest.filter((_, at) => at % 2 === 0)].join("/");
  return [who, role, provider === undefined ? "the resource group" : type];
}

holds(
  "every role is listed here, with the kind of its principal",
  (resources, set) => {
    const custom = only(resources, "Microsoft.Authorization/roleDefinitions").id;
    const assigned = ofType(resources, ASSIGNMENT);
    expect(assigned.map((each) => roleOf(each, custom)).sort()).toEqual(
      [...ROLES, ...(set === "production" ? ROLES_OF_GITHUB : [])].sort(),
    );
    for (const { properties } of assigned) expect(properties.principalType).toBe("ServicePrincipal");
  },
  [
    (all) => delete only(all, ASSIGNMENT, ofType(all, ASSIGNMENT)[0]?.name).properties.principalType,
    (all) => {
      const first = ofType(all, ASSIGNMENT)[1];
      if (first) first.properties.roleDefinitionId = "/roleDefinitions/8e3af657-a8ff-443c-a75c-2fe8c4bcb635";
    },
    (all) => all.push({ ...(ofType(all, ASSIGNMENT)[0] as Resource), name: "another" }),
  ],
);

holds(
  "the app is published, scaled and signed in as Flex Consumption has it",
  (resources, set) => {
    const site = only(resources, SITE);
    const identity = only(
      resources,
      "Microsoft.ManagedIdentity/userAssignedIdentities",
      `id-${set === "dev" ? "dev" : "prod"}-app`,
    );
    expect(only(resources, "Microsoft.Web/serverfarms")).toMatchObject({
      sku: { name: "FC1", tier: "FlexConsumption" },
      properties: { reserved: true, zoneRedundant: set === "production" },
    });
    expect(site.kind).toBe("functionapp,linux");
    // azd finds the app by it.
    expect(site.tags["azd-service-name"]).toBe(/^ {2}(\w+):$/m.exec(readAzureYaml())?.[1]);
    expect(site.identity).toEqual({
      type: "UserAssigned",
      userAssignedIdentities: { [identity.id]: {} },
    });
    expect(site.properties).toMatchObject({
      sshEnabled: false,
      keyVaultReferenceIdentity: identity.id,
      functionAppConfig: {
        runtime: { name: "node", version: "24" },
        deployment: {
          storage: {
            type: "blobContainer",
            value: expect.stringContaining("'package'"),
            authentication: {
              type: "UserAssignedIdentity",
              userAssignedIdentityResourceId: identity.id,
            },
          },
        },
        scaleAndConcurrency: {
          instanceMemoryMB: 2048,
          alwaysReady: set === "production" ? [{ name: "http", instanceCount: 2 }] : [],
          triggers: { http: { perInstanceConcurrency: 50 } },
        },
      },
    });
    expect(only(resources, `${STORAGE}/blobServices/containers`).name).toMatch(/\/package$/);
    // The one has no type, the other does not exist on Flex.
    expect(site.properties.functionAppConfig).not.toHaveProperty("siteUpdateStrategy");
    expect(site.properties.siteConfig).not.toHaveProperty("healthCheckPath");
  },
  [
    (all) => (only(all, SITE).tags["azd-service-name"] = "web"),
    (all) => (only(all, SITE).identity.type = "SystemAssigned"),
    (all) => (only(all, SITE).properties.sshEnabled = true),
    (all) => (only(all, SITE).properties.keyVaultReferenceIdentity = "SystemAssigned"),
    (all) => (only(all, SITE).properties.functionAppConfig.runtime.version = "18"),
    (all) => (only(all, SITE).properties.functionAppConfig.runtime.name = "nodejs"),
    (all) => (only(all, SITE).properties.functionAppConfig.deployment.storage.type = "blob"),
    (all) =>
      (only(all, SITE).properties.functionAppConfig.deployment.storage.authentication.type =
        "StorageAccountConnectionString"),
    (all) => (only(all, SITE).properties.functionAppConfig.scaleAndConcurrency.instanceMemoryMB = 1024),
    (all) => (only(all, SITE).properties.functionAppConfig.scaleAndConcurrency.alwaysReady[0].name = "https"),
    (all) => (only(all, SITE).properties.siteConfig.healthCheckPath = "/v1/ready"),
    (all) => (only(all, "Microsoft.Web/serverfarms").sku.name = "Y1"),
  ],
);

function readAzureYaml(): string {
  return readFileSync(resolve(import.meta.dirname, "../../azure.yaml"), "utf8");
}

/** Settings that belong to one machine; on Azure the app refuses them. */
const OF_ONE_MACHINE = ["SQLITE_FILE", "KEY_FILE", "COSMOS_EMULATOR_KEY", "OUTBOX_FILE"];

/** What the first deployment leaves to the second, or to the defaults. */
const LATER = [
  "SERVICE_KEY",
  "MINIMUM_APP_VERSIONS",
  "TEXT_SENDER",
  "TEXT_PREFIXES",
  "NOTIFICATION_HUB_SANDBOX",
];

/** What the sending of notices and codes is going to read. */
const OF_SENDING = [
  "NOTIFY",
  "NOTIFICATION_HUBS_NAMESPACE",
  "NOTIFICATION_HUB",
  "NOTIFICATION_HUBS_RULE",
  "NOTIFICATION_HUBS_KEY",
  "NOTIFICATION_HUBS_SECONDARY_KEY",
  "COMMUNICATION_ENDPOINT",
  "MAIL_SENDER",
  "TEXT_CODES_PER_HOUR",
  "TEXT_NOTICES_PER_HOUR",
  "COSMOS_ACTIVATIONS_CONTAINER",
];

/** What stands, in a test, for what only a deployment can tell. */
function resolved(values: Readonly<Record<string, string>>): Record<string, string> {
  return {
    ...values,
    AZURE_CLIENT_ID: "4fd0a3fc-55a2-4c1c-9a56-2a6a0c6a0f11",
    COMMUNICATION_ENDPOINT: "https://acs.europe.communication.azure.com",
    MAIL_SENDER: (values.MAIL_SENDER ?? "").replace(/^\[.+\]$/, "DoNotReply@example.azurecomm.net"),
    // As the host hands them on, once it has read the secrets.
    NOTIFICATION_HUBS_KEY: Buffer.alloc(32).toString("base64"),
    NOTIFICATION_HUBS_SECONDARY_KEY: Buffer.alloc(32, 1).toString("base64"),
  };
}

const OF_THE_HOST = [
  "AzureWebJobsStorage__accountName",
  "AzureWebJobsStorage__credential",
  "AzureWebJobsStorage__clientId",
  "AzureWebJobsDisableHomepage",
  "APPLICATIONINSIGHTS_CONNECTION_STRING",
  "APPLICATIONINSIGHTS_AUTHENTICATION_STRING",
];

holds(
  "every setting is known, none is missing, and the app takes them",
  (resources) => {
    const values = settingsOf(resources);
    const ours = Object.keys(settings).filter((name) => ![...OF_ONE_MACHINE, ...LATER].includes(name));
    expect(Object.keys(values).sort()).toEqual([...new Set([...ours, ...OF_SENDING, ...OF_THE_HOST])].sort());
    expect(values).toMatchObject({
      AzureWebJobsStorage__credential: "managedidentity",
      AzureWebJobsStorage__accountName: only(resources, STORAGE).name,
      AzureWebJobsDisableHomepage: "true",
      APPLICATIONINSIGHTS_AUTHENTICATION_STRING: expect.stringMatching(/ClientId=.+;Authorization=AAD/),
      FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: String(REQUEST_BODY_SIZE_LIMIT),
    });
    for (const [name, secret] of [
      ["NOTIFICATION_HUBS_KEY", "hub-send-primary"],
      ["NOTIFICATION_HUBS_SECONDARY_KEY", "hub-send-secondary"],
    ] as const) {
      expect(values[name]).toBe(
        `@Microsoft.KeyVault(VaultName=${only(resources, VAULT).name};SecretName=${secret})`,
      );
      expect(only(resources, `${VAULT}/secrets`, secret).properties.value).toContain("listKeys(");
    }
    expect(values.NOTIFICATION_HUBS_NAMESPACE).toBe(only(resources, HUBS).name);
    expect(values.NOTIFICATION_HUB).toBe(only(resources, `${HUBS}/notificationHubs`).name.split("/").at(-1));
    const rule = only(resources, `${HUBS}/authorizationRules`, values.NOTIFICATION_HUBS_RULE);
    expect(rule.properties.rights).toEqual(["Send"]);
    for (const name of ["AzureWebJobsStorage__clientId", "AZURE_CLIENT_ID"]) {
      expect(values[name]).toContain("outputs.appClientId");
    }
    const vault = only(resources, VAULT).name;
    const key = only(resources, `${VAULT}/keys`).name.split("/").at(-1);
    const config = readConfig({
      ...resolved(values),
      SERVICE_KEY: JSON.stringify([
        { kek: `${values.KEY_VAULT_KEYS}/${"0".repeat(32)}`, alg: "RSA-OAEP-256", value: "A".repeat(342) },
      ]),
    });
    expect(config.keys).toMatchObject({ keys: [`https://${vault}.vault.azure.net/keys/${key}`] });
    expect(config.store).toMatchObject({
      endpoint: expect.stringContaining(`https://${only(resources, ACCOUNT).name}.documents.azure.com`),
    });
  },
  [
    (all) => unset(all, "PUBLIC_ORIGIN"),
    (all) => unset(all, "FUNCTIONS_REQUEST_BODY_SIZE_LIMIT"),
    (all) => unset(all, "AzureWebJobsStorage__credential"),
    // Beside the three of the identity the host would take this one.
    (all) => setSetting(all, "AzureWebJobsStorage", "UseDevelopmentStorage=true"),
    // Not for Flex, where the first two are the plan's and the third points to nothing.
    (all) => setSetting(all, "FUNCTIONS_WORKER_RUNTIME", "node"),
    (all) => setSetting(all, "FUNCTIONS_EXTENSION_VERSION", "~4"),
    (all) => setSetting(all, "WEBSITE_RUN_FROM_PACKAGE", "1"),
    (all) => setSetting(all, "HOLDER_WAIT", "1"),
    (all) => setSetting(all, "STEP_UP_MAX_AGE_SECONDS", "10"),
    (all) => setSetting(all, "STORE", "sqlite"),
    (all) => setSetting(all, "FUNCTIONS_REQUEST_BODY_SIZE_LIMIT", "104857600"),
    (all) => setSetting(all, "COSMOS_ENDPOINT", "https://another.documents.azure.com"),
    (all) => setSetting(all, "KEY_VAULT_KEYS", "https://another.vault.azure.net/keys/backup"),
    (all) => setSetting(all, "ISSUERS", "[]"),
    (all) => setSetting(all, "AzureWebJobsStorage__accountName", "another"),
    (all) => setSetting(all, "AZURE_CLIENT_ID", "[reference('x').outputs.deployCodeClientId.value]"),
    (all) => setSetting(all, "NOTIFICATION_HUBS_KEY", "c2VjcmV0"),
    (all) => setSetting(all, "NOTIFICATION_HUB", "another"),
    (all) => setSetting(all, "NOTIFICATION_HUBS_RULE", "DefaultFullSharedAccessSignature"),
    (all) => only(all, `${HUBS}/authorizationRules`).properties.rights.push("Manage"),
  ],
);

holds(
  "the audit has a workspace of its own, which no cap blinds, and is told of vault, database and package",
  (resources) => {
    const audit = ofType(resources, WORKSPACE).find(({ name }) => name.endsWith("-audit"));
    const app = ofType(resources, WORKSPACE).find(({ name }) => name.endsWith("-app"));
    expect(audit?.properties).not.toHaveProperty("workspaceCapping");
    expect(audit?.properties.retentionInDays).toBe(365);
    expect(app?.properties.workspaceCapping.dailyQuotaGb).toBe(5);
    const written = ofType(resources, DIAGNOSTICS).map(({ id, properties }) => [
      /providers\/(Microsoft\.\w+\/\w+)\//.exec(id)?.[1],
      properties.workspaceId,
      ...properties.logs.map((log: { category: string; enabled: boolean }) => log.enabled && log.category),
    ]);
    expect(written.sort()).toEqual(
      [
        [VAULT, audit?.id, "AuditEvent"],
        [ACCOUNT, audit?.id, "ControlPlaneRequests"],
        [STORAGE, audit?.id, "StorageWrite", "StorageDelete"],
        // Bounces, which no answer to a request tells.
        [COMMUNICATION, app?.id, "EmailStatusUpdateOperational", "SMSOperational"],
      ].sort(),
    );
    expect(only(resources, "Microsoft.Insights/components").properties.WorkspaceResourceId).toBe(app?.id);
  },
  [
    (all) => (only(all, WORKSPACE, "log-prod-audit").properties.workspaceCapping = { dailyQuotaGb: 1 }),
    (all) => delete only(all, WORKSPACE, "log-prod-app").properties.workspaceCapping,
    (all) => (only(all, WORKSPACE, "log-prod-audit").properties.retentionInDays = 30),
    (all) => {
      for (const each of ofType(all, DIAGNOSTICS))
        each.properties.workspaceId = only(all, WORKSPACE, "log-prod-app").id;
    },
    (all) => {
      for (const each of ofType(all, DIAGNOSTICS)) each.properties.logs[0].enabled = false;
    },
    (all) =>
      all.splice(
        all.findIndex(({ type }) => type === DIAGNOSTICS),
        1,
      ),
  ],
);

const RUNBOOK = readFileSync(resolve(import.meta.dirname, "../../docs/runbook.md"), "utf8");
const alertsOf = (resources: readonly Resource[]) =>
  [LOG_ALERT, ACTIVITY_ALERT, METRIC_ALERT].flatMap((type) => ofType(resources, type));
/** The alerts of docs/runbook.md: what stands under each of their headings. */
const PAGES = new Map(
  RUNBOOK.split(/^## /m)
    .slice(1)
    .map((page) => [page.slice(0, page.indexOf("\n")), page]),
);

holds(
  "each alert tells somebody, and has its page in the runbook",
  (resources, set) => {
    const group = only(resources, "Microsoft.Insights/actionGroups");
    expect(group.properties.emailReceivers).toHaveLength(1);
    const alerts = alertsOf(resources);
    // Without a private network nobody can say what is outside.
    const pages = [...PAGES.keys()].filter((name) => set === "production" || name !== "vault-outside");
    expect(alerts.map(({ name }) => name).sort()).toEqual(pages.sort());
    for (const { name, properties } of alerts) {
      expect(properties.enabled, name).toBe(true);
      expect(JSON.stringify(properties.actions), name).toContain(group.id);
      expect(properties.description, name).toContain(`docs/runbook.md#${name}`);
      for (const part of ["It means", "Look at", "Do", "Who may"]) {
        expect(PAGES.get(name), `${name}: ${part}`).toMatch(new RegExp(`^- \\*\\*${part}`, "m"));
      }
    }
  },
  [
    (all) => (only(all, LOG_ALERT, "vault-key-use").properties.enabled = false),
    (all) => (only(all, ACTIVITY_ALERT, "role-assigned").properties.actions.actionGroups = []),
    (all) => (only(all, METRIC_ALERT, "not-ready").properties.actions = []),
    (all) => (only(all, "Microsoft.Insights/actionGroups").properties.emailReceivers = []),
    (all) => all.push({ ...only(all, LOG_ALERT, "cap-reached"), name: "without-a-page" }),
    (all) => (only(all, LOG_ALERT, "cap-reached").properties.description = "No link."),
  ],
);

const minutes = (duration: string) => {
  const [, amount = "", unit] = /^PT(\d+)([MH])$/.exec(duration) ?? [];
  return Number(amount) * (unit === "H" ? 60 : 1);
};

holds(
  "a log alert overlooks nothing that is written late, and is accepted before its table exists",
  (resources, set) => {
    for (const { properties, kind } of ofType(resources, LOG_ALERT)) {
      expect(kind).toBe("LogAlert");
      expect(minutes(properties.evaluationFrequency)).toBeGreaterThanOrEqual(5);
      expect(minutes(properties.windowSize)).toBeGreaterThan(minutes(properties.evaluationFrequency));
      expect(properties.skipQueryValidation).toBe(true);
      expect(properties.scopes).toEqual([expect.stringContaining(WORKSPACE)]);
    }
    const ofVault = ofType(resources, LOG_ALERT).filter(({ name }) => name.startsWith("vault-"));
    expect(ofVault).toHaveLength(set === "production" ? 4 : 3);
    for (const { properties } of [...ofVault, only(resources, LOG_ALERT, "package-writes")]) {
      expect(properties.scopes[0]).toMatch(/-audit$/);
    }
    for (const { properties, name } of ofVault) expect(properties.severity, name).toBe(0);
  },
  [
    (all) => (only(all, LOG_ALERT, "no-telemetry").properties.evaluationFrequency = "PT1M"),
    (all) => (only(all, LOG_ALERT, "no-telemetry").properties.windowSize = "PT5M"),
    (all) => (only(all, LOG_ALERT, "vault-key-use").properties.skipQueryValidation = false),
    (all) => {
      const rule = only(all, LOG_ALERT, "vault-key-use").properties;
      rule.scopes = [rule.scopes[0].replace("-audit", "-app")];
    },
    (all) => (only(all, LOG_ALERT, "vault-other-caller").properties.severity = 3),
  ],
);

holds(
  "in a private network only the app is public, and it calls out from one address",
  (resources, set) => {
    if (set === "dev") return expect(ofType(resources, ENDPOINT)).toEqual([]);
    for (const type of [STORAGE, ACCOUNT, VAULT]) {
      expect(only(resources, type).properties.publicNetworkAccess).toBe("Disabled");
    }
    expect(only(resources, VAULT).properties.networkAcls).toEqual({
      bypass: "None",
      defaultAction: "Deny",
      ipRules: [],
    });
    const endpoints = ofType(resources, ENDPOINT).map(({ properties }) => {
      const [{ properties: connection }] = properties.privateLinkServiceConnections;
      return [connection.groupIds.join(), connection.privateLinkServiceId];
    });
    expect(endpoints.sort()).toEqual(
      [
        ["Sql", only(resources, ACCOUNT).id],
        ["blob", only(resources, STORAGE).id],
        ["vault", only(resources, VAULT).id],
      ].sort(),
    );
    const zones = ofType(resources, "Microsoft.Network/privateDnsZones").map(({ name }) => name);
    expect(zones.sort()).toEqual([
      "privatelink.blob.core.windows.net",
      "privatelink.documents.azure.com",
      "privatelink.vaultcore.azure.net",
    ]);
    expect(ofType(resources, "Microsoft.Network/privateDnsZones/virtualNetworkLinks")).toHaveLength(3);
    const named = ofType(resources, `${ENDPOINT}/privateDnsZoneGroups`).map(({ properties }) =>
      properties.privateDnsZoneConfigs[0].properties.privateDnsZoneId.split("/").at(-1),
    );
    expect(named.sort()).toEqual(zones);
    const [app, inside] = only(resources, "Microsoft.Network/virtualNetworks").properties.subnets;
    const site = only(resources, SITE);
    expect(app.properties.delegations[0].properties.serviceName).toBe("Microsoft.App/environments");
    expect(app.properties.natGateway.id).toBe(only(resources, "Microsoft.Network/natGateways").id);
    expect(app.properties.defaultOutboundAccess).toBe(false);
    // A subnet that another Flex app uses, or has used, is refused.
    expect(app.name).toBe(`app-${site.name}`);
    expect(site.properties.virtualNetworkSubnetId).toMatch(new RegExp(`/subnets/${app.name}$`));
    expect(site.properties.outboundVnetRouting).toEqual({ allTraffic: true });
    expect(inside.properties.addressPrefix).not.toBe(app.properties.addressPrefix);
  },
  [
    (all) => (only(all, ACCOUNT).properties.publicNetworkAccess = "Enabled"),
    (all) => (only(all, VAULT).properties.networkAcls.bypass = "AzureServices"),
    (all) => (only(all, VAULT).properties.networkAcls.defaultAction = "Allow"),
    (all) =>
      all.splice(
        all.findIndex(({ type }) => type === ENDPOINT),
        1,
      ),
    (all) => {
      const zone = ofType(all, "Microsoft.Network/privateDnsZones")[1];
      if (zone) Object.assign(zone, { name: "privatelink.vault.azure.net" });
    },
    (all) =>
      all.splice(
        all.findIndex(({ type }) => type.endsWith("virtualNetworkLinks")),
        1,
      ),
    (all) => {
      const [subnet] = only(all, "Microsoft.Network/virtualNetworks").properties.subnets;
      subnet.properties.delegations[0].properties.serviceName = "Microsoft.Web/serverFarms";
    },
    (all) => {
      const [subnet] = only(all, "Microsoft.Network/virtualNetworks").properties.subnets;
      subnet.name = "app";
    },
    (all) => (only(all, SITE).properties.virtualNetworkSubnetId = null),
    (all) => (only(all, SITE).properties.outboundVnetRouting = { allTraffic: false }),
  ],
);

holds(
  "the budget tells at 50, 80 and 100 %",
  (resources) => {
    const { properties } = only(resources, "Microsoft.Consumption/budgets");
    expect(properties.timeGrain).toBe("Monthly");
    // Where it begins is a parameter: what moves with the day of a deployment would be refused as a change.
    expect(properties.timePeriod.startDate).toMatch(/, parameters\('startDate'\)\)\]$/);
    const told = Object.values<Resource>(properties.notifications);
    expect(told.map(({ threshold }) => threshold).sort((a, b) => a - b)).toEqual([50, 80, 100]);
    for (const { enabled, contactEmails } of told) {
      expect(enabled).toBe(true);
      expect(contactEmails).toHaveLength(1);
    }
  },
  [
    (all) => (only(all, "Microsoft.Consumption/budgets").properties.notifications.half.threshold = 95),
    (all) => (only(all, "Microsoft.Consumption/budgets").properties.notifications.all.enabled = false),
    (all) => (only(all, "Microsoft.Consumption/budgets").properties.notifications.most.contactEmails = []),
    (all) =>
      (only(all, "Microsoft.Consumption/budgets").properties.timePeriod.startDate = "[utcNow('yyyy-MM-01')]"),
  ],
);

holds(
  "whoever deploys infra and whoever deploys code sign in as two, from two environments of GitHub",
  (resources, set) => {
    const credentials = ofType(
      resources,
      "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials",
    );
    if (set === "dev") return expect(credentials).toEqual([]);
    expect(
      credentials.map(({ name, properties }) => [name, properties.issuer, properties.audiences]),
    ).toEqual([
      [
        "id-prod-deploy-infra/github",
        "https://token.actions.githubusercontent.com",
        ["api://AzureADTokenExchange"],
      ],
      [
        "id-prod-deploy-code/github",
        "https://token.actions.githubusercontent.com",
        ["api://AzureADTokenExchange"],
      ],
    ]);
    const subjects = credentials.map(({ properties }) => properties.subject);
    expect(new Set(subjects).size).toBe(2);
    for (const subject of subjects) expect(subject).toContain(":environment:");
  },
  [
    (all) => {
      const [first, second] = all.filter(({ type }) => type.endsWith("federatedIdentityCredentials"));
      if (first && second) second.properties.subject = first.properties.subject;
    },
    (all) => {
      const [first] = all.filter(({ type }) => type.endsWith("federatedIdentityCredentials"));
      if (first) first.properties.subject = "repo:example/authenticator-backup:ref:refs/heads/main";
    },
    (all) => {
      const [first] = all.filter(({ type }) => type.endsWith("federatedIdentityCredentials"));
      if (first) first.properties.issuer = "https://issuer.example";
    },
  ],
);

it("names no module's output where what-if would lose sight of a resource", () => {
  for (const set of ["dev", "production"] as const) {
    const text = readFileSync(join(import.meta.dirname, `../../infra/${set}.snapshot.json`), "utf8");
    const { predictedResources } = JSON.parse(text) as { predictedResources: Resource[] };
    for (const { id, name } of predictedResources) expect(`${id} ${name}`).not.toContain("reference(");
  }
});
