import { problem } from "../../shared/errors/problem.ts";
import { timestampOf } from "../../shared/formats.ts";
import { forOwner } from "../../shared/http/endpoint.ts";
import { ids } from "../../shared/store/items.ts";
import { actorOf, commitOwner } from "../../shared/store/owner.ts";

/**
 * DELETE backup?confirm=delete: turns backup off [F1–F4]. The wrapped key and every version go in one commit, so that
 * nothing which is still held opens a copy of the database made earlier. Phones stay.
 */
export const disableBackup = forOwner(
  { stepUp: "needed", oldApps: "allowed" },
  {
    name: "backup-disable",
    method: "DELETE",
    route: "backup",
    summary: "Turns backup off and destroys it; a repeat is harmless.",
    answers: { 204: null },
    problems: ["confirmation-required", "proof-replayed", "busy"],
  },
  async (call) => {
    const { owner, device, now, request } = call;
    if (request.query.get("confirm") !== "delete")
      throw problem("confirmation-required", { confirm: "delete" });
    const { item } = owner;
    if (item.backup.state !== "on") return { status: 204 };
    await commitOwner(
      call,
      {
        ...item,
        backup: { state: "deleted", deletedAt: timestampOf(now), device: actorOf(device) },
        devices: item.devices.map((other) => ({ ...other, holdsBackup: false, awaitsSignIn: false })),
      },
      {
        event: { type: "backup-deleted", device },
        operations: item.backup.versions.map(
          ({ version }) => ({ kind: "delete", id: ids.envelope(version) }) as const,
        ),
      },
    );
    return { status: 204 };
  },
);
