import { createHmac, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { Refusal } from "./answer.ts";

export type RequestKind =
  | "account"
  | "database"
  | "container"
  | "ranges"
  | "read"
  | "batch"
  | "query"
  | "query plan";

export interface CosmosRequest {
  readonly kind: RequestKind;
  readonly database?: string | undefined;
  readonly container?: string | undefined;
  readonly id?: string | undefined;
  /** The header `name`; empty if it is missing. */
  readonly header: (name: string) => string;
  readonly body: string;
}

const PATH = /^\/(?:dbs\/([^/]+)(?:\/colls\/([^/]+)(?:\/(?:docs(?:\/([^/]+))?|pkranges))?)?)?\/?$/;

/** What a request may be signed with: the account's key, or an access token for the account. */
interface Credentials {
  readonly key: string;
  readonly isToken: (token: string) => boolean;
}

/** @throws {Refusal} the request isn't one that Cosmos DB, or the part of it that is here, would take */
export function parseRequest(
  message: IncomingMessage,
  body: string,
  credentials: Credentials,
): CosmosRequest {
  const [, ...names] = PATH.exec(new URL(message.url ?? "", "http://cosmos").pathname) ?? [];
  const [database, container, id] = names.map((name) => name && decodeURIComponent(name));
  const header = (name: string) => String(message.headers[name] ?? "");
  const kind = kindOf(message.method, message.url ?? "", { database, container, id }, header);
  if (header("x-ms-version") === "") throw new Refusal(400, "x-ms-version is missing");
  authorize(message.method ?? "", { kind, database, container, id }, header, credentials);
  return { kind, database, container, id, header, body };
}

type Names = Pick<CosmosRequest, "database" | "container" | "id">;

function kindOf(
  method: string | undefined,
  url: string,
  { database, container, id }: Names,
  header: CosmosRequest["header"],
): RequestKind {
  if (method === "GET" && id) return "read";
  if (method === "GET" && url.endsWith("/pkranges")) return "ranges";
  if (method === "GET" && !url.endsWith("/docs")) {
    return container ? "container" : database ? "database" : "account";
  }
  if (method === "POST" && url.endsWith("/docs")) {
    if (/^true$/i.test(header("x-ms-cosmos-is-query-plan-request"))) return "query plan";
    if (/^true$/i.test(header("x-ms-documentdb-isquery"))) return "query";
    const atomic = /^true$/i.test(header("x-ms-cosmos-batch-atomic"));
    if (/^true$/i.test(header("x-ms-cosmos-is-batch-request")) && atomic) return "batch";
  }
  throw new Refusal(405, `${method} ${url} is more than this server speaks`);
}

/** https://learn.microsoft.com/rest/api/cosmos-db/access-control-on-cosmosdb-resources */
function authorize(
  method: string,
  { kind, database, container, id }: Names & { kind: RequestKind },
  header: CosmosRequest["header"],
  { key, isToken }: Credentials,
): void {
  const [, token] = /^type=aad&ver=1\.0&sig=(.+)$/.exec(decodeURIComponent(header("authorization"))) ?? [];
  if (token !== undefined && isToken(token)) return;
  const parent = `dbs/${database}/colls/${container}`;
  const [type, link] =
    kind === "account"
      ? ["", ""]
      : kind === "database"
        ? ["dbs", `dbs/${database}`]
        : kind === "container"
          ? ["colls", parent]
          : kind === "ranges"
            ? ["pkranges", parent]
            : ["docs", id ? `${parent}/docs/${id}` : parent];
  const text = `${method.toLowerCase()}\n${type}\n${link}\n${header("x-ms-date").toLowerCase()}\n\n`;
  const signature = createHmac("sha256", Buffer.from(key, "base64")).update(text).digest("base64");
  const expected = Buffer.from(encodeURIComponent(`type=master&ver=1.0&sig=${signature}`));
  const given = Buffer.from(header("authorization"));
  if (header("x-ms-date") === "" || given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw new Refusal(401, "The input authorization token can't serve the request.");
  }
}

const LEVELS = ["Eventual", "ConsistentPrefix", "Session", "BoundedStaleness", "Strong"];

/** @throws {Refusal} the request asks for more than the account is set to */
export function checkConsistency({ header }: CosmosRequest, account: string): void {
  const asked = header("x-ms-consistency-level");
  if (asked !== "" && LEVELS.indexOf(asked) > LEVELS.indexOf(account)) {
    throw new Refusal(400, `ConsistencyLevel ${asked} is stronger than the account's, ${account}.`);
  }
}

/** The one value of the partition key header. @throws {Refusal} */
export function partitionOf({ header }: CosmosRequest): string {
  let value: unknown;
  try {
    value = JSON.parse(header("x-ms-documentdb-partitionkey"));
  } catch {
    throw new Refusal(400, "x-ms-documentdb-partitionkey is missing or no JSON");
  }
  const [partition, ...others] = Array.isArray(value) ? value : [];
  if (typeof partition === "string" && others.length === 0) return partition;
  throw new Refusal(400, "x-ms-documentdb-partitionkey doesn't match the container's definition");
}
