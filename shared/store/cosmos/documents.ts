import type { Container, JSONObject } from "@azure/cosmos";
import type { ItemBody, Operation, StoredItem } from "../port.ts";
import { type Call, sendUntilAnswered } from "./calls.ts";
import { UnusableAnswer } from "./faults.ts";

/** A document, with the id of the commit that last wrote it. */
export interface FoundItem extends StoredItem {
  readonly commit: unknown;
}

/** The member that a container's partition key path names: of owners' items, and of what belongs to no owner. */
export type PartitionKey = "userId" | "partition";

/** A partition, and the member that names it. */
export interface Place {
  readonly key: PartitionKey;
  readonly partition: string;
}

/** Members of Cosmos DB (`id`, `ttl`, `_…`), of the partition and of this driver (`_commit`). */
export function toDocument(
  { key, partition }: Place,
  { id, body, ttl }: Exclude<Operation, { kind: "delete" }>,
  commit: string,
): JSONObject {
  // The values of a body are JSON, since it has been serialized before.
  const members = body as JSONObject;
  return { ...members, id, [key]: partition, _commit: commit, ...(ttl === undefined ? {} : { ttl }) };
}

/**
 * @throws {UnusableAnswer} it isn't of `partition`: whatever led there, an owner's item must not be taken for
 *   another's. Or it has no id or ETag
 */
export function fromDocument(
  document: Readonly<Record<string, unknown>>,
  { key, partition }: Place,
): FoundItem {
  const { id, [key]: named, ttl, _commit, _etag, _rid, _self, _ts, _attachments, ...body } = document;
  if (named !== partition) throw new UnusableAnswer("an item of another partition was answered");
  if (typeof id !== "string" || typeof _etag !== "string") {
    throw new UnusableAnswer("an item was answered without its id or ETag");
  }
  return { id, etag: _etag, body: body as ItemBody, commit: _commit };
}

/** When a document's time to live is over, in milliseconds since the epoch. */
export function lifeOf({ ttl, _ts }: Readonly<Record<string, unknown>>): { readonly expiresAt?: number } {
  return typeof ttl === "number" && ttl > 0 ? { expiresAt: (Number(_ts) + ttl) * 1000 } : {};
}

/** One point read; sent again while the fault may pass. */
export function readItem(
  container: Container,
  place: Place,
  id: string,
  call: Call,
): Promise<FoundItem | undefined> {
  return sendUntilAnswered(call, async () => {
    const item = container.item(id, place.partition);
    const { resource, substatus, requestCharge } = await item.read({ abortSignal: call.signal });
    call.charged(requestCharge);
    if (resource) return fromDocument(resource, place);
    // A 404 with a sub-status (1003: no such container) does not mean that the item is missing.
    if (substatus) throw Object.assign(new Error("the container can't be read"), { code: 404, substatus });
    return undefined;
  });
}
