import type { Container, OperationInput } from "@azure/cosmos";
import type { Commit, Operation } from "../port.ts";
import { type Call, sendUntilAnswered } from "./calls.ts";
import { type FoundItem, type PartitionKey, readItem, toDocument } from "./documents.ts";
import { OperationRefused } from "./faults.ts";

interface Batch {
  readonly container: Container;
  readonly key: PartitionKey;
  readonly partition: string;
  readonly operations: readonly Operation[];
  /** Unique to the commit. Every item that the batch writes carries it. */
  readonly id: string;
  readonly call: Call;
}

/**
 * Commits a transactional batch. If the answer is lost, or is one that an already committed batch would get when sent
 * again, the stored items decide. docs/decisions/lost-answers.md has the reasons.
 */
export async function commitBatch(batch: Batch): Promise<Commit> {
  let uncertain = false;
  let outcome: Commit;
  try {
    const inputs = batch.operations.map((operation) => toInput(batch, operation));
    outcome = await sendUntilAnswered(
      batch.call,
      () => sendBatch(batch, inputs),
      (fault) => {
        uncertain ||= fault.uncertain;
        return fault.passing && (!uncertain || batch.operations.some(isConditional));
      },
    );
  } catch (error) {
    // Whatever was found: without an answer, the batch may still be on its way.
    if (uncertain && !batch.call.signal.aborted && (await findAuthor(batch, uncertain)) === "us") {
      return { committed: true, etags: await readEtags(batch) };
    }
    throw error;
  }
  if (outcome.committed) {
    const isTold = batch.operations.every(({ kind, id }) => kind === "delete" || outcome.etags.has(id));
    return isTold ? outcome : { committed: true, etags: await readEtags(batch) };
  }
  const author = await findAuthor(batch, uncertain);
  if (author === "unknown") throw new Error("the items don't tell whether the batch was carried out");
  return author === "us" ? { committed: true, etags: await readEtags(batch) } : outcome;
}

/** Whether it can succeed only once; then so can a batch that holds it, and sending that again is safe. */
function isConditional(operation: Operation): boolean {
  return operation.kind === "create" || operation.etag !== undefined;
}

/**
 * Whose commit wrote what the batch would have written.
 * @param uncertain whether an answer was lost. If not, one look is enough: it finds a batch that was carried out
 *   because a gateway sent it twice
 */
async function findAuthor(batch: Batch, uncertain: boolean): Promise<"us" | "another" | "unknown"> {
  const written = [
    ...batch.operations.filter((operation) => operation.kind === "create"),
    ...batch.operations.filter((operation) => operation.kind === "replace"),
  ];
  for (const { kind, id, ttl = Number.POSITIVE_INFINITY } of uncertain ? written : written.slice(0, 1)) {
    const found = await find(batch, id);
    if (found?.commit === batch.id) return "us";
    // Nobody deletes an item before its creator has looked, but it may expire.
    if (!found && kind === "create" && ttl >= OUTLIVES_CALL) return "another";
  }
  return uncertain ? "unknown" : "another";
}

/** Seconds: a longer time to live can't have passed when the creator looks, whatever the clocks. */
const OUTLIVES_CALL = 60;

/**
 * Once another commit has written an item, the ETag that this one gave it is unknown. What stands for it then matches
 * no item.
 */
async function readEtags(batch: Batch): Promise<Map<string, string>> {
  const written = batch.operations.filter(({ kind }) => kind !== "delete");
  const found = await Promise.all(written.map(({ id }) => find(batch, id)));
  const etagOf = (item: FoundItem | undefined) => (item?.commit === batch.id ? item.etag : `"${batch.id}"`);
  return new Map(written.map(({ id }, index) => [id, etagOf(found[index])]));
}

function find({ container, key, partition, call }: Batch, id: string): Promise<FoundItem | undefined> {
  return readItem(container, { key, partition }, id, call);
}

function toInput(batch: Batch, operation: Operation): OperationInput {
  const { id } = operation;
  if (operation.kind === "delete") {
    const condition = operation.etag === undefined ? {} : { ifMatch: operation.etag };
    return { operationType: "Delete", id, ...condition };
  }
  const resourceBody = toDocument(batch, operation, batch.id);
  if (operation.kind === "create") return { operationType: "Create", resourceBody };
  return { operationType: "Replace", id, resourceBody, ifMatch: operation.etag };
}

async function sendBatch(
  { container, partition, operations, call }: Batch,
  inputs: OperationInput[],
): Promise<Commit> {
  const { result, headers } = await container.items.batch(inputs, partition, {
    abortSignal: call.signal,
    // Otherwise the answer to each upload would repeat the envelope.
    contentResponseOnWriteEnabled: false,
  });
  call.charged(Number(headers["x-ms-request-charge"] ?? 0));
  const results = operations.map((operation, index) => ({ operation, ...result?.[index] }));
  const refused = results.find(
    ({ statusCode }) => !isSuccess(statusCode) && statusCode !== FAILED_DEPENDENCY,
  );
  if (refused) {
    const reason = REASONS.get(refused.statusCode ?? 0);
    if (!reason) throw new OperationRefused(refused.statusCode);
    return { committed: false, id: refused.operation.id, reason };
  }
  const etags = new Map<string, string>();
  for (const { operation, statusCode, eTag } of results) {
    if (!isSuccess(statusCode)) throw new OperationRefused(statusCode);
    if (operation.kind !== "delete" && eTag !== undefined) etags.set(operation.id, eTag);
  }
  return { committed: true, etags };
}

function isSuccess(status: number | undefined): boolean {
  return status !== undefined && status >= 200 && status < 300;
}

/** The status of an operation that was not carried out because another one of the batch failed. */
const FAILED_DEPENDENCY = 424;

const REASONS: ReadonlyMap<number, "exists" | "missing" | "changed"> = new Map([
  [409, "exists"],
  [404, "missing"],
  [412, "changed"],
]);
