import type { Container } from "@azure/cosmos";
import { BATCH_OPERATIONS, type Page } from "../port.ts";
import { type Call, sendUntilAnswered } from "./calls.ts";
import { type FoundItem, fromDocument, type PartitionKey, type Place } from "./documents.ts";

interface PageOptions extends Place {
  /** Of the ids. */
  readonly prefix: string;
  /** Of ids that are left out. */
  readonly without?: string | undefined;
  readonly members: "all" | "ids";
  /** The page before says where this one begins; left out, it is the first. */
  readonly from: string | undefined;
}

/** What is asked for: whole items, or what it takes to delete them. */
const MEMBERS = {
  all: () => "*",
  ids: (key: PartitionKey) => `c.id, c.${key}, c._etag`,
} as const;

/**
 * One page of a partition's items, in no order; sent again, from where it begins, while the fault may pass. Cosmos DB
 * ends a page at 4 MB, or where it likes.
 */
export function readPage(
  container: Container,
  { key, partition, prefix, without, members, from }: PageOptions,
  call: Call,
): Promise<Page<FoundItem>> {
  // Named in the query as well as beside it: the header alone says which partition is meant, and the SDK may lose it.
  const rest = without === undefined ? "" : " AND NOT STARTSWITH(c.id, @without)";
  const query = `SELECT ${MEMBERS[members](key)} FROM c WHERE c.${key} = @partition AND STARTSWITH(c.id, @prefix)${rest}`;
  const parameters = [
    { name: "@partition", value: partition },
    { name: "@prefix", value: prefix },
    ...(without === undefined ? [] : [{ name: "@without", value: without }]),
  ];
  return sendUntilAnswered(call, async () => {
    const page = container.items.query<Record<string, unknown>>(
      { query, parameters },
      {
        partitionKey: partition,
        maxItemCount: BATCH_OPERATIONS,
        abortSignal: call.signal,
        ...(from !== undefined && { continuationToken: from }),
      },
    );
    const { resources, continuationToken, requestCharge } = await page.fetchNext();
    call.charged(requestCharge);
    const items = resources.map((document) => fromDocument(document, { key, partition }));
    return { items, ...(continuationToken && { next: continuationToken }) };
  });
}
