import { type Envelope, envelope, ids, type Recovery, recovery } from "./items.ts";
import type { Store } from "./port.ts";
import { type ItemKind, parseItem } from "./schema.ts";

/** One version of the backup; undefined where it is not kept. */
export async function readEnvelope(
  store: Store,
  userId: string,
  version: number,
): Promise<Envelope | undefined> {
  return await readItem(store, userId, ids.envelope(version), envelope);
}

/** A recovery; undefined where there is none, or its time is over. */
export async function readRecovery(
  store: Store,
  userId: string,
  recoveryId: string,
): Promise<Recovery | undefined> {
  return await readItem(store, userId, ids.recovery(recoveryId), recovery);
}

async function readItem<Item>(store: Store, userId: string, id: string, kind: ItemKind<Item>) {
  const stored = await store.read(userId, id);
  return stored && parseItem(kind, stored);
}
