import { problem } from "../../shared/errors/problem.ts";
import { timestampOf } from "../../shared/formats.ts";
import { forOwner, type OwnerCall } from "../../shared/http/endpoint.ts";
import { ids } from "../../shared/store/items.ts";
import { actorOf, Contention, commitOwner } from "../../shared/store/owner.ts";
import { BATCH_OPERATIONS } from "../../shared/store/port.ts";

/**
 * DELETE me?confirm=erase: erases everything at once [H7], in one commit where it fits. Where it does not, the key goes
 * first, so that a crash on the way leaves nothing that opens, and the owner item last, so that the phone can try again
 * until nothing is left.
 */
export const eraseOwner = forOwner(
  { stepUp: "needed", oldApps: "allowed" },
  {
    name: "me-erase",
    method: "DELETE",
    route: "me",
    summary: "Erases everything that is held about the owner.",
    answers: { 204: null },
    problems: ["confirmation-required", "proof-replayed", "busy"],
  },
  async (call) => {
    if (call.request.query.get("confirm") !== "erase")
      throw problem("confirmation-required", { confirm: "erase" });
    const { owner, identity, services } = call;
    const items = await services.store.list(identity.userId, "");
    if (items.length > BATCH_OPERATIONS && owner.item.backup.state === "on") {
      await destroyKey(call);
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

async function destroyKey(call: OwnerCall): Promise<void> {
  const { owner, device, now } = call;
  await commitOwner(
    call,
    {
      ...owner.item,
      backup: { state: "deleted", deletedAt: timestampOf(now), device: actorOf(device) },
      devices: owner.item.devices.map((other) => ({ ...other, holdsBackup: false, awaitsSignIn: false })),
    },
    { event: { type: "backup-deleted", device } },
  );
}
