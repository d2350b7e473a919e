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

/** The queries that this server speaks: of whole items, or of these members; in one partition, or whatever it is. */
const QUERY =
  /^SELECT (\*|c\.id, c\.userId, c\._etag) FROM c WHERE (c\.userId = @partition AND )?STARTSWITH\(c\.id, @prefix\)( AND NOT STARTSWITH\(c\.id, @without\))?$/;
const PAGE_ITEMS = 100;
const PAGE_BYTES = 4 * 1024 * 1024;

interface QueryBody {
  readonly query: string;
  readonly parameters?: readonly { readonly name: string; readonly value: string }[];
}

interface Query {
  /** Whether a document meets its conditions. */
  readonly matches: (document: Document) => boolean;
  /** What it answers of one that does. */
  readonly select: (document: Document) => Document;
}

function parseQuery({ header, body }: CosmosRequest): Query {
  if (header("content-type") !== "application/query+json") throw new Refusal(400, "Invalid content type");
  const { query, parameters } = JSON.parse(body) as QueryBody;
  const parameter = (asked: string) => parameters?.find(({ name }) => name === asked)?.value;
  const [, members, ofPartition, butSome] = QUERY.exec(query) ?? [];
  const [partition, prefix] = [parameter("@partition"), parameter("@prefix")];
  const without = butSome === undefined ? undefined : parameter("@without");
  if (members === undefined || prefix === undefined) throw new Refusal(400, `this server speaks ${QUERY}`);
  return {
    matches: ({ id, userId }) =>
      String(id).startsWith(prefix) &&
      !(without !== undefined && String(id).startsWith(without)) &&
      (ofPartition === undefined || userId === partition),
    select: (document) => {
      const { id, userId, _etag } = document;
      return members === "*" ? document : { id, userId, _etag };
    },
  };
}

/**
 * One page of a query within one partition; of all partitions if the request names a range of partition keys instead
 * of one. A page goes on after the last document of the page before, even if that is gone.
 */
export function query(request: CosmosRequest, documents: Documents): Answer {
  const { matches, select } = parseQuery(request);
  const isRange = request.header("x-ms-documentdb-partitionkeyrangeid") !== "";
  const most = Number(request.header("x-ms-max-item-count") || PAGE_ITEMS);
  const found = documents
    .list(isRange ? undefined : partitionOf(request), request.header("x-ms-continuation") || undefined)
    .filter(matches);
  const page: Document[] = [];
  let bytes = 0;
  for (const document of found.slice(0, most)) {
    bytes += Buffer.byteLength(JSON.stringify(select(document)));
    if (bytes > PAGE_BYTES && page.length > 0) break;
    page.push(document);
  }
  const more = page.length < found.length ? { "x-ms-continuation": String(page.at(-1)?._rid) } : {};
  return {
    status: 200,
    body: { _rid: "coll=", Documents: page.map(select), _count: page.length },
    headers: { ...charge(2.8), ...more },
  };
}

/** The ranges of partition keys, one for each physical partition. */
export const RANGES: Answer = {
  status: 200,
  body: { PartitionKeyRanges: [{ id: "0", minInclusive: "", maxExclusive: "FF", parents: [] }], _count: 1 },
};

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
