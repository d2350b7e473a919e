import { commit } from "../../shared/acts/commit.ts";
import { requireOn } from "../../shared/acts/require.ts";
import { tellOthers } from "../../shared/acts/tell.ts";
import { withoutUnusedKeys } from "../../shared/backup/keys.ts";
import { forOwner } from "../../shared/http/endpoint.ts";

/** DELETE backup/recovery-key: from then on the written-down key is worthless to whoever finds it. */
export const removeRecoveryKey = forOwner(
  { proof: "spent", stepUp: "needed", standing: "trusted", frozen: "stops", oldApps: "allowed" },
  {
    name: "backup-recovery-key-remove",
    method: "DELETE",
    route: "backup/recovery-key",
    summary: "Removes the recovery key; a repeat is harmless.",
    answers: { 204: null },
    problems: ["backup-off"],
  },
  async (call) => {
    const { owner, device } = call;
    const { recoveryKey, ...backup } = requireOn(owner.item);
    if (!recoveryKey) return { status: 204 };
    await commit(call, withoutUnusedKeys({ ...owner.item, backup }), {
      event: { type: "recovery-key-removed", device },
      operations: tellOthers(call, owner.item, { type: "recovery-key-removed" }),
    });
    return { status: 204 };
  },
);
