import { randomBytes, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { type Answer, charge, Refusal } from "./answer.ts";
import { createDocuments } from "./documents.ts";
import { createFaults, type Fault, type FaultAnswer } from "./faults.ts";
import { batch, query, queryPlan, read } from "./operations.ts";
import { type CosmosRequest, checkConsistency, parseRequest, type RequestKind } from "./requests.ts";

export interface CosmosServer {
  readonly endpoint: string;
  readonly credential: { readonly key: string };
  readonly database: string;
  readonly container: string;
  /** Every request that came, in order; faulty ones too. */
  readonly requests: readonly RequestKind[];
  /** Makes something go wrong with the next requests. */
  readonly fault: (fault: Fault) => void;
  /** Every document of the container, as JSON. */
  readonly contents: () => string;
  readonly close: () => Promise<void>;
}

export interface CosmosServerOptions {
  /** Milliseconds since 1970-01-01T00:00:00Z; times to live are counted by it. */
  readonly now: () => number;
  /** The account's default consistency: no request may ask for more. */
  readonly consistency?: string;
}

/**
 * An account of Azure Cosmos DB for NoSQL with one container, on loopback: the part of the REST protocol that
 * the store needs, as strict as the service is known to be, with the faults that a test asks for.
 */
export async function startCosmosServer({
  now,
  consistency = "Strong",
}: CosmosServerOptions): Promise<CosmosServer> {
  const key = randomBytes(64).toString("base64");
  const [database, container] = ["backup", "owners"];
  const documents = createDocuments(now);
  const faults = createFaults();
  const requests: RequestKind[] = [];

  function act(request: CosmosRequest): Answer {
    try {
      checkConsistency(request, consistency);
      if ((request.database ?? database) !== database || (request.container ?? container) !== container) {
        throw new Refusal(404, "Owner resource does not exist", { "x-ms-substatus": "1003" });
      }
      switch (request.kind) {
        case "read":
          return read(request, documents);
        case "batch":
          return batch(request, documents);
        case "query":
          return query(request, documents);
        case "query plan":
          return queryPlan(request);
        case "container":
          return { status: 200, body: { id: container, defaultTtl: -1, partitionKey: PARTITION_KEY } };
        case "database":
          return { status: 200, body: { id: database } };
        case "account":
          return { status: 200, body: account(endpoint, consistency) };
      }
    } catch (error) {
      if (error instanceof Refusal) return error.answer;
      throw error;
    }
  }

  async function serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = parseRequest(message, await text(message), key);
    requests.push(request.kind);
    const { acts = 0, meanwhile, ends } = faults.next(request.kind) ?? { acts: 1, ends: "answered" };
    let answer: Answer = { status: 500 };
    for (let n = 0; n < acts; n++) answer = act(request);
    await meanwhile?.();
    if (ends === "dropped") message.socket.destroy();
    else if (ends !== "silent") {
      const session = { "x-ms-session-token": `0:-1#${documents.sequence()}` };
      send(response, ends === "answered" ? answer : faultAnswer(ends), session);
    }
  }

  const server = createServer((message, response) => {
    serve(message, response).catch((error: unknown) => {
      send(
        response,
        error instanceof Refusal ? error.answer : { status: 500, body: { message: String(error) } },
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;

  return {
    endpoint,
    credential: { key },
    database,
    container,
    requests,
    fault: faults.add,
    contents: documents.contents,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const PARTITION_KEY = { paths: ["/userId"], kind: "Hash", version: 2 };

function account(endpoint: string, consistency: string) {
  const locations = [{ name: "Test", databaseAccountEndpoint: endpoint }];
  return {
    id: "account",
    writableLocations: locations,
    readableLocations: locations,
    enableMultipleWriteLocations: false,
    userConsistencyPolicy: { defaultConsistencyLevel: consistency },
  };
}

function faultAnswer({ status, message, retryAfterMs, substatus }: FaultAnswer): Answer {
  const headers = {
    ...charge(0.38),
    ...(retryAfterMs === undefined ? {} : { "x-ms-retry-after-ms": String(retryAfterMs) }),
    ...(substatus === undefined ? {} : { "x-ms-substatus": String(substatus) }),
  };
  return { status, headers, ...(message === undefined ? {} : { body: { code: String(status), message } }) };
}

function send(
  response: ServerResponse,
  { status, body, headers }: Answer,
  more: Record<string, string> = {},
) {
  response.writeHead(status, {
    "content-type": "application/json",
    "x-ms-activity-id": randomUUID(),
    ...more,
    ...headers,
  });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}
