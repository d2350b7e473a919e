import { problem } from "../errors/problem.ts";
import { idempotency, ids } from "../store/items.ts";
import { parseItem } from "../store/schema.ts";
import type { Act } from "./act.ts";

/** What a retry is answered from: ids and numbers, never a secret. */
export type Outcome = Readonly<Record<string, unknown>>;

/**
 * What this request led to before, if it was carried out under its idempotency key: one point read.
 * @throws {Problem} idempotency-key-reused, if the key came with another request
 */
export async function readOutcome({
  services,
  identity,
  idempotencyKey,
  requestHash,
}: Act): Promise<Outcome | undefined> {
  if (idempotencyKey === undefined) return undefined;
  const stored = await services.store.read(identity.userId, ids.idempotency(idempotencyKey));
  if (!stored) return undefined;
  const { request, outcome } = parseItem(idempotency, stored);
  if (request !== requestHash()) throw problem("idempotency-key-reused");
  return outcome;
}
