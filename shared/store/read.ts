import type { Contact } from "../model/contact.ts";
import type { Envelope } from "../model/envelope.ts";
import type { Owner } from "../model/owner.ts";
import type { PushToken } from "../model/pushToken.ts";
import type { Recovery } from "../model/recovery.ts";
import { contact, envelope, ids, owner, pushToken, recovery } from "./items.ts";
import type { Store } from "./port.ts";
import { parseItem } from "./schema.ts";

/** The owner's item as it was read for this call. */
export interface LoadedOwner {
  readonly item: Owner;
  readonly etag: string;
}

/** Reads an owner: one point read. */
export async function readOwner(store: Store, userId: string): Promise<LoadedOwner | undefined> {
  const stored = await store.read(userId, ids.owner);
  return stored && { item: parseItem(owner, stored), etag: stored.etag };
}

/** One version of the backup; undefined if it is not kept. */
export async function readEnvelope(
  store: Store,
  userId: string,
  version: number,
): Promise<Envelope | undefined> {
  const stored = await store.read(userId, ids.envelope(version));
  return stored && parseItem(envelope, stored);
}

/** A recovery with its ETag; undefined if there is none, or it is no longer kept. */
export async function readRecovery(
  store: Store,
  userId: string,
  recoveryId: string,
): Promise<{ readonly item: Recovery; readonly etag: string } | undefined> {
  const stored = await store.read(userId, ids.recovery(recoveryId));
  return stored && { item: parseItem(recovery, stored), etag: stored.etag };
}

/** A contact with its ETag; undefined if there is none, or it is no longer kept. */
export async function readContact(
  store: Store,
  userId: string,
  contactId: string,
): Promise<{ readonly item: Contact; readonly etag: string } | undefined> {
  const stored = await store.read(userId, ids.contact(contactId));
  return stored && { item: parseItem(contact, stored), etag: stored.etag };
}

/** All contacts of an owner by their ids, with their ETags: one list. */
export async function listContacts(
  store: Store,
  userId: string,
): Promise<ReadonlyMap<string, { readonly item: Contact; readonly etag: string }>> {
  const stored = await store.list(userId, ids.contact(""));
  return new Map(
    stored.map((item) => [
      item.id.slice(ids.contact("").length),
      { item: parseItem(contact, item), etag: item.etag },
    ]),
  );
}

/** Where a phone is reached, with its ETag; undefined if it has not said so. */
export async function readPushToken(
  store: Store,
  userId: string,
  deviceId: string,
): Promise<{ readonly item: PushToken; readonly etag: string } | undefined> {
  const stored = await store.read(userId, ids.push(deviceId));
  return stored && { item: parseItem(pushToken, stored), etag: stored.etag };
}
