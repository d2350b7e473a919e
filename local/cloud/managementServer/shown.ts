import type { Resource, Resources } from "./resources.ts";

/** What a role of Azure's own may do with data, of those that infra/ assigns. */
const BUILT_IN: Readonly<Record<string, readonly string[]>> = {
  "b7e6dc6d-f1e8-4753-8033-0f276bb0955b": [
    "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/*",
  ],
  "3913510d-42f4-4e42-8a64-420c390055eb": ["Microsoft.Insights/Telemetry/Write"],
  "4633458b-17de-408a-b874-0445c86b69e6": [
    "Microsoft.KeyVault/vaults/secrets/getSecret/action",
    "Microsoft.KeyVault/vaults/secrets/readMetadata/action",
  ],
  "09976791-48a7-449e-bb21-39d1a415f350": [],
};

export function builtInRole(id: string): object | undefined {
  const [, guid = ""] = /\/roleDefinitions\/([^/]+)$/i.exec(id) ?? [];
  const dataActions = BUILT_IN[guid];
  return (
    dataActions && { id, name: guid, properties: { type: "BuiltInRole", permissions: [{ dataActions }] } }
  );
}

/** A resource as a GET answers it, which is not what a PUT was given. */
export function shown(resource: Resource, resources: Resources): object {
  const { apiVersion: _, ...answer } = structuredClone(resource) as Record<string, unknown> & Resource;
  if (resource.type === "Microsoft.Web/sites") {
    // Settings may be secrets: a Reader doesn't get them.
    answer.properties.siteConfig.appSettings = null;
    for (const id of Object.keys(answer.identity?.userAssignedIdentities ?? {})) {
      const { clientId, principalId } = resources.get(id)?.properties ?? {};
      answer.identity.userAssignedIdentities[id] = { clientId, principalId };
    }
  }
  if (resource.type === "Microsoft.Authorization/roleAssignments") {
    answer.properties.scope = resource.id.split("/providers/Microsoft.Authorization/")[0];
  }
  return answer;
}

export function settingsOf(site: Resource): Record<string, string> {
  const list: readonly { name: string; value: string }[] = site.properties.siteConfig.appSettings;
  return Object.fromEntries(list.map(({ name, value }) => [name, value]));
}

/** How each setting that is a Key Vault reference stands: whether there is such a secret, and whether the app may read it. */
export function referencesOf(site: Resource, resources: Resources): object[] {
  const group = site.id.split("/providers/")[0];
  return Object.entries(settingsOf(site)).flatMap(([name, value]) => {
    const [, vault, secret] =
      /^@Microsoft\.KeyVault\(VaultName=([^;]+);SecretName=([^;)]+)\)$/.exec(value) ?? [];
    if (!vault) return [];
    const id = `${group}/providers/Microsoft.KeyVault/vaults/${vault}/secrets/${secret}`;
    const isReadable = resources.below(id, "Microsoft.Authorization/roleAssignments").length > 0;
    const status = !resources.get(id) ? "SecretNotFound" : isReadable ? "Resolved" : "AccessToKeyVaultDenied";
    return [{ id: `${site.id}/config/configreferences/appsettings/${name}`, name, properties: { status } }];
  });
}
