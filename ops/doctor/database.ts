import { API, type Resource } from "../azure/management.ts";
import { databaseOf } from "./app.ts";
import type { Check } from "./doctor.ts";
import { DEPLOY, type Finding } from "./finding.ts";

/** The weakest first. */
const LEVELS = ["Eventual", "ConsistentPrefix", "Session", "BoundedStaleness", "Strong"];

/** Paths that the drivers' queries go by, of which a container without them scans everything. */
const INDEXED = ["/dueAt/?", "/userId/?", "/kek/?"];

export const checkDatabase: Check = async ({ management, place, settings }) => {
  const named = databaseOf(place, settings);
  // Told as a wrong setting.
  if (!named) return [];
  const { account: id, database, owners, activations } = named;
  const name = id.split("/").at(-1);
  const account = await management.read(id, API.DocumentDB);
  if (!account) return [{ what: `there is no database account ${name} in this group`, ...DEPLOY }];
  const findings: Finding[] = [];
  const expect = (holds: boolean, what: string) => {
    if (!holds) findings.push({ what: `the database ${name}: ${what}`, ...DEPLOY });
  };
  const { properties } = account;
  const level: string = properties.consistencyPolicy?.defaultConsistencyLevel ?? "none";
  const needed = settings.COSMOS_CONSISTENCY ?? "Strong";
  expect(
    LEVELS.indexOf(level) >= LEVELS.indexOf(needed),
    `its consistency level is ${level}, weaker than ${needed}: an instance could release a key after another has denied it`,
  );
  expect(properties.disableLocalAuth === true, "it takes account keys: disableLocalAuth is off");
  expect(
    properties.disableKeyBasedMetadataWriteAccess === true,
    "keys may change its definition: disableKeyBasedMetadataWriteAccess is off",
  );
  expect(properties.enableMultipleWriteLocations !== true, "it has several write regions");
  expect(properties.locations?.length !== 2, "it has two regions: the loss of either stops all writes");
  expect(
    properties.backupPolicy?.continuousModeProperties?.tier === "Continuous7Days",
    `its backups are kept by ${properties.backupPolicy?.continuousModeProperties?.tier ?? "another policy"}, not for 7 days`,
  );
  const locks = await management.list(`${id}/providers/Microsoft.Authorization/locks`, API.Locks);
  expect(
    locks.some((lock) => lock.properties.level === "CanNotDelete"),
    "it can be deleted: its lock is gone",
  );
  const containers = [
    ["COSMOS_CONTAINER", owners, "/userId"],
    ["COSMOS_ACTIVATIONS_CONTAINER", activations, "/partition"],
  ] as const;
  for (const [setting, container, key] of containers) {
    const path = `${id}/sqlDatabases/${database}/containers/${container}`;
    const found = await management.read(path, API.DocumentDB);
    if (found) findings.push(...findingsOf(container, key, found));
    else {
      findings.push({
        what: `the database ${name}: there is no container as ${setting} names it, in the database that COSMOS_DATABASE names`,
        ...DEPLOY,
      });
    }
  }
  return findings;
};

function findingsOf(name: string, key: string, container: Resource): Finding[] {
  const { partitionKey, defaultTtl, indexingPolicy } = container.properties.resource;
  const pathsOf = (list: readonly { readonly path: string }[] = []) => list.map(({ path }) => path);
  const included = pathsOf(indexingPolicy?.includedPaths);
  const excluded = pathsOf(indexingPolicy?.excludedPaths);
  const findings: Finding[] = [];
  if (partitionKey?.paths?.join() !== key) {
    findings.push({
      what: `the container ${name}: its partition key is ${partitionKey?.paths?.join() ?? "none"}, not ${key}`,
      remedy:
        "it can't be changed: make another container and name it in the settings (docs/operations.md, Restoring a database)",
      who: "DocumentDB Account Contributor on the account",
    });
  }
  if (defaultTtl !== -1) {
    findings.push({
      what: `the container ${name}: its defaultTtl is ${defaultTtl ?? "off"}, not -1: ${defaultTtl ? "everything expires" : "nothing ever expires"}`,
      remedy: `${DEPLOY.remedy}; before it comes back to a restored database, list what would expire: docs/operations.md, Restoring a database`,
      who: DEPLOY.who,
    });
  }
  for (const path of INDEXED) {
    if (!included.includes(path))
      findings.push({ what: `the container ${name}: ${path} is not indexed`, ...DEPLOY });
  }
  if (!excluded.includes("/*")) {
    findings.push({
      what: `the container ${name}: all of it is indexed, and every upload pays for that`,
      ...DEPLOY,
    });
  }
  return findings;
}
