import { commit } from "../../shared/acts/commit.ts";
import { loadGoing, replaceRecovery } from "../../shared/acts/recovery.ts";
import { tellOthers } from "../../shared/acts/tell.ts";
import { forOwner } from "../../shared/http/endpoint.ts";
import { othersProblems, recoveryParams } from "../../shared/recovery/answers.ts";
import { denied, inState } from "../../shared/recovery/changes.ts";

/**
 * POST recoveries/{recoveryId}/deny: "this wasn't me" [H5]. One answer from an older phone ends the recovery, takes its
 * phone's access away and freezes the backup. It needs no new sign-in: whoever took the account over may have taken that.
 */
export const denyRecovery = forOwner(
  { stepUp: "not-needed", oldApps: "allowed" },
  {
    name: "recoveries-deny",
    method: "POST",
    route: "recoveries/{recoveryId}/deny",
    summary:
      "Denies a recovery on another phone: revokes that phone and freezes the backup; a repeat is harmless.",
    params: recoveryParams,
    answers: { 204: null },
    problems: othersProblems,
  },
  async (call) => {
    const { owner, device, now } = call;
    const going = await loadGoing(call, "others", "deny");
    const { recoveryId, item, state, next: over } = going;
    if (over === state) return { status: 204 };
    const next = denied(owner.item, item, device, now);
    await commit(call, next, {
      event: { type: "recovery-denied", device, details: { recoveryId, deviceId: item.deviceId } },
      operations: [
        replaceRecovery(going, inState(item, over), now),
        ...tellOthers(call, next.devices, { type: "recovery-denied", recoveryId }),
      ],
    });
    return { status: 204 };
  },
);
