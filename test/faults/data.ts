import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Adapters } from "../../functions/compose/services.ts";
import { startCosmosServer } from "../../local/cloud/cosmosServer/server.ts";
import { openFileKey, openSqliteStore } from "../../local/embedded/drivers.ts";
import type { KeyEncryptionKey } from "../../shared/keys/port.ts";
import { openCosmosStore } from "../../shared/store/cosmos.ts";
import { system } from "../../shared/system.ts";
import { BASE } from "../support/base.ts";

export interface Data {
  /** Opens drivers on it, as each instance of the service does. */
  readonly open: () => Promise<Adapters>;
  readonly remove: () => Promise<void>;
}

/** @param now milliseconds since the epoch, from which times to live are counted */
export type MakeData = (now: () => number) => Promise<Data>;

/** An empty SQLite database and a key encryption key, in a folder of their own. */
export const makeSqliteData: MakeData = async (now) => {
  const { folder, kek, remove } = await makeKey();
  const file = join(folder, "backup.db");
  return { open: async () => ({ store: openSqliteStore({ file, now }), kek }), remove };
};

/** The same on the Cosmos DB driver, with the protocol server instead of an account. */
export const makeCosmosData: MakeData = async (now) => {
  const [server, { kek, remove }] = await Promise.all([startCosmosServer({ now }), makeKey()]);
  const { endpoint, credential, database, container } = server;
  const settings = { endpoint, credential, database, container, random: system.random };
  return {
    open: async () => ({ store: openCosmosStore(settings), kek }),
    remove: async () => {
      await server.close();
      await remove();
    },
  };
};

async function makeKey(): Promise<{ folder: string; kek: KeyEncryptionKey; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(BASE, "authenticator-backup-faults-"));
  return {
    folder,
    kek: await openFileKey({ file: join(folder, "key-encryption-key.pem") }),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
