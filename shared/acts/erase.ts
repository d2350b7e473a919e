import { turnedOff } from "../backup/states.ts";
import { actorOf } from "../model/event.ts";
import { ids } from "../store/items.ts";
import { BATCH_OPERATIONS } from "../store/port.ts";
import type { OwnerAct } from "./act.ts";
import { destroy, forget } from "./commit.ts";

/** Items that one commit deletes: it spends the proof, too. */
const AT_ONCE = BATCH_OPERATIONS - 1;

/**
 * Erases everything at once [H7], in one commit if it fits. If it does not, the key goes first, so that a crash on the
 * way leaves nothing that opens; then what is found, page by page, so that nothing is looked at twice; and the owner item
 * last, so that the phone can try again until nothing is left. Spent proofs stay, and expire: a copy of a request from
 * before would otherwise register a phone again, or erase the owner who has come back.
 */
export async function erase(act: OwnerAct): Promise<void> {
  const { owner, device, identity, services, now } = act;
  const list = (from?: string) => services.store.listIds(identity.userId, { from, without: ids.proof("") });
  let page = await list();
  if (page.next === undefined && page.items.length <= AT_ONCE) return await destroy(act, page.items);
  const { etag } =
    owner.item.backup.state === "on" ? await forget(act, turnedOff(owner.item, actorOf(device), now)) : owner;
  for (;;) {
    const others = page.items.filter(({ id }) => id !== ids.owner);
    for (let at = 0; at < others.length; at += AT_ONCE) await destroy(act, others.slice(at, at + AT_ONCE));
    if (page.next === undefined) break;
    page = await list(page.next);
  }
  await destroy(act, [{ id: ids.owner, etag }]);
}
