import { commit } from "../../shared/acts/commit.ts";
import { explained } from "../../shared/acts/judge.ts";
import { loadOthers } from "../../shared/acts/recovery.ts";
import { tellOthers } from "../../shared/acts/tell.ts";
import { forOwner } from "../../shared/http/endpoint.ts";
import { othersProblems, recoveryParams } from "../../shared/recovery/answers.ts";
import { approved } from "../../shared/recovery/changes.ts";
import { refuseApproval } from "../../shared/recovery/say.ts";

/** POST recoveries/{recoveryId}/approve: another phone, trusted before it began, ends the wait [H10]. */
export const approveRecovery = forOwner(
  { proof: "spent", stepUp: "needed", standing: "trusted", frozen: "stops", oldApps: "refused" },
  {
    name: "recoveries-approve",
    method: "POST",
    route: "recoveries/{recoveryId}/approve",
    summary: "Ends the wait of a recovery on another phone; a repeat is harmless.",
    params: recoveryParams,
    answers: { 204: null },
    problems: othersProblems,
  },
  async (call) => {
    const { owner, device, now } = call;
    const { recoveryId, item, state, listing } = await loadOthers(call, "approve");
    if (!listing) return { status: 204 };
    const refusal = refuseApproval(device, listing);
    if (refusal) throw explained(call, refusal);
    // There is nothing left to shorten.
    if (state !== "waiting" || Date.parse(item.releaseAt) <= now) return { status: 204 };
    await commit(call, approved(owner.item, listing, now), {
      event: { type: "recovery-approved", device, details: { recoveryId } },
      operations: tellOthers(call, owner.item, { type: "recovery-approved", recoveryId }),
    });
    return { status: 204 };
  },
);
