import { actorOf } from "../../shared/activity/events.ts";
import { Contention, commitOwner } from "../../shared/acts/commit.ts";
import { turnedOff } from "../../shared/backup/turnOff.ts";
import { forOwner } from "../../shared/http/endpoint.ts";
import { ids } from "../../shared/store/items.ts";
import { BATCH_OPERATIONS } from "../../shared/store/port.ts";
import { requireConfirmation } from "../confirmation.ts";

/**
 * DELETE me?confirm=erase: erases everything at once [H7], in one commit where it fits. Where it does not, the key goes
 * first, so that a crash on the way leaves nothing that opens, and the owner item last, so that the phone can try again
 * until nothing is left.
 */
export const eraseOwner = forOwner(
  { stepUp: "needed", standing: "guarded", oldApps: "allowed" },
  {
    name: "me-erase",
    method: "DELETE",
    route: "me",
    summary: "Erases everything that is held about the owner.",
    answers: { 204: null },
    problems: ["confirmation-required", "proof-replayed", "busy"],
  },
  async (call) => {
    requireConfirmation(call.request, "erase");
    const { owner, device, identity, services, now } = call;
    const items = await services.store.list(identity.userId, "");
    if (items.length > BATCH_OPERATIONS && owner.item.backup.state === "on") {
      await commitOwner(call, turnedOff(owner.item, actorOf(device), now), {
        event: { type: "backup-deleted", device },
      });
      // The owner item is another now: begin again with it.
      throw new Contention();
    }
    // The owner item behind all others, in the last batch.
    const ordered = [
      ...items.filter(({ id }) => id !== ids.owner),
      ...items.filter(({ id }) => id === ids.owner),
    ];
    for (let at = 0; at < ordered.length; at += BATCH_OPERATIONS) {
      const batch = ordered.slice(at, at + BATCH_OPERATIONS);
      const result = await services.store.commit(
        identity.userId,
        batch.map(({ id, etag }) => ({ kind: "delete", id, etag })),
      );
      // Something was written or has expired meanwhile: look again at what is left.
      if (!result.committed) throw new Contention();
    }
    return { status: 204 };
  },
);
