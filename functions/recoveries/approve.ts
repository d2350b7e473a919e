import { commit } from "../../shared/acts/commit.ts";
import { loadGoing, replaceRecovery } from "../../shared/acts/recovery.ts";
import { tellOthers } from "../../shared/acts/tell.ts";
import { forOwner } from "../../shared/http/endpoint.ts";
import { othersProblems, recoveryParams } from "../../shared/recovery/answers.ts";
import { approved, isReleased } from "../../shared/recovery/changes.ts";

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
    const { owner, device, now } = call;
    const going = await loadGoing(call, "others", "approve");
    const { recoveryId, item, state } = going;
    if (isReleased(item, state, now)) return { status: 204 };
    const { next, recovery } = approved(owner.item, recoveryId, item, now);
    await commit(call, next, {
      event: { type: "recovery-approved", device, details: { recoveryId } },
      operations: [
        replaceRecovery(going, recovery, now),
        ...tellOthers(call, owner.item.devices, { type: "recovery-approved", recoveryId }),
      ],
    });
    return { status: 204 };
  },
);
