import { turnedOff } from "../backup/states.ts";
import { forgetDead } from "../delivery/deadNotices.ts";
import { actorOf } from "../model/event.ts";
import type { Kept } from "../model/notice.ts";
import { MOST_SPENT } from "../model/spent.ts";
import { contact, ids, pushToken } from "../store/items.ts";
import { BATCH_OPERATIONS, type StoredItem } from "../store/port.ts";
import { ItemUnreadable, parseItem } from "../store/schema.ts";
import type { OwnerAct } from "./act.ts";
import { destroy, destroyOwner, forget } from "./commit.ts";
import { releaseHolders } from "./holders.ts";
import { isOfErasure, othersOf, tellErased } from "./tell.ts";

/** The prefix of all phones' credentials. */
const CREDENTIAL = "credential:";

/** Items that the commit deletes which ends an erasure: it spends the proof, keeps those before it, and leaves the notice. */
const AT_LAST = BATCH_OPERATIONS - MOST_SPENT - 2;

/**
 * Erases everything at once [H7], in one commit if it fits. If it does not, the key goes first, so that a crash on the
 * way leaves nothing that opens; then, of what its phones hold, what the second container says of it; then what is found, page by page, so that nothing is looked at twice; and last the owner
 * item, so that the phone can try again until nothing is left, with where the other phones and the contacts are reached:
 * the last commit leaves the notice of it. Spent proofs stay, and expire: a copy of a request from before would otherwise
 * register a phone again, or erase the owner who has come back.
 */
export async function erase(act: OwnerAct): Promise<void> {
  const { owner, device, identity, services, now } = act;
  const { store } = services;
  const list = (from?: string) => store.listIds(identity.userId, { from, without: ids.proof("") });
  let page = await list();
  const fits = page.next === undefined && page.items.length <= AT_LAST;
  const isOn = owner.item.backup.state === "on";
  const off = isOn ? turnedOff(owner.item, actorOf(device), now) : owner.item;
  const begun = fits ? owner : await forget(act, off);

  const others = othersOf(owner.item, device.deviceId, now);
  const last = new Set([...others.to.map(ids.push), ...others.contacts.map(ids.contact)]);
  const reached: Listed[] = [];
  let rest: Listed[] = [];
  let hasNotices = false;
  for (;;) {
    // A notice of an erasure before is to be sent still: whoever was told by it began anew since.
    const items = page.items.filter(({ id }) => id !== ids.owner && !isOfErasure(id));
    hasNotices ||= items.some(({ id }) => id.startsWith(ids.notice("")));
    reached.push(...items.filter(({ id }) => last.has(id)));
    const before = items.filter(({ id }) => !last.has(id));
    const held = before.map(({ id }) => id).filter((id) => id.startsWith(CREDENTIAL));
    await releaseHolders(services, identity.userId, held);
    if (fits) rest = before;
    else if (before.length > 0) await destroy(act, before);
    if (page.next === undefined) break;
    page = await list(page.next);
  }
  if (hasNotices) await forgetDead(store, identity.userId);
  const told = tellErased(act, others, await keptOf(act, reached));
  await destroyOwner({ ...act, owner: begun }, [...rest, ...reached], told);
}

type Listed = Pick<StoredItem, "id" | "etag">;

/** Where phones and contacts are reached, by their ids: what can't be read is left out, and keeps nothing from going. */
async function keptOf(
  { services: { store }, identity: { userId } }: OwnerAct,
  items: readonly Listed[],
): Promise<ReadonlyMap<string, Kept>> {
  const stored = await Promise.all(items.map(({ id }) => store.read(userId, id)));
  return new Map(stored.flatMap((item) => (item ? pairOf(item) : [])));
}

function pairOf(item: StoredItem): [string, Kept][] {
  const target = item.id.slice(item.id.indexOf(":") + 1);
  try {
    if (item.id.startsWith(ids.push(""))) {
      const { schema: _, at: __, ...kept } = parseItem(pushToken, item);
      return [[target, kept]];
    }
    if (item.id.startsWith(ids.contact(""))) {
      const { schema: _, hint: __, ...kept } = parseItem(contact, item);
      return [[target, kept]];
    }
  } catch (error) {
    if (!(error instanceof ItemUnreadable)) throw error;
  }
  return [];
}
