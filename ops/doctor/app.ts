import { API, type Management, type Resource } from "../azure/management.ts";
import { UsageError } from "../command.ts";
import type { Place } from "../place.ts";

export type AppSettings = Readonly<Record<string, string | undefined>>;

/** @throws {UsageError} there is no such app */
export async function readSite(management: Management, { site }: Place): Promise<Resource> {
  const found = await management.read(site, API.Web);
  if (!found)
    throw new UsageError(
      `There is no app ${site.split("/").at(-1)} in this group: look at --app and --group.`,
    );
  return found;
}

export async function readAppSettings(management: Management, { site }: Place): Promise<AppSettings> {
  return (await management.post(`${site}/config/appsettings/list`, API.Web)).properties;
}

/** The database that the app's settings name, in the app's group; undefined where they name none. */
export function databaseOf({ group }: Place, settings: AppSettings) {
  const [, account] = /^https:\/\/([a-z0-9-]+)\./.exec(settings.COSMOS_ENDPOINT ?? "") ?? [];
  if (account === undefined) return undefined;
  return {
    account: `${group}/providers/Microsoft.DocumentDB/databaseAccounts/${account}`,
    database: settings.COSMOS_DATABASE ?? "authenticator-backup",
    owners: settings.COSMOS_CONTAINER ?? "owners",
    activations: settings.COSMOS_ACTIVATIONS_CONTAINER ?? "activations",
  };
}

/** The keys that the app's settings name. */
export function keysOf({ group }: Place, settings: AppSettings): readonly string[] {
  return (settings.KEY_VAULT_KEYS ?? "").split(",").flatMap((id) => {
    const [, vault, name] = /^https:\/\/([a-z0-9-]+)\.[^/]+\/keys\/([A-Za-z0-9-]+)$/.exec(id.trim()) ?? [];
    return vault ? [`${group}/providers/Microsoft.KeyVault/vaults/${vault}/keys/${name}`] : [];
  });
}

/** The identity that signs in: its ids at Entra, as the app has it attached. */
export function identityOf(
  site: Resource,
  settings: AppSettings,
): { readonly principalId: string } | undefined {
  const attached: Record<string, { clientId?: string; principalId?: string }> =
    site.identity?.userAssignedIdentities ?? {};
  const found = Object.values(attached).find(({ clientId }) => clientId === settings.AZURE_CLIENT_ID);
  return found?.principalId === undefined ? undefined : { principalId: found.principalId };
}

/** The secrets that settings refer to, as resource ids. */
export function secretsOf({ group }: Place, settings: AppSettings): readonly string[] {
  return Object.values(settings).flatMap((value = "") => {
    const [, vault, name] = /^@Microsoft\.KeyVault\(VaultName=([^;]+);SecretName=([^;)]+)/.exec(value) ?? [];
    return vault ? [`${group}/providers/Microsoft.KeyVault/vaults/${vault}/secrets/${name}`] : [];
  });
}
