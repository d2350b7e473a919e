import type { Emulated } from "../../functions/compose/adapters.ts";
import type { SettingName } from "../../shared/config/settings.ts";
import { openKeyVault } from "../../shared/keys/keyVault.ts";
import { makeServiceKey } from "../../shared/keys/serviceKey.ts";
import { system } from "../../shared/system.ts";
import { startCosmosServer } from "./cosmosServer/server.ts";
import { type Arrived, type NotifyServer, startNotifyServer } from "./notifyServer/server.ts";
import { startVaultServer, type VaultServer } from "./vaultServer/server.ts";
import { createTokens } from "./vaultServer/tokens.ts";

/** What stands in for the cloud on this machine, and the settings with which the service uses it. */
interface Cloud {
  readonly settings: Readonly<Partial<Record<SettingName, string>>>;
  readonly emulated: Emulated;
  /** Everything that is stored there, as JSON; undefined unless the store is one of them. */
  readonly contents: () => string | undefined;
  /** Request units that deletions by time to live cost, of all that was stored there until now. */
  readonly expiring: () => number;
  /** What was sent and has arrived, in order; undefined unless what sends is one of them. */
  readonly arrived: () => readonly Arrived[] | undefined;
  readonly close: () => Promise<void>;
}

interface CloudParts {
  readonly store: boolean;
  readonly keys: boolean;
  readonly notify?: boolean;
}

/** The client id of the app's identity. */
const IDENTITY = { AZURE_CLIENT_ID: "4fd0a3fc-55a2-4c1c-9a56-2a6a0c6a0f11" };

/** Starts servers that speak the protocols of Cosmos DB, of Key Vault, and of what sends messages: those that are asked for. */
export async function startCloud({ store, keys, notify }: CloudParts, now: () => number): Promise<Cloud> {
  const tokens = createTokens();
  const cosmos = store ? await startCosmosServer({ now }) : undefined;
  const vaults = keys ? await startVaultServer({ tokens }) : undefined;
  const platforms = notify ? await startNotifyServer({ tokens, now }) : undefined;
  const keySettings = vaults && (await makeKeys(vaults));
  return {
    settings: {
      ...(cosmos && {
        STORE: "cosmos",
        COSMOS_ENDPOINT: cosmos.endpoint,
        COSMOS_DATABASE: cosmos.database,
        COSMOS_CONTAINER: cosmos.container,
        COSMOS_ACTIVATIONS_CONTAINER: cosmos.activations,
        COSMOS_EMULATOR_KEY: cosmos.credential.key,
      }),
      ...keySettings,
      ...(platforms && notifySettings(platforms)),
    },
    emulated: {
      // One identity signs in to all.
      credential: {
        getToken: async (scopes) => ({
          token: tokens.issue(String(scopes).replace(/\/\.default$/, "")),
          expiresOnTimestamp: Date.now() + 3_600_000,
        }),
      },
      ...(vaults && { clientOptions: vaults.clientOptions }),
      ...(platforms && { notifyAgent: platforms.agent }),
    },
    contents: () => cosmos?.contents(),
    expiring: () => cosmos?.expiring() ?? 0,
    arrived: () => platforms?.arrived,
    close: async () => {
      await Promise.all([cosmos?.close(), vaults?.close(), platforms?.close()]);
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
    ...IDENTITY,
    SERVICE_KEY: JSON.stringify([await makeServiceKey(kek, system)]),
  };
}

function notifySettings({ hubs, communication }: NotifyServer) {
  return {
    NOTIFY: "azure",
    ...IDENTITY,
    NOTIFICATION_HUBS_NAMESPACE: hubs.namespace,
    NOTIFICATION_HUB: hubs.production,
    NOTIFICATION_HUB_SANDBOX: hubs.sandbox,
    NOTIFICATION_HUBS_RULE: hubs.rule,
    NOTIFICATION_HUBS_KEY: hubs.keys.primary,
    NOTIFICATION_HUBS_SECONDARY_KEY: hubs.keys.secondary,
    COMMUNICATION_ENDPOINT: communication.endpoint,
    MAIL_SENDER: communication.mailSender,
    TEXT_SENDER: communication.textSender,
  };
}
