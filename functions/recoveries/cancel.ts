import { commit } from "../../shared/acts/commit.ts";
import { loadGoing, replaceRecovery } from "../../shared/acts/recovery.ts";
import { forOwner } from "../../shared/http/endpoint.ts";
import { ownProblems, recoveryParams } from "../../shared/recovery/answers.ts";
import { cancelled, inState } from "../../shared/recovery/changes.ts";

/** DELETE recoveries/{recoveryId}: the owner does without it [H4]; what came with it already stays on the phone. */
export const cancelRecovery = forOwner(
  { proof: "spent", stepUp: "not-needed", standing: "registered", frozen: "goes-on", oldApps: "allowed" },
  {
    name: "recoveries-cancel",
    method: "DELETE",
    route: "recoveries/{recoveryId}",
    summary: "Cancels a recovery that this phone began; a repeat is harmless.",
    params: recoveryParams,
    answers: { 204: null },
    problems: ownProblems,
  },
  async (call) => {
    const { owner, device } = call;
    const going = await loadGoing(call, "cancel");
    const { recoveryId, item, state, next } = going;
    if (next === state) return { status: 204 };
    await commit(call, cancelled(owner.item, recoveryId, device, state), {
      event: { type: "recovery-cancelled", device, details: { recoveryId } },
      operations: [replaceRecovery(going, inState(item, next))],
    });
    return { status: 204 };
  },
);
