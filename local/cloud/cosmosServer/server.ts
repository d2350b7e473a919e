import { randomBytes, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { text } from "node:stream/consumers";
import { selfSigned } from "../vaultServer/certificate.ts";
import type { Tokens } from "../vaultServer/tokens.ts";
import { type Answer, charge, Refusal } from "./answer.ts";
import { type ContainerDefinition, createDocuments, RANGES } from "./documents.ts";
import { createFaults, type Fault, type FaultAnswer } from "./faults.ts";
import { batch, query, queryPlan, read } from "./operations.ts";
import { underConsistency } from "./prices.ts";
import { type CosmosRequest, checkConsistency, parseRequest, type RequestKind } from "./requests.ts";

export interface CosmosServer {
  readonly endpoint: string;
  readonly credential: { readonly key: string };
  readonly database: string;
  readonly container: string;
  /** The container of what belongs to no owner. */
  readonly activations: string;
  /** The certificate that a client has to trust; undefined without `tokens`. */
  readonly ca: string | undefined;
  /** Every request that came, in order; faulty ones too. May be emptied. */
  readonly requests: RequestKind[];
  /** Every page of a query that was answered, in order: the query, its partition, and where the page begins. May be emptied. */
  readonly pages: string[];
  /** How many connections are open. */
  readonly connections: () => number;
  /** How many there have been. */
  readonly opened: () => number;
  /**
   * The account's name leads to another region from now on. On the connections that are there, this region goes on to
   * answer: with 403/3 to writes if it is one for reads now, with 403/1008 to everything if it is none of the account's.
   */
  readonly moveRegion: (substatus: 3 | 1008) => void;
  /** Makes something go wrong with the next requests. */
  readonly fault: (fault: Fault) => void;
  /** RU that deletions by time to live cost: of all that is gone so, and of all that is there and will be. */
  readonly expiring: () => number;
  /** Every document of both containers, as JSON. */
  readonly contents: () => string;
  readonly close: () => Promise<void>;
}

export interface CosmosServerOptions {
  /** Milliseconds since 1970-01-01T00:00:00Z; times to live are counted by it. */
  readonly now: () => number;
  /** The account's default consistency: no request may ask for more. */
  readonly consistency?: string;
  readonly definition?: ContainerDefinition;
  /** The access tokens that it takes beside its key, for its own address; with them it speaks HTTPS. */
  readonly tokens?: Tokens;
}

/** As the container has to be. */
const DEFINITION: ContainerDefinition = { defaultTtl: -1, partitionKey: "/userId" };

/**
 * An account of Azure Cosmos DB for NoSQL with its two containers, on loopback: the part of the REST protocol that
 * the store needs, as strict as the service is known to be, with the faults that a test asks for.
 */
export async function startCosmosServer({
  now,
  consistency = "Strong",
  definition = DEFINITION,
  tokens,
}: CosmosServerOptions): Promise<CosmosServer> {
  const key = randomBytes(64).toString("base64");
  const [database, container, activations] = ["backup", "owners", "activations"];
  const definitions: Readonly<Record<string, ContainerDefinition>> = {
    [container]: definition,
    [activations]: { defaultTtl: -1, partitionKey: "/partition" },
  };
  const containers = new Map(
    Object.entries(definitions).map(([name, each]) => [name, createDocuments(now, each)]),
  );
  const all = () => [...containers.values()];
  const faults = createFaults();
  const requests: RequestKind[] = [];
  const pages: string[] = [];
  const sockets = new Set<Socket>();
  let opened = 0;
  const left = new WeakMap<Socket, 3 | 1008>();
  const isToken = (token: string) => tokens?.isFor(token, new URL(endpoint).origin) ?? false;

  const priced = (price: number) => underConsistency(price, consistency);

  function act(request: CosmosRequest): Answer {
    try {
      checkConsistency(request, consistency);
      const name = request.container ?? container;
      const documents = containers.get(name);
      if ((request.database ?? database) !== database || !documents) {
        throw new Refusal(404, "Owner resource does not exist", { "x-ms-substatus": "1003" });
      }
      switch (request.kind) {
        case "read":
          return read(request, documents, priced);
        case "batch":
          return batch(request, documents);
        case "query":
          return query(request, documents, priced);
        case "query plan":
          return queryPlan(request);
        case "container":
          return { status: 200, body: { id: name, ...described(definitions[name] ?? definition) } };
        case "ranges":
          return { status: 200, body: { _rid: "coll=", PartitionKeyRanges: RANGES, _count: RANGES.length } };
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
    const request = parseRequest(message, await text(message), { key, isToken });
    requests.push(request.kind);
    const moved = left.get(message.socket);
    if (moved === 1008 || (moved === 3 && request.kind === "batch")) {
      return send(response, faultAnswer({ status: 403, message: "moved", substatus: moved }));
    }
    const { acts = 0, meanwhile, ends } = faults.next(request.kind) ?? { acts: 1, ends: "answered" };
    let answer: Answer = { status: 500 };
    for (let n = 0; n < acts; n++) answer = act(request);
    await meanwhile?.();
    if (ends === "answered" && request.kind === "query") pages.push(pageOf(request));
    if (ends === "dropped") message.socket.destroy();
    else if (ends !== "silent") {
      const session = {
        "x-ms-session-token": `0:-1#${all().reduce((sum, documents) => sum + documents.sequence(), 0)}`,
      };
      send(response, ends === "answered" ? answer : faultAnswer(ends), session);
    }
  }

  const answer = (message: IncomingMessage, response: ServerResponse) => {
    serve(message, response).catch((error: unknown) => {
      send(
        response,
        error instanceof Refusal ? error.answer : { status: 500, body: { message: String(error) } },
      );
    });
  };
  const secret = tokens && selfSigned("localhost");
  const server = secret ? createSecureServer(secret, answer) : createServer(answer);
  server.on(secret ? "secureConnection" : "connection", (socket: Socket) => {
    opened++;
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const endpoint = secret ? `https://localhost:${port}/` : `http://127.0.0.1:${port}/`;

  return {
    endpoint,
    credential: { key },
    ca: secret?.cert,
    database,
    container,
    activations,
    requests,
    pages,
    connections: () => sockets.size,
    opened: () => opened,
    moveRegion: (substatus) => {
      for (const socket of sockets) left.set(socket, substatus);
    },
    fault: faults.add,
    expiring: () => all().reduce((sum, documents) => sum + documents.expiring(), 0),
    contents: () =>
      all()
        .map((documents) => documents.contents())
        .join("\n"),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function pageOf({ body, header }: CosmosRequest): string {
  const { query: asked } = JSON.parse(body) as { query: string };
  return [asked, header("x-ms-documentdb-partitionkey"), header("x-ms-continuation")].join(" ");
}

function described({ defaultTtl, partitionKey, indexingPolicy = INDEXING }: ContainerDefinition) {
  return { defaultTtl, partitionKey: { paths: [partitionKey], kind: "Hash", version: 2 }, indexingPolicy };
}

const INDEXING = {
  indexingMode: "consistent",
  automatic: true,
  includedPaths: [{ path: "/dueAt/?" }, { path: "/userId/?" }, { path: "/kek/?" }],
  excludedPaths: [{ path: "/*" }, { path: '/"_etag"/?' }],
};

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

function faultAnswer({ status, message, retryAfterMs, substatus, ...more }: FaultAnswer): Answer {
  const headers = {
    ...charge(0.38),
    ...(retryAfterMs === undefined ? {} : { "x-ms-retry-after-ms": String(retryAfterMs) }),
    ...(substatus === undefined ? {} : { "x-ms-substatus": String(substatus) }),
  };
  const { body = message && { code: String(status), message } } = more;
  return { status, headers, body };
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
