import { turnedOff } from "../backup/states.ts";
import { actorOf } from "../model/event.ts";
import { ids } from "../store/items.ts";
import { BATCH_OPERATIONS } from "../store/port.ts";
import type { OwnerAct } from "./act.ts";
import { destroy, forget } from "./commit.ts";
import { lookAgain } from "./retry.ts";

/**
 * Erases everything at once [H7], in one commit if it fits. If it does not, the key goes first, so that a crash on the
 * way leaves nothing that opens, and the owner item last, so that the phone can try again until nothing is left.
 */
export async function erase(act: OwnerAct): Promise<void> {
  const { owner, device, identity, services, now } = act;
  const items = await services.store.list(identity.userId, "");
  if (items.length > BATCH_OPERATIONS && owner.item.backup.state === "on") {
    await forget(act, turnedOff(owner.item, actorOf(device), now));
    // The owner item is another now: begin again with it.
    lookAgain();
  }
  const isOwner = ({ id }: { id: string }) => id === ids.owner;
  const ordered = [...items.filter((item) => !isOwner(item)), ...items.filter(isOwner)];
  for (let at = 0; at < ordered.length; at += BATCH_OPERATIONS) {
    await destroy(act, ordered.slice(at, at + BATCH_OPERATIONS));
  }
}
