import { rewrite } from "../acts/commit.ts";
import type { Services } from "../acts/services.ts";
import { CREDENTIAL, kekOf, namesIn, namesOfKey } from "../acts/under.ts";
import type { Place } from "../keys/derived.ts";
import { placeOfAddress, placeOfOtp, placeOfToken } from "../keys/places.ts";
import { KeyUnavailable } from "../keys/port.ts";
import { failureOf } from "../log.ts";
import { costOf, metered } from "../meter.ts";
import type { BackupKey } from "../model/owner.ts";
import type { Sealed } from "../model/sealed.ts";
import { packed } from "../model/storedOwner.ts";
import { contact, credential, ids, owner, pushToken, rewrapState } from "../store/items.ts";
import type { ItemBody, OutdatedItem, Store, StoredItem } from "../store/port.ts";
import { type ItemKind, ItemUnreadable, parseItem } from "../store/schema.ts";
import { timestampOf } from "../words.ts";
import { readState, writeState } from "./states.ts";

// After a rotation of the key encryption key, or a new service key: everything that is under an older one is put under the
// current one, a batch at a time. An item says what it is under (acts/under.ts), and the store finds it by that.

type RewrapServices = Pick<Services, "store" | "kek" | "serviceKey" | "userKeys" | "system" | "log">;

/**
 * What a batch takes up, each user key and each item that is sealed. A key takes a call of the vault: so these are a tenth of
 * what a vault takes in ten seconds (Azure Key Vault service limit: 4,000).
 */
const MOST = 400;

/** Milliseconds from the beginning of one batch to that of the next. */
const APART = 10_000;

/** Batches that a timer begins each minute. */
const BATCHES = 5;

/** Items that are found at once, and moved at once. */
const PAGE = 100;
const AT_ONCE = 8;

/** Items that are counted one by one; more are estimated. */
const COUNTED = 1_000;

/**
 * Milliseconds after which no instance wraps under what was current before: each reads again within ten minutes what it
 * wraps under (keys/keyVault.ts), and what was under way then has been committed.
 */
const SETTLES = 15 * 60_000;

/** What a batch came to. */
export interface Batch {
  /** Keys and sealed values that were moved. */
  readonly moved: number;
  /** Items that are still under another key; estimated above 1,000. */
  readonly left: number;
  /** Items that could not be moved: the log says why. */
  readonly failed: number;
  /** Whether the vault or the store asked to be left alone. */
  readonly stopped: boolean;
}

/** What is current. */
interface Current {
  readonly keks: readonly string[];
  readonly serviceKey: string;
  /** Every `kek` that an item may have. */
  readonly under: readonly string[];
}

interface Tally {
  moved: number;
  failed: number;
  readonly codes: Set<string>;
  /** What is left to this batch. */
  most: number;
  /** Why it ends before its time. */
  stopped?: unknown;
}

/**
 * Moves one batch, from where the one before it ended: at most {@link MOST} keys. It may be ended at any time, and
 * begun by several at once: each item is written on its ETag.
 * @throws {KeyUnavailable | StoreUnavailable | ItemUnreadable} before anything was moved
 */
export async function rewrap(services: RewrapServices, most = MOST): Promise<Batch> {
  const { system, log } = services;
  const start = system.now();
  const { result, calls } = await metered(() => moveBatch(services, most));
  const { stopped, ...batch } = result;
  const cost = costOf(calls);
  // Every unwrap is told of, whatever came of it.
  if (batch.moved + batch.left + batch.failed > 0 || cost.vault) {
    log({
      time: timestampOf(start),
      level: batch.failed > 0 ? "error" : "info",
      operation: "rewrap",
      ...batch,
      milliseconds: system.now() - start,
      ...cost,
      ...(stopped !== undefined && { failure: failureOf(stopped) }),
    });
  }
  return { ...batch, stopped: stopped !== undefined };
}

/** What a timer begins each minute: batches, ten seconds apart, until nothing is left. Never rejects. */
export async function rewrapForAMinute(
  services: RewrapServices,
  pause: (milliseconds: number) => Promise<unknown>,
): Promise<void> {
  const { system, log } = services;
  try {
    for (let batches = 1; ; batches++) {
      const start = system.now();
      const { moved, left, stopped } = await rewrap(services);
      if (left === 0 || moved === 0 || stopped || batches === BATCHES) return;
      await pause(Math.max(0, start + APART - system.now()));
    }
  } catch (error) {
    log({ time: timestampOf(system.now()), level: "error", operation: "rewrap", failure: failureOf(error) });
  }
}

async function moveBatch(
  services: RewrapServices,
  most: number,
): Promise<Omit<Batch, "stopped"> & { readonly stopped: unknown }> {
  const { store, system } = services;
  const current = await readCurrent(services);
  const found = await readState(store, ids.rewrap, rewrapState);
  const isSame = found?.state.current.join() === namesOf(current).join();
  const before = isSame ? found?.state : undefined;
  const tally: Tally = { moved: 0, failed: 0, codes: new Set(), most };
  let after = before?.after;
  let isOver = false;
  while (!isOver && tally.most > 0 && tally.stopped === undefined) {
    const page: OutdatedItem[] = await store.outdated(current.under, PAGE, after);
    after = await movePage(services, current, page, after, tally);
    isOver = page.length < PAGE;
  }
  const isWhole = isOver && tally.most > 0 && tally.stopped === undefined;
  const left = await countLeft(store, current);
  const now = timestampOf(system.now());
  await writeState(store, ids.rewrap, found, {
    schema: 1,
    at: now,
    current: namesOf(current),
    since: before?.since ?? now,
    ...(!isWhole && after !== undefined && { after }),
    moved: (before?.moved ?? 0) + tally.moved,
    left,
    failed: tally.failed,
  });
  return { moved: tally.moved, left, failed: tally.failed, stopped: tally.stopped };
}

const namesOf = ({ keks, serviceKey }: Current) => [...keks, serviceKey].sort();

/** Read anew: whoever went by what was current would put things back under it. @throws {KeyUnavailable | StoreUnavailable} */
async function readCurrent({
  kek,
  serviceKey,
}: Pick<RewrapServices, "kek" | "serviceKey">): Promise<Current> {
  const [keks, newest] = await Promise.all([kek.current(), serviceKey.newest()]);
  return { keks, serviceKey: newest, under: [...keks.map((name) => kekOf([name, newest])), newest] };
}

/** @returns the partition behind which it goes on: none is passed by that still has something to move */
async function movePage(
  services: RewrapServices,
  current: Current,
  page: readonly OutdatedItem[],
  from: string | undefined,
  tally: Tally,
): Promise<string | undefined> {
  let after = from;
  for (let at = 0; at < page.length; at += AT_ONCE) {
    const items = page.slice(at, at + AT_ONCE);
    await Promise.all(items.map((item) => moveItem(services, current, item, tally)));
    if (tally.stopped !== undefined || tally.most <= 0) return after;
    after = items.at(-1)?.partition;
  }
  return after;
}

async function moveItem(
  services: RewrapServices,
  current: Current,
  item: OutdatedItem,
  tally: Tally,
): Promise<void> {
  const { store, system, log } = services;
  const isOwner = item.id === ids.owner;
  try {
    if (!isOwner) tally.most--;
    const stored = await store.read(item.partition, item.id);
    // Somebody has written it since: if it is still under another key, it is found again.
    if (stored?.etag !== item.etag) {
      if (isOwner) tally.most--;
      return;
    }
    const next = await moved(services, current, item.partition, stored, tally);
    if (!next) return;
    const { expiresAt } = item;
    const isWritten = await rewrite(store, item.partition, {
      id: item.id,
      etag: item.etag,
      body: next.body,
      ...(expiresAt !== undefined && { ttl: Math.max(1, Math.ceil((expiresAt - system.now()) / 1000)) }),
    });
    if (isWritten) tally.moved += next.count;
  } catch (error) {
    if (!isItsOwn(error)) {
      tally.stopped ??= error;
      return;
    }
    tally.failed++;
    const code = error instanceof KeyUnavailable ? error.fault : "data-unreadable";
    // What all of them lack is said once.
    if (tally.codes.has(code)) return;
    tally.codes.add(code);
    log({
      time: timestampOf(system.now()),
      level: "error",
      operation: "rewrap",
      code,
      failure: failureOf(error),
    });
  }
}

/** Whether the fault is one of this item: others may be moved all the same. */
function isItsOwn(error: unknown): error is KeyUnavailable | ItemUnreadable {
  return error instanceof ItemUnreadable || (error instanceof KeyUnavailable && error.fault !== "busy");
}

interface Moved {
  readonly body: ItemBody;
  readonly count: number;
}

/** An item under current keys, or as many of its keys as are left to the batch. @throws {KeyUnavailable | ItemUnreadable} */
async function moved(
  services: RewrapServices,
  current: Current,
  partition: string,
  stored: StoredItem,
  tally: Tally,
): Promise<Moved | undefined> {
  const { id } = stored;
  if (id === ids.owner) return await movedOwner(services, current, partition, stored, tally);
  const sealed = SEALED.find(({ prefix }) => id.startsWith(prefix));
  if (!sealed) throw new ItemUnreadable(id);
  const { prefix, kind, read, write, place } = sealed;
  const item = parseItem(kind, stored);
  const before = read(item);
  if (!before) return undefined;
  const at = place(partition, id.slice(prefix.length));
  const plaintext = await services.serviceKey.unseal(at, before);
  const after = await services.serviceKey.seal(at, plaintext);
  plaintext.fill(0);
  return { body: write(item, after), count: 1 };
}

/** What is sealed under the service key in a kind of item, and where it stands. */
interface SealedIn<Item> {
  /** Of the item's id. */
  readonly prefix: string;
  readonly kind: ItemKind<Item>;
  readonly read: (item: Item) => Sealed | undefined;
  readonly write: (item: Item, sealed: Sealed) => ItemBody;
  readonly place: (userId: string, id: string) => Place;
}

const sealedIn = <Item>(its: SealedIn<Item>) => its as unknown as SealedIn<unknown>;

const SEALED: readonly SealedIn<unknown>[] = [
  sealedIn({
    prefix: ids.contact(""),
    kind: contact,
    read: ({ address }) => address,
    write: (item, address) => ({ ...item, address }),
    place: placeOfAddress,
  }),
  sealedIn({
    prefix: ids.push(""),
    kind: pushToken,
    read: ({ token }) => token,
    write: (item, token) => ({ ...item, token }),
    place: placeOfToken,
  }),
  sealedIn({
    prefix: CREDENTIAL,
    kind: credential,
    read: ({ otp }) => otp?.secret,
    write: (item, secret) => ({ ...item, otp: { ...item.otp, secret } }),
    place: (userId, id) => {
      const [deviceId = "", ref = ""] = id.split(":");
      return placeOfOtp(userId, deviceId, ref);
    },
  }),
];

async function movedOwner(
  { kek, userKeys }: RewrapServices,
  current: Current,
  userId: string,
  stored: StoredItem,
  tally: Tally,
): Promise<Moved | undefined> {
  const item = parseItem(owner, stored);
  const { backup } = item;
  if (backup.state !== "on") return undefined;
  const target = kekOf([(await kek.wrapsUnder(userId)) ?? "", current.serviceKey]);
  const outdated = backup.keys.filter((key) => kekOf(namesOfKey(key)) !== target);
  const taken = outdated.slice(0, Math.max(0, tally.most));
  tally.most -= taken.length;
  const after = new Map<number, BackupKey>();
  for (const key of taken) after.set(key.number, { ...key, ...(await userKeys.rewrap(userId, key)) });
  if (after.size === 0) return undefined;
  const keys = backup.keys.map((key) => after.get(key.number) ?? key);
  return { body: packed({ ...item, backup: { ...backup, keys } }), count: after.size };
}

/**
 * Items that are under another key. Up to 1,000 are counted. More are estimated from how close together those lie: the
 * names of owners' partitions are SHA-256, so they are spread evenly.
 */
async function countLeft(store: Pick<Store, "outdated">, { under }: Current): Promise<number> {
  const found = await store.outdated(under, COUNTED);
  const last = found.at(-1);
  if (found.length < COUNTED || !last) return found.length;
  return Math.max(COUNTED, Math.round(COUNTED / shareUpTo(last.partition)));
}

/** The characters of base64url, in the order in which the store has them. */
const IN_ORDER = "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";

/** Which share of all names of partitions come before this one; above 0. */
function shareUpTo(partition: string): number {
  const characters = [...partition.slice(0, 8)];
  const share = characters.reduceRight((rest, each) => (Math.max(0, IN_ORDER.indexOf(each)) + rest) / 64, 0);
  return share + 64 ** -8;
}

/** How re-wrapping stands. */
export interface RewrapState {
  readonly state: "idle" | "running";
  readonly moved: number;
  readonly left: number;
  readonly failed: number;
  readonly at?: string;
  /** Whether nothing names an older version any more, and nothing will. */
  readonly settled: boolean;
  /** By its name, how many of the items that were counted are under an older one. */
  readonly older: Readonly<Record<string, number>>;
}

/** @throws {KeyUnavailable | StoreUnavailable | ItemUnreadable} */
export async function readRewrap(
  services: RewrapServices,
): Promise<RewrapState & { current: readonly string[] }> {
  const { store } = services;
  const [current, found] = await Promise.all([
    readCurrent(services),
    readState(store, ids.rewrap, rewrapState),
  ]);
  const outdated = await store.outdated(current.under, COUNTED);
  const names = outdated
    .flatMap(({ kek }) => namesIn(kek))
    .filter((name) => !namesOf(current).includes(name));
  const older: Record<string, number> = {};
  for (const name of names) older[name] = (older[name] ?? 0) + 1;
  const isSame = found?.state.current.join() === namesOf(current).join();
  const { at, since, moved = 0, failed = 0 } = found?.state ?? {};
  const left = outdated.length < COUNTED ? outdated.length : Math.max(COUNTED, found?.state.left ?? 0);
  return {
    current: current.keks,
    older,
    state: left > 0 ? "running" : "idle",
    moved: isSame ? moved : 0,
    left,
    failed: isSame ? failed : 0,
    ...(at !== undefined && { at }),
    settled: isSame && left === 0 && Date.parse(at ?? "") - Date.parse(since ?? "") >= SETTLES,
  };
}
