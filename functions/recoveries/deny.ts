import { actorOf } from "../../shared/activity/events.ts";
import { commitOwner } from "../../shared/acts/commit.ts";
import { loadOthers, othersProblems, requireGoing } from "../../shared/acts/recovery.ts";
import { replaceRecovery } from "../../shared/acts/release.ts";
import { tellOthers } from "../../shared/acts/tell.ts";
import { phoneRevoked } from "../../shared/devices/phones.ts";
import { timestampOf } from "../../shared/formats.ts";
import { forOwner } from "../../shared/http/endpoint.ts";
import { recoveryParams } from "../../shared/recovery/answers.ts";
import { frozenAgain } from "../../shared/recovery/freeze.ts";

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
    const { owner, device, params, now } = call;
    const { recoveryId } = params;
    const { item, etag, state } = await loadOthers(call, recoveryId);
    const next = requireGoing(state, "deny");
    if (next === state) return { status: 204 };
    const freeze = {
      at: timestampOf(now),
      device: actorOf(device),
      registeredBy: device.registeredAt,
    };
    const revoked = phoneRevoked(owner.item, item.deviceId);
    await commitOwner(
      call,
      {
        ...revoked,
        freeze: frozenAgain(owner.item.freeze, freeze),
      },
      {
        event: { type: "recovery-denied", device, details: { recoveryId, deviceId: item.deviceId } },
        operations: [
          replaceRecovery(recoveryId, { ...item, state: next }, { etag, now }),
          ...tellOthers(call, revoked.devices, { type: "recovery-denied", recoveryId }),
        ],
      },
    );
    return { status: 204 };
  },
);
