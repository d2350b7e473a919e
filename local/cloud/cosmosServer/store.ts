import type { TokenCredential } from "@azure/identity";
import { onTestFinished } from "vitest";
import type { CosmosClientSettings } from "../../../shared/store/cosmos/client.ts";
import { openCosmosStore } from "../../../shared/store/cosmos.ts";
import type { Store } from "../../../shared/store/port.ts";
import { system } from "../../../shared/system.ts";
import { type CosmosServer, type CosmosServerOptions, startCosmosServer } from "./server.ts";

export interface ServedStore {
  readonly server: CosmosServer;
  readonly store: Store;
  /** The store of another instance of the service, on the same data. */
  readonly another: () => Promise<Store>;
}

/** A store on a server of its own; both end with the test. */
export async function startCosmosStore(
  options: CosmosServerOptions,
  {
    of = "owners",
    ...settings
  }: Pick<CosmosClientSettings, "consistency" | "timeLimit" | "tokenLimit" | "now"> & {
    readonly credential?: TokenCredential;
    readonly of?: "owners" | "activations";
  } = {},
): Promise<ServedStore> {
  const server = await startCosmosServer(options);
  onTestFinished(() => server.close());
  function open(): Store {
    const second =
      of === "activations" && ({ container: server.activations, partitionKey: "partition" } as const);
    const store = openCosmosStore({ ...server, ...second, random: system.random, ...settings });
    onTestFinished(() => store.close());
    return store;
  }
  return { server, store: open(), another: async () => open() };
}
