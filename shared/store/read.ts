import type { Challenge } from "../model/challenge.ts";
import type { Contact } from "../model/contact.ts";
import type { Credential } from "../model/credential.ts";
import type { Envelope } from "../model/envelope.ts";
import type { Owner } from "../model/owner.ts";
import type { PushToken } from "../model/pushToken.ts";
import type { Recovery } from "../model/recovery.ts";
import { challenge, contact, credential, envelope, ids, owner, pushToken, recovery } from "./items.ts";
import type { Store } from "./port.ts";
import { type ItemKind, parseItem } from "./schema.ts";

/** An item as it was read, and its ETag. */
export interface Loaded<Item> {
  readonly item: Item;
  readonly etag: string;
}

/** The owner's item as it was read for this call. */
export type LoadedOwner = Loaded<Owner>;

async function read<Item extends object>(
  store: Store,
  userId: string,
  id: string,
  kind: ItemKind<Item>,
): Promise<Loaded<Item> | undefined> {
  const stored = await store.read(userId, id);
  return stored && { item: parseItem(kind, stored), etag: stored.etag };
}

/** Reads an owner: one point read. */
export async function readOwner(store: Store, userId: string): Promise<LoadedOwner | undefined> {
  return await read(store, userId, ids.owner, owner);
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
): Promise<Loaded<Recovery> | undefined> {
  return await read(store, userId, ids.recovery(recoveryId), recovery);
}

/** A contact with its ETag; undefined if there is none, or it is no longer kept. */
export async function readContact(
  store: Store,
  userId: string,
  contactId: string,
): Promise<Loaded<Contact> | undefined> {
  return await read(store, userId, ids.contact(contactId), contact);
}

/** All contacts of an owner by their ids, with their ETags: one list. */
export async function listContacts(
  store: Store,
  userId: string,
): Promise<ReadonlyMap<string, Loaded<Contact>>> {
  const stored = await store.list(userId, ids.contact(""));
  return new Map(
    stored.map((item) => [
      item.id.slice(ids.contact("").length),
      { item: parseItem(contact, item), etag: item.etag },
    ]),
  );
}

/** A challenge with its ETag; undefined if there is none, or it is no longer kept. */
export async function readChallenge(
  store: Store,
  userId: string,
  challengeId: string,
): Promise<Loaded<Challenge> | undefined> {
  return await read(store, userId, ids.challenge(challengeId), challenge);
}

/** A phone's credential for an account, with its ETag; undefined if there is none. Whether the phone is still the owner's is not asked. */
export async function readCredential(
  store: Store,
  userId: string,
  deviceId: string,
  ref: string,
): Promise<Loaded<Credential> | undefined> {
  return await read(store, userId, ids.credential(deviceId, ref), credential);
}

/** Where a phone is reached, with its ETag; undefined if it has not said so. */
export async function readPushToken(
  store: Store,
  userId: string,
  deviceId: string,
): Promise<Loaded<PushToken> | undefined> {
  return await read(store, userId, ids.push(deviceId), pushToken);
}
