import type { CosmosClient } from "@azure/cosmos";
import { randomId, type System } from "../system.ts";
import { call, sendUntilAnswered } from "./cosmos/calls.ts";
import { type CosmosClientSettings, createCosmosClient, TIME_LIMIT } from "./cosmos/client.ts";
import { commitBatch } from "./cosmos/commit.ts";
import { requireDefinition } from "./cosmos/definition.ts";
import { type PartitionKey, readItem } from "./cosmos/documents.ts";
import { queryDue } from "./cosmos/due.ts";
import { queryOutdated } from "./cosmos/outdated.ts";
import { readPage } from "./cosmos/pages.ts";
import { type Store, type StoredItem, weighBatch } from "./port.ts";

export { createCosmosClient, requireLoopback } from "./cosmos/client.ts";

interface CosmosContainer {
  readonly database: string;
  /** A container whose default time to live is -1: off unless an item has one. */
  readonly container: string;
  /** Its partition key path is `/{partitionKey}`; `userId` when left out. */
  readonly partitionKey?: PartitionKey;
  /** Milliseconds a call may take, all its requests included. */
  readonly timeLimit?: number;
  /** The randomness for a commit's id. */
  readonly random: System["random"];
  /** Milliseconds, from any epoch: calls are timed by it. */
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
    partitionKey: key = "userId",
    timeLimit = TIME_LIMIT,
    random,
    now = () => performance.now(),
  }: CosmosContainer,
): Store {
  const container = client.database(database).container(name);
  const options = { timeLimit, now };
  let definitionDue = Number.NEGATIVE_INFINITY;

  return {
    read: (partition, id) =>
      call("read", options, async (running) => {
        const found = await readItem(container, { key, partition }, id, running);
        return found && { id, etag: found.etag, body: found.body };
      }),

    async list(partition, prefix) {
      const items: StoredItem[] = [];
      let from: string | undefined;
      do {
        const asked = { key, partition, prefix, members: "all", from } as const;
        const page = await call("list", options, (running) => readPage(container, asked, running));
        for (const { id, etag, body } of page.items) items.push({ id, etag, body });
        from = page.next;
      } while (from !== undefined);
      return items.sort((a, b) => (a.id < b.id ? -1 : 1));
    },

    async listIds(partition, { from, without } = {}) {
      const asked = { key, partition, prefix: "", without, members: "ids", from } as const;
      const { items, ...next } = await call("list", options, (running) =>
        readPage(container, asked, running),
      );
      return { items: items.map(({ id, etag }) => ({ id, etag })), ...next };
    },

    due: (before, limit, skip = 0) =>
      call("due", options, (running) =>
        sendUntilAnswered(running, () => queryDue(container, { key, before, limit, skip }, running)),
      ),

    outdated: (current, limit, after = "") =>
      call("outdated", options, (running) =>
        sendUntilAnswered(running, () => queryOutdated(container, { key, current, limit, after }, running)),
      ),

    commit: async (partition, operations) => {
      weighBatch(operations);
      const id = randomId({ random });
      return call("commit", options, (running) =>
        commitBatch({ container, key, partition, operations, id, call: running }),
      );
    },

    check: () =>
      call("check", options, async (running) => {
        // A point read needs no rights beyond those that the service has anyway.
        await readItem(container, { key, partition: "check" }, "check", running);
        const time = now();
        if (time < definitionDue) return;
        await requireDefinition(container, key, running);
        definitionDue = time + DEFINITION_FOR;
      }),

    close: async () => {},
  };
}

/**
 * Milliseconds for which a container is taken to be set up as it was: an account answers such questions far more seldom
 * than others (https://learn.microsoft.com/azure/cosmos-db/concepts-limits#metadata-request-limits).
 */
const DEFINITION_FOR = 5 * 60_000;
