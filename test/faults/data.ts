import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import type { TokenCredential } from "@azure/identity";
import type { Adapters } from "../../functions/compose/services.ts";
import { startCosmosServer } from "../../local/cloud/cosmosServer/server.ts";
import { createTokens } from "../../local/cloud/vaultServer/tokens.ts";
import { openFileKey, openOutbox, openSqliteStore } from "../../local/embedded/drivers.ts";
import type { KeyEncryptionKey } from "../../shared/keys/port.ts";
import { openCosmosStore } from "../../shared/store/cosmos.ts";
import { system } from "../../shared/system.ts";
import { BASE } from "../support/base.ts";

export interface Data {
  /** Opens drivers on it, as each instance of the service does. */
  readonly open: () => Promise<Adapters>;
  /** What can happen to the next calls of the store; left out where nothing of the kind can. */
  readonly disturb?: Readonly<Record<Disturbance, () => void>>;
  readonly remove: () => Promise<void>;
}

/**
 * What can happen around Cosmos DB, besides what every driver has to expect. Only the last makes a call fail.
 * - `throttled`: a request is told to wait;
 * - `cut-off`: a page of the next listing is;
 * - `moved`: the write region does, or the account leaves it altogether;
 * - `token-hangs`: the identity endpoint doesn't answer.
 */
export const DISTURBANCES = ["throttled", "cut-off", "moved", "token-hangs"] as const;
export type Disturbance = (typeof DISTURBANCES)[number];

/** @param now milliseconds since the epoch, from which times to live are counted */
export type MakeData = (now: () => number) => Promise<Data>;

/** An empty SQLite database and a key encryption key, in a folder of their own. */
export const makeSqliteData: MakeData = async (now) => {
  const { folder, kek, remove } = await makeKey();
  const file = join(folder, "backup.db");
  const rest = { kek, ...opened(folder, now) };
  return { open: async () => ({ store: openSqliteStore({ file, now }), ...rest }), remove };
};

/** The same on the Cosmos DB driver, with the protocol server instead of an account. */
export const makeCosmosData: MakeData = async (now) => {
  const tokens = createTokens();
  const [server, { folder, kek, remove }] = await Promise.all([
    startCosmosServer({ now, tokens }),
    makeKey(),
  ]);
  const { endpoint, database, container, ca } = server;
  let hangs = false;
  let moves = 0;
  const credential: TokenCredential = {
    getToken: async () => {
      if (hangs) {
        hangs = false;
        return await new Promise<never>(() => {});
      }
      // Over at once: each request needs another.
      return { token: tokens.issue(new URL(endpoint).origin), expiresOnTimestamp: Date.now() };
    },
  };
  const settings = { endpoint, credential, tokenLimit: 25, database, container, ca, random: system.random };
  const rest = { kek, ...opened(folder, now) };
  return {
    open: async () => ({ store: openCosmosStore(settings), ...rest }),
    disturb: {
      throttled: () => server.fault({ on: "any", ends: { status: 429, message: "busy", retryAfterMs: 1 } }),
      "cut-off": () => server.fault({ on: "query", acts: 1, ends: "dropped" }),
      moved: () => server.moveRegion(moves++ % 2 === 0 ? 3 : 1008),
      "token-hangs": () => {
        hangs = true;
      },
    },
    remove: async () => {
      await server.close();
      await remove();
    },
  };
};

/** What faults don't close: counts over all owners, and what was sent. */
function opened(folder: string, now: () => number): Pick<Adapters, "activations" | "notify"> {
  return {
    activations: openSqliteStore({ file: join(folder, "activations.db"), now }),
    notify: openOutbox({ file: join(folder, "outbox.db"), now }),
  };
}

async function makeKey(): Promise<{ folder: string; kek: KeyEncryptionKey; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(BASE, "authenticator-backup-faults-"));
  return {
    folder,
    kek: await openFileKey({ file: join(folder, "key-encryption-key.pem") }),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
