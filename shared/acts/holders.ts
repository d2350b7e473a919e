import type { Credential, Issued } from "../model/credential.ts";
import type { Owner } from "../model/owner.ts";
import { remembered } from "../recovery/revoked.ts";
import {
  credential as credentialKind,
  holder as holderKind,
  ids,
  issued as issuedKind,
} from "../store/items.ts";
import type { DueItem, Store, StoredItem } from "../store/port.ts";
import { type Loaded, readCredential, readOwner } from "../store/read.ts";
import { ItemUnreadable, parseItem } from "../store/schema.ts";
import { timestampOf } from "../words.ts";
import { takeCredential } from "./commit.ts";
import type { Services } from "./services.ts";

// Which phones hold an account: said in the second container, where its provider looks, before the owner's own item says it.
// So some of it points to nothing: a phone that is gone, a verification that a crash ended. A sweep takes that away.

/** Milliseconds after which it is looked at whether what holds an account is still there. */
const LOOKED_AT = 30 * 24 * 60 * 60 * 1000;

export function lookedAtNext(now: number): string {
  return timestampOf(now + LOOKED_AT);
}

/** Items of one page of a sweep. */
const PAGE = 50;

/** What a sweep came to. */
export interface Looked {
  readonly kept: number;
  readonly gone: number;
  /** Whether there may be more that is due. */
  readonly more: boolean;
}

/**
 * Takes away what says that a phone holds an account where it does not any more, with the phone's credential: one page. A phone
 * that was removed and may still come back by a denial keeps all.
 */
export async function sweepHolders({
  store,
  activations,
  system,
}: Pick<Services, "store" | "activations" | "system">): Promise<Looked> {
  const now = system.now();
  const page = await activations.due(timestampOf(now), PAGE);
  let gone = 0;
  for (const item of page) {
    const isKept = await look({ store, activations }, item, now);
    if (!isKept) gone++;
  }
  return { kept: page.length - gone, gone, more: page.length === PAGE };
}

type Stores = Pick<Services, "store" | "activations">;

/** @returns whether it is kept: what can't be read is, and is put off, or it would hold up whatever comes after it. */
async function look(stores: Stores, item: DueItem, now: number): Promise<boolean> {
  try {
    return await lookAtReadable(stores, item, now);
  } catch (error) {
    if (error instanceof ItemUnreadable) return await putOff(stores.activations, item, now);
    throw error;
  }
}

/** @throws {ItemUnreadable} the item, its owner or the credential */
async function lookAtReadable({ store, activations }: Stores, item: DueItem, now: number): Promise<boolean> {
  const held = readHeld(item);
  if (!held) return await takeAway(activations, item);
  const { userId, deviceId, ref } = held;
  const owner = await readOwner(store, userId);
  const found = await readCredential(store, userId, deviceId, ref);
  const isThere =
    owner !== undefined && found !== undefined && mayHold(owner.item, deviceId, found.item, now);
  if (isThere && isOf(item, found)) return await putOff(activations, item, now);
  if (found && !isThere) {
    await takeCredential({ store }, userId, ids.credential(deviceId, ref), found.etag);
  }
  return await takeAway(activations, item);
}

async function takeAway(activations: Store, { partition, id, etag }: DueItem): Promise<false> {
  await activations.commit(partition, [{ kind: "delete", id, etag }]);
  return false;
}

/** Who holds it; undefined of an owner who was erased. @throws {ItemUnreadable} */
function readHeld(item: StoredItem): Issued["holds"] {
  return item.id.startsWith(ids.issued("")) ? parseItem(issuedKind, item).holds : parseItem(holderKind, item);
}

/** Whether the phone is the owner's as it was registered when it was verified, or may be so again. */
function mayHold(owner: Owner, deviceId: string, { registered }: Credential, now: number): boolean {
  const removed = remembered(owner, owner.removed, now).map(({ device }) => device);
  return [...owner.devices, ...removed].some(
    (phone) => phone.deviceId === deviceId && phone.registered === registered,
  );
}

function isOf({ id, partition }: DueItem, found: Loaded<Credential> | undefined): boolean {
  if (found?.item.holder !== partition) return false;
  return id.startsWith(ids.issued("")) ? id === ids.issued(found.item.credentialId) : true;
}

async function putOff(
  activations: Store,
  { partition, id, etag, body }: DueItem,
  now: number,
): Promise<true> {
  await activations.commit(partition, [
    { kind: "replace", id, etag, body: { ...body, dueAt: lookedAtNext(now) } },
  ]);
  return true;
}

/**
 * Takes away what the second container says of these credentials of an owner: before they go themselves, so that a crash on
 * the way leaves what can be tried again.
 */
export async function releaseHolders(
  { store, activations }: Stores,
  userId: string,
  credentialIds: readonly string[],
): Promise<void> {
  for (const id of credentialIds) {
    const stored = await store.read(userId, id);
    const held = stored && readCredentialItem(stored);
    if (!held) continue;
    const [, deviceId = ""] = id.split(":");
    // Each by itself: one that is gone already must not keep the other.
    await activations.commit(held.holder, [{ kind: "delete", id: ids.holder(userId, deviceId) }]);
    await forgetWho(activations, held);
  }
}

/** A provider goes on being told that what it was given is revoked, of an erased owner as of any other. */
async function forgetWho(activations: Store, { holder, credentialId: id }: Credential): Promise<void> {
  const stored = await activations.read(holder, ids.issued(id));
  if (!stored) return;
  const { holds: _, ...nobody } = parseItem(issuedKind, stored);
  await activations.commit(holder, [
    nobody.tenant === undefined
      ? { kind: "delete", id: stored.id, etag: stored.etag }
      : { kind: "replace", id: stored.id, etag: stored.etag, body: nobody },
  ]);
}

function readCredentialItem(stored: StoredItem): Credential | undefined {
  try {
    return parseItem(credentialKind, stored);
  } catch (error) {
    // What can't be read keeps nothing from going.
    if (error instanceof ItemUnreadable) return undefined;
    throw error;
  }
}
