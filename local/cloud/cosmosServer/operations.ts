import { type Answer, charge, Refusal } from "./answer.ts";
import { type BatchOperation, bytesOf, type Document, type Documents } from "./documents.ts";
import { NOT_THERE, pagePrice, readPrice } from "./prices.ts";
import { type CosmosRequest, partitionOf } from "./requests.ts";

/** What a read costs under the account's consistency, of what it costs under a weak one. */
export type ReadPrice = (price: number) => number;

/** The point read of an item. */
export function read(request: CosmosRequest, documents: Documents, priced: ReadPrice): Answer {
  const document = documents.read(partitionOf(request), request.id ?? "");
  if (!document) {
    throw new Refusal(404, "Entity with the specified id does not exist.", charge(priced(NOT_THERE)));
  }
  const price = priced(readPrice(bytesOf(document)));
  return { status: 200, body: document, headers: { ...charge(price), etag: String(document._etag) } };
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

/** Listings: of whole items, or of these members; in one partition, or whatever it is. */
const LIST =
  /^SELECT (\*|c\.id, c\.(?:userId|partition), c\._etag) FROM c WHERE (c\.(?:userId|partition) = @partition AND )?STARTSWITH\(c\.id, @prefix\)( AND NOT STARTSWITH\(c\.id, @without\))?$/;
const DUE = "SELECT * FROM c WHERE c.dueAt <= @before ORDER BY c.dueAt";

/** What the plan makes of {@link DUE}, for each physical partition: the SDK merges by `orderByItems`. */
const REWRITTEN =
  'SELECT c._rid, [{"item": c.dueAt}] AS orderByItems, c AS payload FROM c ' +
  "WHERE ((c.dueAt <= @before) AND ({documentdb-formattableorderbyquery-filter})) ORDER BY c.dueAt";
const DUE_IN_RANGE = REWRITTEN.replace("{documentdb-formattableorderbyquery-filter}", "true");

/** Items under other keys than these, in the order of their partitions. */
const OUTDATED =
  /^SELECT c\.id, c\.(userId|partition), c\.kek, c\.ttl, c\._etag, c\._ts FROM c WHERE c\.kek > @none((?: AND c\.kek != @current\d+)*) AND c\.\1 > @after ORDER BY c\.\1$/;

/** What the plan makes of it. */
const rewrittenOutdated = (key: string, others: string) =>
  `SELECT c._rid, [{"item": c.${key}}] AS orderByItems, {"id": c.id, "${key}": c.${key}, "kek": c.kek, "ttl": c.ttl, "_etag": c._etag, "_ts": c._ts} AS payload FROM c ` +
  `WHERE ((c.kek > @none${others} AND c.${key} > @after) AND ({documentdb-formattableorderbyquery-filter})) ORDER BY c.${key}`;
const OUTDATED_IN_RANGE =
  /^SELECT c\._rid, \[.*c\.kek > @none((?: AND c\.kek != @current\d+)*) AND .* AND \(true\)\) ORDER BY c\.\w+$/;

const PAGE_ITEMS = 100;
const PAGE_BYTES = 4 * 1024 * 1024;

interface QueryBody {
  readonly query: string;
  readonly parameters?: readonly { readonly name: string; readonly value: string }[];
}

function parseQuery({ header, body }: CosmosRequest) {
  if (header("content-type") !== "application/query+json") throw new Refusal(400, "Invalid content type");
  const { query, parameters } = JSON.parse(body) as QueryBody;
  const value = (name: string) => {
    const found = parameters?.find((parameter) => parameter.name === name);
    if (!found) throw new Refusal(400, `the parameter ${name} is missing`);
    return found.value;
  };
  const isKnown =
    query === DUE ||
    query === DUE_IN_RANGE ||
    [LIST, OUTDATED, OUTDATED_IN_RANGE].some((one) => one.test(query));
  if (!isKnown) {
    throw new Refusal(400, `this server does not speak ${query}`);
  }
  return { query, value };
}

/** One page of one of the queries that the store asks: within one partition, or one physical one. */
export function query(request: CosmosRequest, documents: Documents, priced: ReadPrice): Answer {
  const { query, value } = parseQuery(request);
  if (query === DUE_IN_RANGE) return pageOfDue(request, documents, priced, value("@before"));
  const [, others] = OUTDATED_IN_RANGE.exec(query) ?? [];
  if (others !== undefined) {
    const current = Array.from(others.matchAll(/@current\d+/g), ([name]) => value(name));
    return pageOfOutdated(request, documents, priced, current, {
      none: value("@none"),
      after: value("@after"),
    });
  }
  return pageOfList(request, documents, priced, query, value);
}

/**
 * Of all partitions if the request names a range of partition keys instead of one. A page goes on after the last document
 * of the page before, even if that is gone.
 */
function pageOfList(
  request: CosmosRequest,
  documents: Documents,
  priced: ReadPrice,
  query: string,
  value: (name: string) => string,
): Answer {
  const [, members, ofPartition, butSome] = LIST.exec(query) ?? [];
  const prefix = value("@prefix");
  const without = butSome === undefined ? undefined : value("@without");
  const partition = ofPartition === undefined ? undefined : value("@partition");
  const isRange = request.header("x-ms-documentdb-partitionkeyrangeid") !== "";
  const found = documents
    .list(isRange ? undefined : partitionOf(request), request.header("x-ms-continuation") || undefined)
    .filter(
      (document) =>
        String(document.id).startsWith(prefix) &&
        !(without !== undefined && String(document.id).startsWith(without)) &&
        (partition === undefined || document[documents.partitionMember] === partition),
    );
  const select = (document: Document): Document => {
    const { id, _etag, [documents.partitionMember]: named } = document;
    return members === "*" ? document : { id, [documents.partitionMember]: named, _etag };
  };
  const page = firstOf(request, found.map(select));
  const last = found[page.length - 1];
  const price = priced(pagePrice(found.slice(0, page.length).map(bytesOf)));
  return answerOf(page, price, page.length < found.length ? String(last?._rid) : undefined);
}

/** Of one physical partition, in the order of `dueAt`. */
function pageOfDue(request: CosmosRequest, documents: Documents, priced: ReadPrice, before: string): Answer {
  const found = documents
    .listRange(request.header("x-ms-documentdb-partitionkeyrangeid"))
    .filter(({ dueAt }) => typeof dueAt === "string" && dueAt <= before);
  return pageInOrder(request, found, priced, "dueAt", (document) => document);
}

/** Of one physical partition, in the order of its partitions. A comparison with a member that is missing is not true. */
function pageOfOutdated(
  request: CosmosRequest,
  documents: Documents,
  priced: ReadPrice,
  current: readonly string[],
  { none, after }: { readonly none: string; readonly after: string },
): Answer {
  const { partitionMember } = documents;
  const found = documents
    .listRange(request.header("x-ms-documentdb-partitionkeyrangeid"))
    .filter(({ kek }) => typeof kek === "string" && kek > none && !current.includes(kek))
    .filter(({ [partitionMember]: partition }) => String(partition) > after);
  return pageInOrder(
    request,
    found,
    priced,
    partitionMember,
    ({ id, kek, ttl, _etag, _ts, [partitionMember]: partition }) => ({
      id,
      [partitionMember]: partition,
      kek,
      ...(ttl !== undefined && { ttl }),
      _etag,
      _ts,
    }),
  );
}

function pageInOrder(
  request: CosmosRequest,
  documents: readonly Document[],
  priced: ReadPrice,
  member: string,
  select: (document: Document) => Document,
): Answer {
  const from = Number(request.header("x-ms-continuation") || 0);
  const found = documents
    .toSorted((a, b) => (String(a[member]) < String(b[member]) ? -1 : 1))
    .map((document) => ({
      _rid: document._rid,
      orderByItems: [{ item: document[member] }],
      payload: select(document),
    }));
  const page = firstOf(request, found.slice(from));
  const next = from + page.length;
  const price = priced(pagePrice(page.map(bytesOf)));
  return answerOf(page, price, next < found.length ? String(next) : undefined);
}

/** As many of them as one page holds. */
function firstOf(request: CosmosRequest, documents: readonly Document[]): Document[] {
  const most = Number(request.header("x-ms-max-item-count") || PAGE_ITEMS);
  const page: Document[] = [];
  let bytes = 0;
  for (const document of documents.slice(0, most)) {
    bytes += bytesOf(document);
    if (bytes > PAGE_BYTES && page.length > 0) break;
    page.push(document);
  }
  return page;
}

function answerOf(page: readonly Document[], price: number, next: string | undefined): Answer {
  return {
    status: 200,
    body: { _rid: "coll=", Documents: page, _count: page.length },
    headers: { ...charge(price), ...(next !== undefined && { "x-ms-continuation": next }) },
  };
}

/** How to split the query over partitions; the SDK asks before every query. */
export function queryPlan(request: CosmosRequest): Answer {
  const { query } = parseQuery(request);
  const none = { distinctType: "None", top: null, offset: null, limit: null };
  const [, key, others = ""] = OUTDATED.exec(query) ?? [];
  const order = key
    ? {
        orderBy: ["Ascending"],
        orderByExpressions: [`c.${key}`],
        rewrittenQuery: rewrittenOutdated(key, others),
      }
    : query === DUE
      ? { orderBy: ["Ascending"], orderByExpressions: ["c.dueAt"], rewrittenQuery: REWRITTEN }
      : { orderBy: [], orderByExpressions: [], rewrittenQuery: "" };
  const lists = { groupByExpressions: [], aggregates: [] };
  return {
    status: 200,
    body: {
      partitionedQueryExecutionInfoVersion: 2,
      queryInfo: { ...none, ...order, ...lists, groupByAliasToAggregateType: {}, hasSelectValue: false },
      queryRanges: [{ min: "", max: "FF", isMinInclusive: true, isMaxInclusive: false }],
    },
    headers: charge(0),
  };
}
