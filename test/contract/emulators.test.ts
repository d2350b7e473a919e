import { randomUUID } from "node:crypto";
import { DefaultAzureCredential } from "@azure/identity";
import { describe, onTestFinished } from "vitest";
import { type CosmosClientSettings, createCosmosClient } from "../../shared/store/cosmos/client.ts";
import { openCosmosStore } from "../../shared/store/cosmos.ts";
import { system } from "../../shared/system.ts";
import type { OpenedStore } from "./store/fixture.ts";
import { type StoreContractOptions, storeContract } from "./store.ts";

/** The contract on Cosmos DB, and on what passes itself off as it, where the environment says they are. */
const {
  COSMIUM_ENDPOINT,
  COSMOSDB_SERVER_ENDPOINT,
  COSMOS_ENDPOINT,
  COSMOS_DATABASE = "backup",
  COSMOS_CONTAINER = "owners",
} = process.env;

const COSMIUM: StoreContractOptions = {
  leftOut: [
    [
      /reading > (gives back|lists ids)|> ETags > (changes|stays|is never)/,
      "its batches answer without ETags",
    ],
    [/reading > (finds|keeps|lists the ids)/, "it knows an item by its id alone, whatever the partition"],
    [
      /committing > (creates|with|doesn't|names|.*replace an item)|> ETags > refuses|any sequence/,
      "its batches are neither atomic nor conditional",
    ],
    [/> times to live >/, "it keeps what has expired"],
  ],
};

const COSMOSDB_SERVER: StoreContractOptions = {
  leftOut: [
    [/reading > (finds|keeps|lists the ids)/, "its queries answer from all partitions"],
    [
      /reading > (shows|lists ids)|committing > (creates|tells|with|doesn't|names|.*replace an item)|> ETags >|any sequence/,
      "its batches can't replace or delete: they want a partition key of their own for each operation",
    ],
    [/what is (due|under another key) >/, "it makes no plan of a query over all partitions"],
    [/> times to live >/, "it keeps what has expired"],
  ],
};

/** A clock on Azure can't be moved. */
const ACCOUNT: StoreContractOptions = {
  clock: "none",
  leftOut: [[/> times to live >/, "the test would have to wait"]],
};

function open(settings: CosmosClientSettings, database: string, container: string): OpenedStore {
  function openOne() {
    const store = openCosmosStore({ ...settings, database, container, random: system.random });
    onTestFinished(() => store.close());
    return store;
  }
  return { store: openOne(), another: async () => openOne() };
}

function emulatorContract(name: string, endpoint: string | undefined, options: StoreContractOptions): void {
  describe.skipIf(endpoint === undefined)(name, () => {
    storeContract(
      "as the store",
      async () => {
        // Neither checks it.
        const settings = { endpoint: endpoint ?? "", credential: { key: "bm9uZQ==" } };
        const client = createCosmosClient(settings);
        const { database } = await client.databases.createIfNotExists({ id: "backup" });
        const container = randomUUID();
        await database.containers.create({
          id: container,
          partitionKey: "/userId",
          defaultTtl: -1,
          indexingPolicy: {
            includedPaths: ["/dueAt/?", "/kek/?", "/userId/?"].map((path) => ({ path })),
            excludedPaths: [{ path: "/*" }],
          },
        });
        return open(settings, "backup", container);
      },
      options,
    );
  });
}

emulatorContract("Cosmium", COSMIUM_ENDPOINT, COSMIUM);
emulatorContract("@vercel/cosmosdb-server", COSMOSDB_SERVER_ENDPOINT, COSMOSDB_SERVER);

describe.skipIf(COSMOS_ENDPOINT === undefined)("an account of Azure Cosmos DB", () => {
  storeContract(
    "as the store",
    async () => {
      const settings = { endpoint: COSMOS_ENDPOINT ?? "", credential: new DefaultAzureCredential() };
      return open(settings, COSMOS_DATABASE, COSMOS_CONTAINER);
    },
    ACCOUNT,
  );
});
