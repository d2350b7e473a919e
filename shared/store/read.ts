import type * as z from "zod";
import { envelope, ids, recovery } from "./items.ts";
import type { Store } from "./port.ts";

/** One version of the backup; undefined where it is not kept. */
export async function readEnvelope(store: Store, userId: string, version: number) {
  return await readItem(store, userId, ids.envelope(version), envelope);
}

/** A recovery; undefined where there is none, or its time is over. */
export async function readRecovery(store: Store, userId: string, recoveryId: string) {
  return await readItem(store, userId, ids.recovery(recoveryId), recovery);
}

async function readItem<Item>(store: Store, userId: string, id: string, schema: z.ZodType<Item>) {
  const stored = await store.read(userId, id);
  return stored && schema.parse(stored.body);
}
