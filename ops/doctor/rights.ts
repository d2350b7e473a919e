import { API, type Management, type Resource } from "../azure/management.ts";
import { databaseOf, identityOf, keysOf, secretsOf } from "./app.ts";
import type { Check } from "./doctor.ts";
import { DEPLOY, type Finding } from "./finding.ts";

/** https://learn.microsoft.com/azure/role-based-access-control/built-in-roles */
const ROLES = {
  storageBlobDataOwner: "b7e6dc6d-f1e8-4753-8033-0f276bb0955b",
  monitoringMetricsPublisher: "3913510d-42f4-4e42-8a64-420c390055eb",
  keyVaultSecretsUser: "4633458b-17de-408a-b874-0445c86b69e6",
  communicationAndEmailServiceOwner: "09976791-48a7-449e-bb21-39d1a415f350",
} as const;

const UNWRAP = ["Microsoft.KeyVault/vaults/keys/read", "Microsoft.KeyVault/vaults/keys/unwrap/action"];

const ITEMS = "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers";
const DATA = [
  "Microsoft.DocumentDB/databaseAccounts/readMetadata",
  `${ITEMS}/executeQuery`,
  `${ITEMS}/items/create`,
  `${ITEMS}/items/read`,
  `${ITEMS}/items/replace`,
  `${ITEMS}/items/delete`,
];

/** Everything that the app's identity has to have, and nothing that it has beyond. */
export const checkRights: Check = async ({ management, place, settings, site }) => {
  const identity = identityOf(site, settings);
  if (!identity) {
    return [{ what: "the app has no identity with the client id of AZURE_CLIENT_ID attached", ...DEPLOY }];
  }
  const { group } = place;
  const assigned = (
    await management.list(`${group}/providers/Microsoft.Authorization/roleAssignments`, API.Authorization, {
      $filter: `principalId eq '${identity.principalId}'`,
    })
  ).map(({ properties }) => ({
    scope: String(properties.scope),
    role: String(properties.roleDefinitionId),
  }));
  const used = new Set<object>();
  const findings: Finding[] = [];
  const expect = (what: string, holds: (each: (typeof assigned)[number]) => boolean) => {
    const found = assigned.filter(holds);
    for (const each of found) used.add(each);
    if (found.length === 0) findings.push({ what: `the app's identity: it may not ${what}`, ...DEPLOY });
  };
  const ends = (role: string, guid: string) => role.toLowerCase().endsWith(`/${guid}`);
  const covers = (scope: string, id: string) => `${id}/`.toLowerCase().startsWith(`${scope}/`.toLowerCase());

  const unwrapping = await rolesThat(management, assigned, UNWRAP);
  for (const key of keysOf(place, settings)) {
    expect(`unwrap with ${nameOf(key)}`, ({ role, scope }) => unwrapping.has(role) && covers(scope, key));
  }
  for (const secret of secretsOf(place, settings)) {
    expect(
      `read the secret ${nameOf(secret)}`,
      ({ role, scope }) => ends(role, ROLES.keyVaultSecretsUser) && covers(scope, secret),
    );
  }
  const storage = `${group}/providers/Microsoft.Storage/storageAccounts/${settings.AzureWebJobsStorage__accountName}`;
  expect(
    `keep the package and the timers' leases in ${nameOf(storage)}`,
    ({ role, scope }) => ends(role, ROLES.storageBlobDataOwner) && covers(scope, storage),
  );
  expect("write to Application Insights", ({ role }) => ends(role, ROLES.monitoringMetricsPublisher));
  const [, communication] = /^https:\/\/([a-z0-9-]+)\./.exec(settings.COMMUNICATION_ENDPOINT ?? "") ?? [];
  if (communication) {
    const id = `${group}/providers/Microsoft.Communication/communicationServices/${communication}`;
    expect(
      `send by ${communication}`,
      ({ role, scope }) => ends(role, ROLES.communicationAndEmailServiceOwner) && covers(scope, id),
    );
  }
  for (const each of assigned) {
    if (used.has(each)) continue;
    findings.push({
      what: `the app's identity has a role that it does not use, ${nameOf(each.role)} on ${nameOf(each.scope)}`,
      remedy: `az role assignment delete --assignee ${identity.principalId} --role ${nameOf(each.role)} --scope ${each.scope}`,
      who: "User Access Administrator, or an owner, of it",
    });
  }
  const database = databaseOf(place, settings);
  if (database && (await management.read(database.account, API.DocumentDB))) {
    findings.push(...(await dataFindings(management, database.account, identity.principalId)));
  }
  return findings;
};

/** The role definitions among these that have exactly these data actions. */
async function rolesThat(
  management: Management,
  assigned: readonly { readonly role: string }[],
  actions: readonly string[],
): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (const { role } of assigned) {
    const definition = await management.read(role, API.Authorization);
    if (isExactly(definition, actions)) found.add(role);
  }
  return found;
}

function isExactly(definition: Resource | undefined, actions: readonly string[]): boolean {
  const [permissions] = definition?.properties.permissions ?? [];
  return [...(permissions?.dataActions ?? [])].sort().join() === [...actions].sort().join();
}

/** Cosmos DB has roles of its own for its data. */
async function dataFindings(
  management: Management,
  account: string,
  principalId: string,
): Promise<Finding[]> {
  const assignments = await management.list(`${account}/sqlRoleAssignments`, API.DocumentDB);
  const which = `the database ${nameOf(account)}`;
  const findings: Finding[] = [];
  const own = assignments.filter(({ properties }) => properties.principalId === principalId);
  if (own.length === 0)
    findings.push({ what: `${which}: the app's identity may not use its data`, ...DEPLOY });
  for (const { properties } of own) {
    if (isExactly(await management.read(properties.roleDefinitionId, API.DocumentDB), DATA)) continue;
    findings.push({
      what: `${which}: the app's data role does not have exactly the six actions that it uses`,
      ...DEPLOY,
    });
  }
  for (const { id, properties } of assignments) {
    if (properties.principalId === principalId) continue;
    findings.push({
      what: `${which}: somebody else may use its data, ${properties.principalId}`,
      remedy: `az cosmosdb sql role assignment delete -g ${account.split("/")[4]} -a ${nameOf(account)} --role-assignment-id ${nameOf(id)} --yes (with the lock off meanwhile)`,
      who: "DocumentDB Account Contributor on the account; User Access Administrator for the lock",
    });
  }
  return findings;
}

const nameOf = (id: string) => id.split("/").at(-1) ?? "";
