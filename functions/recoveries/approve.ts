import { commitOwner } from "../../shared/acts/commit.ts";
import { loadOthers, othersProblems, requireGoing } from "../../shared/acts/recovery.ts";
import { replaceRecovery } from "../../shared/acts/release.ts";
import { tellOthers } from "../../shared/acts/tell.ts";
import { timestampOf } from "../../shared/formats.ts";
import { forOwner } from "../../shared/http/endpoint.ts";
import { recoveryParams } from "../../shared/recovery/answers.ts";

/** POST recoveries/{recoveryId}/approve: another phone that has the backup ends the wait [H10]. */
export const approveRecovery = forOwner(
  { stepUp: "needed", standing: "holder", oldApps: "refused" },
  {
    name: "recoveries-approve",
    method: "POST",
    route: "recoveries/{recoveryId}/approve",
    summary: "Releases a recovery that waits on another phone; a repeat is harmless.",
    params: recoveryParams,
    answers: { 204: null },
    problems: othersProblems,
  },
  async (call) => {
    const { owner, device, params, now } = call;
    const { recoveryId } = params;
    const { item, etag, state } = await loadOthers(call, recoveryId);
    requireGoing(state, "approve");
    const at = timestampOf(now);
    // Released, or so in a moment: there is nothing left to shorten.
    if (state !== "waiting" || item.releaseAt <= at) return { status: 204 };
    const recoveries = owner.item.recoveries.map((other) =>
      other.recoveryId === recoveryId ? { ...other, releaseAt: at } : other,
    );
    await commitOwner(
      call,
      { ...owner.item, recoveries },
      {
        event: { type: "recovery-approved", device, details: { recoveryId } },
        operations: [
          replaceRecovery(recoveryId, { ...item, releaseAt: at }, { etag, now }),
          ...tellOthers(call, owner.item.devices, { type: "recovery-approved", recoveryId }),
        ],
      },
    );
    return { status: 204 };
  },
);
