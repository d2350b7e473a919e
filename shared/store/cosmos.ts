import type { CosmosClient } from "@azure/cosmos";
import { randomId, type System } from "../system.ts";
import { call, sendUntilAnswered } from "./cosmos/calls.ts";
import { type CosmosClientSettings, createCosmosClient, TIME_LIMIT } from "./cosmos/client.ts";
import { commitBatch } from "./cosmos/commit.ts";
import { fromDocument, readItem } from "./cosmos/documents.ts";
import { type Store, type StoredItem, serializeBatch } from "./port.ts";

export { createCosmosClient, requireLoopback } from "./cosmos/client.ts";

interface CosmosContainer {
  readonly database: string;
  /** A container whose partition key is `/userId` and whose default time to live is -1: off unless an item has one. */
  readonly container: string;
  /** Milliseconds a call may take, all its requests included. */
  readonly timeLimit?: number;
  /** The randomness for a commit's id. */
  readonly random: System["random"];
  /** Milliseconds; measures how long calls take. */
  readonly now?: () => number;
}

/**
 * The store in a container of Azure Cosmos DB for NoSQL. Its times to live are whole seconds, counted from the whole
 * second of the write, so an item can be gone up to a second early.
 */
export function openCosmosStore(settings: CosmosClientSettings & CosmosContainer): Store {
  const client = createCosmosClient(settings);
  return { ...openContainer(client, settings), close: async () => client.dispose() };
}

/** One of several containers that share a client. Closing the store leaves the client open. */
export function openContainer(
  client: CosmosClient,
  {
    database,
    container: name,
    timeLimit = TIME_LIMIT,
    random,
    now = () => performance.now(),
  }: CosmosContainer,
): Store {
  const container = client.database(database).container(name);
  const options = { timeLimit, now };

  return {
    read: (partition, id) =>
      call("read", options, async (running) => {
        const found = await readItem(container, partition, id, running);
        return found && { id, etag: found.etag, body: found.body };
      }),

    list: (partition, prefix) =>
      call("list", options, (running) =>
        sendUntilAnswered(running, async () => {
          const items: StoredItem[] = [];
          const query = container.items.query<Record<string, unknown>>(
            { query: LIST, parameters: [{ name: "@prefix", value: prefix }] },
            { partitionKey: partition, abortSignal: running.signal },
          );
          for await (const { resources, requestCharge } of query.getAsyncIterator()) {
            running.charged(requestCharge);
            for (const document of resources) {
              const { id, etag, body } = fromDocument(document);
              items.push({ id, etag, body });
            }
          }
          // Cosmos DB promises no order without an index for it.
          return items.sort((a, b) => (a.id < b.id ? -1 : 1));
        }),
      ),

    commit: async (partition, operations) => {
      serializeBatch(operations);
      const id = randomId({ random });
      return call("commit", options, (running) =>
        commitBatch({ container, partition, operations, id, call: running }),
      );
    },

    // A point read needs no rights beyond those that the service has anyway.
    check: () =>
      call("check", options, async (running) => void (await readItem(container, "check", "check", running))),

    close: async () => {},
  };
}

const LIST = "SELECT * FROM c WHERE STARTSWITH(c.id, @prefix)";
