import { type Answer, charge, Refusal } from "./answer.ts";
import type { BatchOperation, Document, Documents } from "./documents.ts";
import { type CosmosRequest, partitionOf } from "./requests.ts";

/** The point read of an item. */
export function read(request: CosmosRequest, documents: Documents): Answer {
  const document = documents.read(partitionOf(request), request.id ?? "");
  if (!document) throw new Refusal(404, "Entity with the specified id does not exist.", charge(1));
  return { status: 200, body: document, headers: { ...charge(2), etag: String(document._etag) } };
}

const BATCH_BYTES = 2 * 1024 * 1024;
const BATCH_OPERATIONS = 100;

/** A transactional batch. */
export function batch(request: CosmosRequest, documents: Documents): Answer {
  const partition = partitionOf(request);
  if (Buffer.byteLength(request.body) > BATCH_BYTES) throw new Refusal(413, "Request size is too large");
  const operations: unknown = JSON.parse(request.body);
  if (!Array.isArray(operations) || operations.length < 1 || operations.length > BATCH_OPERATIONS) {
    throw new Refusal(400, "Batch request has no operations, or more operations than what is supported.");
  }
  const results = documents.apply(partition, operations as BatchOperation[]);
  const minimal = request.header("prefer") === "return=minimal";
  const body = minimal ? results.map(({ resourceBody, ...result }) => result) : results;
  const units = results.reduce((sum, { requestCharge }) => sum + requestCharge, 0);
  const failed = results.some(({ statusCode }) => statusCode >= 400);
  return { status: failed ? 207 : 200, body, headers: charge(units) };
}

const QUERY = "SELECT * FROM c WHERE STARTSWITH(c.id, @prefix)";
const PAGE_ITEMS = 100;
const PAGE_BYTES = 4 * 1024 * 1024;

interface QueryBody {
  readonly query: string;
  readonly parameters?: readonly { readonly name: string; readonly value: string }[];
}

function parseQuery({ header, body }: CosmosRequest): string {
  if (header("content-type") !== "application/query+json") throw new Refusal(400, "Invalid content type");
  const { query, parameters } = JSON.parse(body) as QueryBody;
  const prefix = parameters?.find(({ name }) => name === "@prefix");
  if (query !== QUERY || !prefix) throw new Refusal(400, `this server speaks one query: ${QUERY}`);
  return prefix.value;
}

/** One page of the one query that the store asks, within one partition. */
export function query(request: CosmosRequest, documents: Documents): Answer {
  const prefix = parseQuery(request);
  const from = Number(request.header("x-ms-continuation") || 0);
  const most = Number(request.header("x-ms-max-item-count") || PAGE_ITEMS);
  const found = documents.list(partitionOf(request)).filter(({ id }) => String(id).startsWith(prefix));
  const page: Document[] = [];
  let bytes = 0;
  for (const document of found.slice(from, from + most)) {
    bytes += Buffer.byteLength(JSON.stringify(document));
    if (bytes > PAGE_BYTES && page.length > 0) break;
    page.push(document);
  }
  const next = from + page.length;
  return {
    status: 200,
    body: { _rid: "coll=", Documents: page, _count: page.length },
    headers: { ...charge(2.8), ...(next < found.length ? { "x-ms-continuation": String(next) } : {}) },
  };
}

/** How to split the query over partitions; the SDK asks before every query. */
export function queryPlan(request: CosmosRequest): Answer {
  parseQuery(request);
  const none = { distinctType: "None", top: null, offset: null, limit: null, rewrittenQuery: "" };
  const lists = { orderBy: [], orderByExpressions: [], groupByExpressions: [], aggregates: [] };
  return {
    status: 200,
    body: {
      partitionedQueryExecutionInfoVersion: 2,
      queryInfo: { ...none, ...lists, groupByAliasToAggregateType: {}, hasSelectValue: false },
      queryRanges: [{ min: "", max: "FF", isMinInclusive: true, isMaxInclusive: false }],
    },
    headers: charge(0),
  };
}
