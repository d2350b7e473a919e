import type { Agent } from "node:https";
import { dirname, join } from "node:path";
import type { TokenCredential } from "@azure/identity";
import type { Config } from "../../shared/config/read.ts";
import type { KeyVaultOptions } from "../../shared/keys/keyVault.ts";
import type { KeyEncryptionKey } from "../../shared/keys/port.ts";
import type { ServiceKeyEntry } from "../../shared/keys/serviceKey.ts";
import type { Notify } from "../../shared/notify/port.ts";
import type { Store } from "../../shared/store/port.ts";
import type { System } from "../../shared/system.ts";
import { openedSoon } from "./openedSoon.ts";
import type { Adapters } from "./services.ts";

/** What stands in for the cloud's own where the service runs against an emulator, or an operator signs in. */
export interface Emulated {
  readonly credential?: TokenCredential;
  readonly clientOptions?: KeyVaultOptions["clientOptions"];
  /** Milliseconds that a call of the vault may take. */
  readonly timeLimit?: number;
  /** Connections of what sends messages. */
  readonly notifyAgent?: Agent;
}

/** Opens the drivers that the configuration names. Each is loaded only where it is used. */
export async function openAdapters(
  config: Config,
  system: System,
  emulated: Emulated = {},
): Promise<Adapters> {
  await requireKeyFiles(config);
  return {
    store: await openStore(config, system, emulated),
    activations: await openStore(config, system, emulated, "activations"),
    kek: await openKek(config, system, emulated),
    notify: await openNotify(config, system, emulated),
  };
}

/** @throws a key file is gone, and the database needs it */
async function requireKeyFiles({ store, keys }: Config): Promise<void> {
  if (store.driver !== "sqlite" || keys.driver !== "file") return;
  const drivers = await import("../../local/embedded/drivers.ts");
  const files = [keys.file, ...(keys.serviceKeys ? [] : [serviceKeyFile(keys)])];
  drivers.requireKeyFiles({ database: store.file, files });
}

/** @param of whose items: owners', or those that belong to none */
async function openStore(
  config: Config,
  system: System,
  emulated: Emulated,
  of: "owners" | "activations" = "owners",
): Promise<Store> {
  const { store } = config;
  if (store.driver === "sqlite") {
    // What is deployed to Azure does not contain this module: see docs/architecture.md.
    const { openSqliteStore } = await import("../../local/embedded/drivers.ts");
    const file = of === "owners" ? store.file : join(dirname(store.file), "activations.db");
    return openSqliteStore({ file, now: system.now });
  }
  const { endpoint, database, consistency, emulatorKey } = store;
  const container =
    of === "owners"
      ? { container: store.container }
      : ({ container: store.activations, partitionKey: "partition" } as const);
  const methods = {
    read: true,
    list: true,
    listIds: true,
    due: true,
    outdated: true,
    commit: true,
    check: true,
    close: true,
  } as const;
  return openedSoon<Store>(async () => {
    const { openCosmosStore } = await import("../../shared/store/cosmos.ts");
    const credential =
      emulatorKey === undefined ? await managedIdentity(config, emulated) : { key: emulatorKey };
    const { random } = system;
    return openCosmosStore({ endpoint, database, ...container, consistency, credential, random });
  }, methods);
}

export async function openKek(
  config: Pick<Config, "keys" | "managedIdentity">,
  system: System,
  emulated: Emulated,
): Promise<KeyEncryptionKey> {
  const { keys } = config;
  if (keys.driver === "file") {
    const { openFileKey } = await import("../../local/embedded/drivers.ts");
    return await openFileKey({ file: keys.file });
  }
  const { clientOptions, timeLimit } = emulated;
  const methods = { wrap: true, unwrap: true, wrapsUnder: true, current: true, check: true } as const;
  return openedSoon<KeyEncryptionKey>(async () => {
    const { openKeyVault } = await import("../../shared/keys/keyVault.ts");
    return openKeyVault({
      keys: keys.keys,
      credential: await managedIdentity(config, emulated),
      system,
      ...(clientOptions && { clientOptions }),
      ...(timeLimit !== undefined && { timeLimit }),
    });
  }, methods);
}

async function openNotify(config: Config, { now }: System, emulated: Emulated): Promise<Notify> {
  const { notify } = config;
  if (notify.driver === "outbox") {
    const { openOutbox } = await import("../../local/embedded/drivers.ts");
    return openOutbox({ file: notify.file, now });
  }
  const { hubs, communication } = notify;
  const methods = { push: true, mail: true, text: true } as const;
  return openedSoon<Notify>(async () => {
    const { openAzureNotify } = await import("../../shared/notify/azure.ts");
    const credential = await managedIdentity(config, emulated);
    return openAzureNotify({
      hubs,
      communication: { ...communication, credential },
      now,
      agent: emulated.notifyAgent,
    });
  }, methods);
}

/**
 * The service key's ciphertexts, newest first: as they are configured or, on one machine, in the file beside the
 * key encryption key's.
 */
export async function readServiceKeys(
  { keys }: Pick<Config, "keys">,
  kek: KeyEncryptionKey,
  { random }: System,
): Promise<readonly ServiceKeyEntry[]> {
  if (keys.driver === "key-vault") return keys.serviceKeys;
  if (keys.serviceKeys) return keys.serviceKeys;
  const { openServiceKeyFile } = await import("../../local/embedded/drivers.ts");
  return await openServiceKeyFile({ file: serviceKeyFile(keys), kek, random });
}

/** Where one machine has its service key, unless the configuration has it. */
export function serviceKeyFile({ file }: { readonly file: string }): string {
  return join(dirname(file), "service-key.json");
}

/**
 * Milliseconds after which a request for a token is given up. Longer than the drivers wait: a token that comes late is
 * there for the next call.
 */
const TOKEN_LIMIT = 10_000;

/** The one identity of the app; DefaultAzureCredential would try others that nobody has given any rights. */
export async function managedIdentity(
  { managedIdentity: clientId }: Pick<Config, "managedIdentity">,
  { credential }: Emulated,
): Promise<TokenCredential> {
  if (credential) return credential;
  const { ManagedIdentityCredential } = await import("@azure/identity");
  const { createDefaultHttpClient } = await import("@azure/core-rest-pipeline");
  const client = createDefaultHttpClient();
  return new ManagedIdentityCredential({
    clientId: clientId ?? "",
    // Its own eight retries would outlast the time that a call at a port may take.
    retryOptions: { maxRetries: 1 },
    // It would wait for ever, and each call that asks again would leave a connection behind.
    httpClient: {
      sendRequest: (request) => client.sendRequest(Object.assign(request, { timeout: TOKEN_LIMIT })),
    },
  });
}
