import { commit } from "../../shared/acts/commit.ts";
import { turnedOff } from "../../shared/backup/states.ts";
import { forOwner } from "../../shared/http/endpoint.ts";
import { actorOf } from "../../shared/model/event.ts";
import { deleteEnvelope } from "../../shared/store/operations.ts";

/**
 * DELETE backup?confirm=delete: turns backup off [F1–F4]. The wrapped key and every version go in one commit, so that
 * nothing which is still held opens a copy of the database made earlier. Phones stay.
 */
export const disableBackup = forOwner(
  { stepUp: "needed", standing: "guarded", oldApps: "allowed" },
  {
    name: "backup-disable",
    method: "DELETE",
    route: "backup",
    summary: "Turns backup off and destroys it; a repeat is harmless.",
    confirm: "delete",
    answers: { 204: null },
    problems: [],
  },
  async (call) => {
    const { owner, device, now } = call;
    const { item } = owner;
    if (item.backup.state !== "on") return { status: 204 };
    await commit(call, turnedOff(item, actorOf(device), now), {
      event: { type: "backup-deleted", device },
      operations: item.backup.versions.map(deleteEnvelope),
    });
    return { status: 204 };
  },
);
