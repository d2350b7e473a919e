import * as z from "zod";
import { versionsBeyond } from "../backup/keys.ts";
import { withoutLists } from "../backup/lists.ts";
import { problem } from "../errors/problem.ts";
import { randomId, sha256 } from "../formats.ts";
import { placeOfToken } from "../keys/places.ts";
import { KeyUnavailable } from "../keys/port.ts";
import type { Device } from "../model/device.ts";
import * as kinds from "../store/items.ts";
import type { ItemBody, StoredItem } from "../store/port.ts";
import { parseItem } from "../store/schema.ts";
import { timestamp, timestampOf } from "../words.ts";
import type { OwnerAct } from "./act.ts";
import { addressOf } from "./contacts.ts";

/** Bytes of stored JSON with which a page ends; its last item, of at most 2 MB, may go beyond. */
const PAGE_BYTES = 1_000_000;

/** Milliseconds in which the next page may be asked for. */
const GOES_ON_FOR = 24 * 60 * 60 * 1000;

/** One page of an export. */
export const exportPage = {
  /** Without what is from before this phone was trusted. */
  items: z.array(z.strictObject({ id: z.string(), body: z.looseObject({}) })),
  /** What the next page is asked for with; left out on the last. */
  next: z.string().optional(),
};

/** What asks for the next page: the name of a service key, and what is sealed under it. */
export const nextPage = z.string().regex(/^[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{38,30000}$/);

/** How far an export has come. */
const progress = z.strictObject({
  deviceId: sha256,
  until: timestamp,
  /** Ids that are listed and not told yet. */
  ids: z.array(z.string()),
  /** Where the store's next page of ids begins. */
  from: z.string().optional(),
});

type Progress = z.infer<typeof progress>;

/** The first page, of an export that the record and the other phones are told of. @throws {KeyUnavailable} */
export async function firstPage(act: OwnerAct) {
  return await pageAt(act, {});
}

/**
 * The page that `next` asks for. It is sealed, so that nobody who has not begun an export can go on with one.
 * @throws {Problem} body-invalid @throws {KeyUnavailable}
 */
export async function pageAfter(act: OwnerAct, next: string) {
  const { deviceId, until, ...place } = await unsealed(act, next);
  if (deviceId !== act.device.deviceId || act.now >= Date.parse(until)) throw notOurs();
  return await pageAt(act, place);
}

async function pageAt(act: OwnerAct, { ids, from }: Partial<Pick<Progress, "ids" | "from">>) {
  const { store } = act.services;
  const { userId } = act.identity;
  const listed = ids?.length ? { ids, from } : await listFrom(act, from);
  const items: StoredItem[] = [];
  let bytes = 0;
  let told = 0;
  for (const id of listed.ids) {
    if (bytes >= PAGE_BYTES) break;
    const item = await store.read(userId, id);
    told++;
    if (!item) continue;
    items.push(item);
    bytes += Buffer.byteLength(JSON.stringify(item.body));
  }
  const rest = listed.ids.slice(told);
  const isLast = rest.length === 0 && listed.from === undefined;
  return {
    items: await exported(act, items),
    ...(!isLast && { next: await sealed(act, { ids: rest, from: listed.from }) }),
  };
}

async function listFrom({ services: { store }, identity }: OwnerAct, from: string | undefined) {
  const { items, next } = await store.listIds(identity.userId, { from });
  return { ids: items.map(({ id }) => id), from: next };
}

const placeOf = ({ identity: { userId } }: OwnerAct) => ({
  partition: userId,
  item: "export",
  member: "next",
});

async function sealed(act: OwnerAct, { ids, from }: { ids: string[]; from: string | undefined }) {
  const until = timestampOf(act.now + GOES_ON_FOR);
  const body: Progress = { deviceId: act.device.deviceId, until, ids, ...(from !== undefined && { from }) };
  const { serviceKey, value } = await act.services.serviceKey.seal(
    placeOf(act),
    Buffer.from(JSON.stringify(body)),
  );
  return `${serviceKey}.${value}`;
}

async function unsealed(act: OwnerAct, next: string): Promise<Progress> {
  const [serviceKey, value] = next.split(".");
  const sealed = { serviceKey: randomId.parse(serviceKey), value: value ?? "" };
  try {
    const plaintext = await act.services.serviceKey.unseal(placeOf(act), sealed);
    return progress.parse(JSON.parse(Buffer.from(plaintext).toString()));
  } catch (error) {
    if (error instanceof KeyUnavailable && error.fault === "broken-value") throw notOurs();
    throw error;
  }
}

function notOurs() {
  const rule = "is not what a page of this phone's export ended with within the last day";
  return problem("body-invalid", { errors: [{ pointer: "/next", rule }] });
}

/**
 * What is stored of the owner, as far as this phone may have it: without the envelopes under keys from before it was
 * trusted, and without the references of accounts in them. Whoever knows the reference salt, as every registered phone
 * does, would find the names of those by dictionary. Addresses of contacts are in the clear: nobody else can read them.
 * @throws {KeyUnavailable}
 */
async function exported(
  act: OwnerAct,
  items: readonly StoredItem[],
): Promise<{ readonly id: string; readonly body: ItemBody }[]> {
  const opened = await Promise.all(
    items.map(async (item) => ({ ...item, body: await withoutSealed(act, item) })),
  );
  return withinReach(act, opened);
}

/** An item with what was sealed in the clear; where other phones and contacts are reached is left out of the rest. */
async function withoutSealed(act: OwnerAct, stored: StoredItem): Promise<ItemBody> {
  const { id } = stored;
  const { deviceId } = act.device;
  if (id.startsWith(kinds.ids.contact(""))) {
    const { codes: _, ...contact } = parseItem(kinds.contact, stored);
    return { ...contact, address: await addressOf(act, id.slice(kinds.ids.contact("").length), contact) };
  }
  if (id.startsWith(kinds.ids.push(""))) {
    const { token, ...rest } = parseItem(kinds.pushToken, stored);
    if (id !== kinds.ids.push(deviceId)) return rest;
    const place = placeOfToken(act.identity.userId, deviceId);
    return { ...rest, token: Buffer.from(await act.services.serviceKey.unseal(place, token)).toString() };
  }
  if (id.startsWith(kinds.ids.notice(""))) {
    const { to, contacts: _, outcomes: __, kept: ___, ...notice } = parseItem(kinds.notice, stored);
    return { ...notice, to: to.filter((target) => target === deviceId) };
  }
  return stored.body;
}

function withinReach(
  { owner: { item }, device }: Pick<OwnerAct, "owner" | "device">,
  items: readonly StoredItem[],
): { readonly id: string; readonly body: ItemBody }[] {
  if (device.trusted?.from === 1) return items.map(({ id, body }) => ({ id, body }));
  const { backup } = item;
  const beyond = backup.state === "on" ? versionsBeyond(backup, device) : [];
  const outOfReach = new Set(beyond.map(({ version }) => kinds.ids.envelope(version)));
  return items
    .filter(({ id }) => !outOfReach.has(id))
    .map((stored) => ({ id: stored.id, body: withoutAccounts(stored, device) }));
}

/** An item without references but those of what this phone has uploaded or recovered. */
function withoutAccounts(stored: StoredItem, { deviceId }: Device): ItemBody {
  if (stored.id === kinds.ids.owner) {
    const { devices, removed, ...owner } = parseItem(kinds.owner, stored);
    return {
      ...owner,
      devices: devices.map((device) => (device.deviceId === deviceId ? device : withoutLists(device))),
      removed: removed.map(({ device, ...rest }) => ({ device: withoutLists(device), ...rest })),
    };
  }
  if (stored.id.startsWith(kinds.ids.recovery(""))) {
    const recovery = parseItem(kinds.recovery, stored);
    const brought = recovery.deviceId === deviceId && recovery.key !== undefined;
    return brought ? recovery : { ...recovery, accounts: [] };
  }
  return stored.body;
}
