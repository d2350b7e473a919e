import type { Container } from "@azure/cosmos";
import type { OutdatedItem } from "../port.ts";
import type { Call } from "./calls.ts";
import { fromDocument, lifeOf, type PartitionKey } from "./documents.ts";
import { UnusableAnswer } from "./faults.ts";

/** What the query is known by: it is meant for all partitions. Needs the index path `/kek/?`. */
export const OUTDATED = "FROM c WHERE c.kek > @none";

interface Outdated {
  readonly key: PartitionKey;
  readonly current: readonly string[];
  readonly limit: number;
  readonly after: string;
}

/** One query over all partitions, whose physical ones the SDK merges. It reads the index alone but for what it finds. */
export async function queryOutdated(
  container: Container,
  { key, current, limit, after }: Outdated,
  { signal, charged }: Call,
): Promise<OutdatedItem[]> {
  const others = current.map((_, at) => ` AND c.kek != @current${at}`).join("");
  const query = container.items.query<Record<string, unknown>>(
    {
      query: `SELECT c.id, c.${key}, c.kek, c.ttl, c._etag, c._ts ${OUTDATED}${others} AND c.${key} > @after ORDER BY c.${key}`,
      parameters: [
        // Greater than it is every text, and nothing else: what has no such member least of all.
        { name: "@none", value: "" },
        ...current.map((value, at) => ({ name: `@current${at}`, value })),
        { name: "@after", value: after },
      ],
    },
    { forceQueryPlan: true, maxItemCount: limit, abortSignal: signal },
  );
  const items: OutdatedItem[] = [];
  for await (const { resources, requestCharge } of query.getAsyncIterator()) {
    charged(requestCharge);
    items.push(...resources.map((document) => outdatedItem(document, key)));
    if (items.length >= limit) break;
  }
  return items.slice(0, limit);
}

/** @throws {UnusableAnswer} */
function outdatedItem(document: Readonly<Record<string, unknown>>, key: PartitionKey): OutdatedItem {
  const partition = String(document[key]);
  const { id, etag, body } = fromDocument(document, { key, partition });
  if (typeof body.kek !== "string")
    throw new UnusableAnswer("an item was answered without what was asked for");
  return { partition, id, etag, kek: body.kek, ...lifeOf(document) };
}
