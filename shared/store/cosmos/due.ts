import type { Container } from "@azure/cosmos";
import type { DueItem } from "../port.ts";
import type { Call } from "./calls.ts";
import { fromDocument, lifeOf, type PartitionKey } from "./documents.ts";

/** Needs the index path `/dueAt/?`. */
export const DUE = "SELECT * FROM c WHERE c.dueAt <= @before ORDER BY c.dueAt";

interface Due {
  readonly key: PartitionKey;
  readonly before: string;
  readonly limit: number;
  /** Read and left out: `OFFSET` would cost as much, and the SDK would still fetch them. */
  readonly skip: number;
}

/** One query over all partitions, whose physical ones the SDK merges. */
export async function queryDue(
  container: Container,
  { key, before, limit, skip }: Due,
  { signal, charged }: Call,
): Promise<DueItem[]> {
  const items: DueItem[] = [];
  const query = container.items.query<Record<string, unknown>>(
    { query: DUE, parameters: [{ name: "@before", value: before }] },
    // Without the plan first, the SDK would send the query to be refused: no gateway orders over partitions.
    { forceQueryPlan: true, maxItemCount: limit, abortSignal: signal },
  );
  for await (const { resources, requestCharge } of query.getAsyncIterator()) {
    charged(requestCharge);
    items.push(...resources.map((document) => dueItem(document, key)));
    if (items.length >= skip + limit) break;
  }
  return items.slice(skip, skip + limit);
}

function dueItem(document: Readonly<Record<string, unknown>>, key: PartitionKey): DueItem {
  const partition = String(document[key]);
  const { id, etag, body } = fromDocument(document, { key, partition });
  return { partition, id, etag, body, ...lifeOf(document) };
}
