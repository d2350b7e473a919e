import { hash, randomUUID } from "node:crypto";
import { deletePrice, insertPrice, REFUSED, replacePrice } from "./prices.ts";

export type Document = Readonly<Record<string, unknown>>;

/** One operation of a batch, in the form in which it arrives. */
export interface BatchOperation {
  readonly operationType: string;
  readonly id?: string;
  readonly ifMatch?: string;
  readonly resourceBody?: Document;
}

interface OperationResult {
  readonly statusCode: number;
  readonly requestCharge: number;
  readonly eTag?: string;
  readonly resourceBody?: Document;
}

/** The physical partitions: a query that names none of the logical ones is answered by each on its own. */
export const RANGES = [
  { id: "0", minInclusive: "", maxExclusive: "80" },
  { id: "1", minInclusive: "80", maxExclusive: "FF" },
] as const;

/** In which of them a logical partition is. */
function rangeOf(partition: string): string {
  return hash("sha256", partition, "buffer").readUInt8() < 0x80 ? "0" : "1";
}

type Partition = ReadonlyMap<string, Document>;

/** The paths that the container indexes (infra/): what is looked for over all partitions, and the partition key. */
const INDEXED = ["dueAt", "kek"];

/** Bytes of a document as JSON: it is priced by them. */
export function bytesOf(document: Document): number {
  let bytes = sizes.get(document);
  if (bytes === undefined) {
    bytes = Buffer.byteLength(JSON.stringify(document));
    sizes.set(document, bytes);
  }
  return bytes;
}

/** A document is never changed once it is stored. */
const sizes = new WeakMap<Document, number>();

/** How a container is set up. */
export interface ContainerDefinition {
  /** Seconds; -1: only items with a time to live of their own expire. Left out, nothing does. */
  readonly defaultTtl?: number;
  /** Such as `/userId`. */
  readonly partitionKey: string;
  /** As infra/modules/cosmos.bicep has it, if left out. */
  readonly indexingPolicy?: object;
}

/** The documents of one container. */
export function createDocuments(now: () => number, { defaultTtl, partitionKey }: ContainerDefinition) {
  const partitions = new Map<string, Partition>();
  const partitionMember = partitionKey.slice(1);
  let written = 0;
  let expiring = 0;

  /** How many values of a document the index has. */
  const termsOf = (document: Document) =>
    [...INDEXED, partitionMember].filter((member) => document[member] !== undefined).length;

  /** What it costs that a document's time to live is over; nothing if it has none. */
  const expiryPrice = (document: Document | undefined): number =>
    document && typeof document.ttl === "number" && document.ttl > 0
      ? deletePrice(bytesOf(document), termsOf(document))
      : 0;

  function live(partition: string): Map<string, Document> {
    // Times to live count from `_ts`, which has no fractions.
    const second = Math.floor(now() / 1000);
    const lives = ({ _ts, ttl = defaultTtl }: Document) =>
      defaultTtl === undefined || ttl === -1 || second < Number(_ts) + Number(ttl);
    return new Map([...(partitions.get(partition) ?? [])].filter(([, document]) => lives(document)));
  }

  /** All operations in their order, or none. */
  function apply(partition: string, operations: readonly BatchOperation[]): OperationResult[] {
    const documents = live(partition);
    const results: OperationResult[] = [];
    let expiringMore = 0;
    for (const operation of operations) {
      const before = documents.get(String(operation.id));
      const statusCode = applyOne(partition, documents, operation);
      if (statusCode >= 400) {
        return operations.map((_, index) =>
          index === results.length
            ? { statusCode, requestCharge: REFUSED }
            : { statusCode: 424, requestCharge: 0 },
        );
      }
      const document = documents.get(String(operation.resourceBody?.id));
      const content = document ? { eTag: String(document._etag), resourceBody: document } : {};
      results.push({ statusCode, requestCharge: priceOf(before, document), ...content });
      expiringMore += expiryPrice(document) - expiryPrice(before);
    }
    partitions.set(partition, documents);
    expiring += expiringMore;
    return results;
  }

  /** Of what made one document of the other: undefined where there was none, or is none any more. */
  function priceOf(before: Document | undefined, after: Document | undefined): number {
    const [price, document] = after
      ? ([before ? replacePrice : insertPrice, after] as const)
      : ([deletePrice, before ?? {}] as const);
    return price(bytesOf(document), termsOf(document));
  }

  function applyOne(
    partition: string,
    documents: Map<string, Document>,
    { operationType, id, ifMatch, resourceBody }: BatchOperation,
  ): number {
    const found = documents.get(String(operationType === "Create" ? resourceBody?.id : id));
    if (operationType !== "Delete") {
      if (!resourceBody || !isDocument(resourceBody) || resourceBody[partitionMember] !== partition)
        return 400;
      if (operationType === "Create" ? id !== undefined : id !== resourceBody.id) return 400;
    }
    switch (operationType) {
      case "Create":
        if (found) return 409;
        break;
      case "Replace":
      case "Delete":
        if (!found) return 404;
        if (ifMatch !== undefined && ifMatch !== "*" && ifMatch !== found._etag) return 412;
        break;
      default:
        return 400;
    }
    if (operationType === "Delete") {
      documents.delete(String(id));
      return 204;
    }
    written++;
    documents.set(String(resourceBody?.id), {
      ...resourceBody,
      _rid: found?._rid ?? String(written).padStart(12, "0"),
      _self: `dbs/db==/colls/coll=/docs/${written}/`,
      _etag: `"${randomUUID()}"`,
      _attachments: "attachments/",
      _ts: Math.floor(now() / 1000),
    });
    return operationType === "Create" ? 201 : 200;
  }

  return {
    apply,
    read: (partition: string, id: string) => live(partition).get(id),
    /**
     * In no order that means anything to the client; those of all partitions if none is named.
     * @param after the `_rid` of the last document that was answered before
     */
    list: (partition: string | undefined, after: string | undefined) =>
      (partition === undefined ? [...partitions.keys()] : [partition])
        .flatMap((name) => [...live(name).values()])
        .filter(({ _rid }) => after === undefined || String(_rid) < after)
        .sort((a, b) => (String(a._rid) < String(b._rid) ? 1 : -1)),
    /** Of one physical partition. */
    listRange: (range: string) =>
      [...partitions.keys()]
        .filter((partition) => rangeOf(partition) === range)
        .flatMap((partition) => [...live(partition).values()]),
    contents: () => JSON.stringify([...partitions.values()].flatMap((partition) => [...partition.values()])),
    /** The member that the partition key path names. */
    partitionMember,
    /** RU that all deletions by time to live cost together: of what is gone so, and of what is there and will be. */
    expiring: () => expiring,
    /** Grows with every write of the container: the session token. */
    sequence: () => written,
  };
}

export type Documents = ReturnType<typeof createDocuments>;

const ID_BYTES = 1_023;
const LONGEST_TTL = 2_147_483_647;
const ITEM_BYTES = 2 * 1024 * 1024;

/** What the service takes for an item (https://learn.microsoft.com/azure/cosmos-db/concepts-limits). */
function isDocument(document: Document): boolean {
  const { id, ttl } = document;
  return (
    typeof id === "string" &&
    id !== "" &&
    !/[/\\#?]|\s$/.test(id) &&
    Buffer.byteLength(id) <= ID_BYTES &&
    (ttl === undefined ||
      ttl === -1 ||
      (Number.isInteger(ttl) && Number(ttl) > 0 && Number(ttl) <= LONGEST_TTL)) &&
    Buffer.byteLength(JSON.stringify(document)) <= ITEM_BYTES
  );
}
