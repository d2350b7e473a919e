import type { JSONObject, OperationInput } from "@azure/cosmos";
import { describe, expect, it, onTestFinished } from "vitest";
import { startCosmosServer } from "../../../local/cloud/cosmosServer/server.ts";
import { createCosmosClient } from "../../../shared/store/cosmos.ts";

/** What Cosmos DB refuses, and the server in its place has to: nothing may work in tests alone. */
async function start() {
  const server = await startCosmosServer({ now: () => Date.parse("2026-11-22T07:00:00Z") });
  onTestFinished(() => server.close());
  const client = createCosmosClient(server);
  return { server, client, container: client.database(server.database).container(server.container) };
}

function creating(members: JSONObject): OperationInput {
  return { operationType: "Create", resourceBody: { id: "owner", userId: "alice", ...members } };
}

const REFUSED: Record<string, { operation: OperationInput; status: number }> = {
  "of another partition": { operation: creating({ userId: "bob" }), status: 400 },
  "without a partition": { operation: creating({ userId: null }), status: 400 },
  "whose id has a slash": { operation: creating({ id: "a/b" }), status: 400 },
  "whose id has a backslash": { operation: creating({ id: "a\\b" }), status: 400 },
  "whose id has a number sign": { operation: creating({ id: "a#b" }), status: 400 },
  "whose id has a question mark": { operation: creating({ id: "a?b" }), status: 400 },
  "whose id has 1,024 bytes": { operation: creating({ id: "x".repeat(1_024) }), status: 400 },
  "that lives for no time": { operation: creating({ ttl: 0 }), status: 400 },
  "that lives for half a second": { operation: creating({ ttl: 0.5 }), status: 400 },
  "that isn't there, on an ETag": {
    operation: {
      operationType: "Replace",
      id: "owner",
      ifMatch: '"1"',
      resourceBody: { id: "owner", userId: "alice" },
    },
    status: 404,
  },
};

describe("the protocol server", () => {
  it.each(Object.entries(REFUSED))(
    "refuses an item %s, and the batch with it",
    async (_, { operation, status }) => {
      const { container } = await start();
      const { code, result } = await container.items.batch([creating({ id: "event:1" }), operation], "alice");
      expect(code).toBe(207);
      expect(result?.map(({ statusCode }) => statusCode)).toEqual([424, status]);
      expect((await container.item("event:1", "alice").read()).statusCode).toBe(404);
    },
  );

  it("refuses a batch of more than 2 MiB", async () => {
    const { container } = await start();
    const large = creating({ jwe: "x".repeat(2 * 1024 * 1024) });
    await expect(container.items.batch([large], "alice")).rejects.toMatchObject({ cause: { code: 413 } });
  });

  it("refuses requests without a partition key, and queries that it doesn't speak", async () => {
    const { container } = await start();
    const query = "SELECT * FROM c WHERE STARTSWITH(c.id, @prefix)";
    const parameters = [{ name: "@prefix", value: "" }];
    const everywhere = container.items.query({ query, parameters });
    await expect(everywhere.fetchAll()).rejects.toMatchObject({ code: 400 });
    const another = container.items.query("SELECT c.id FROM c", { partitionKey: "alice" });
    await expect(another.fetchAll()).rejects.toMatchObject({ code: 400 });
  });

  it("refuses who doesn't sign the request", async () => {
    const { server } = await start();
    const headers = { "x-ms-version": "2020-07-15", "x-ms-date": new Date().toUTCString() };
    expect((await fetch(server.endpoint, { headers })).status).toBe(401);
    expect((await fetch(`${server.endpoint}dbs/${server.database}`, { headers })).status).toBe(401);
  });

  it("tells of the account, the database and the container", async () => {
    const { client, container } = await start();
    const account = await client.getDatabaseAccount();
    expect(account.resource?.consistencyPolicy).toBe("Strong");
    expect((await container.database.read()).resource).toMatchObject({ id: "backup" });
    expect((await container.read()).resource).toMatchObject({ defaultTtl: -1 });
  });
});
