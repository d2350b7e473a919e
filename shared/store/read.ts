import { type Envelope, envelope, ids, type Recovery, recovery } from "./items.ts";
import type { Store } from "./port.ts";
import { parseItem } from "./schema.ts";

/** One version of the backup; undefined where it is not kept. */
export async function readEnvelope(
  store: Store,
  userId: string,
  version: number,
): Promise<Envelope | undefined> {
  const stored = await store.read(userId, ids.envelope(version));
  return stored && parseItem(envelope, stored);
}

/** A recovery with its ETag; undefined where there is none, or it is kept no longer. */
export async function readRecovery(
  store: Store,
  userId: string,
  recoveryId: string,
): Promise<{ readonly item: Recovery; readonly etag: string } | undefined> {
  const stored = await store.read(userId, ids.recovery(recoveryId));
  return stored && { item: parseItem(recovery, stored), etag: stored.etag };
}
