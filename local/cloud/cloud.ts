import type { Emulated } from "../../functions/compose/adapters.ts";
import type { SettingName } from "../../shared/config/settings.ts";
import { openKeyVault } from "../../shared/keys/keyVault.ts";
import { makeServiceKey } from "../../shared/keys/serviceKey.ts";
import { system } from "../../shared/system.ts";
import { startCosmosServer } from "./cosmosServer/server.ts";
import { startVaultServer, type VaultServer } from "./vaultServer/server.ts";

/** What stands in for the cloud on this machine, and the settings with which the service uses it. */
interface Cloud {
  readonly settings: Readonly<Partial<Record<SettingName, string>>>;
  readonly emulated: Emulated;
  /** Everything that is stored there, as JSON; undefined unless the store is one of them. */
  readonly contents: () => string | undefined;
  readonly close: () => Promise<void>;
}

interface CloudParts {
  readonly store: boolean;
  readonly keys: boolean;
}

/** Starts a server that speaks Cosmos DB's REST protocol, one that speaks Key Vault's, or both. */
export async function startCloud({ store, keys }: CloudParts, now: () => number): Promise<Cloud> {
  const cosmos = store ? await startCosmosServer({ now }) : undefined;
  const vaults = keys ? await startVaultServer() : undefined;
  const keySettings = vaults && (await makeKeys(vaults));
  return {
    settings: {
      ...(cosmos && {
        STORE: "cosmos",
        COSMOS_ENDPOINT: cosmos.endpoint,
        COSMOS_DATABASE: cosmos.database,
        COSMOS_CONTAINER: cosmos.container,
        COSMOS_EMULATOR_KEY: cosmos.credential.key,
      }),
      ...keySettings,
    },
    emulated: vaults ? { credential: vaults.credential, clientOptions: vaults.clientOptions } : {},
    contents: () => cosmos?.contents(),
    close: async () => {
      await Promise.all([cosmos?.close(), vaults?.close()]);
    },
  };
}

/** A key encryption key in a vault of its own, and a service key that it wraps. */
async function makeKeys({ vault, credential, clientOptions }: VaultServer) {
  await vault("backup-test").create("kek");
  const id = "https://backup-test.vault.azure.net/keys/kek";
  const kek = openKeyVault({ keys: [id], credential, system, clientOptions });
  return {
    KEYS: "key-vault",
    KEY_VAULT_KEYS: id,
    AZURE_CLIENT_ID: "4fd0a3fc-55a2-4c1c-9a56-2a6a0c6a0f11",
    SERVICE_KEY: JSON.stringify([await makeServiceKey(kek, system)]),
  };
}
