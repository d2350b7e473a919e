import { commit } from "../../shared/acts/commit.ts";
import { remove } from "../../shared/acts/revoke.ts";
import { requireNotFrozen, requireStanding } from "../../shared/acts/standing.ts";
import { requireStepUp } from "../../shared/acts/stepUp.ts";
import { tellOthers } from "../../shared/acts/tell.ts";
import { deviceParams } from "../../shared/devices/answers.ts";
import { forOwner } from "../../shared/http/endpoint.ts";
import { mayRevoke } from "../../shared/recovery/say.ts";

/**
 * DELETE devices/{deviceId}: from now on that phone is a stranger's. A phone may always revoke itself; another, if it is
 * trusted, and while the backup is frozen if it may lift that.
 */
export const revokeDevice = forOwner(
  { proof: "spent", stepUp: "by-guards", standing: "registered", frozen: "by-guards", oldApps: "allowed" },
  {
    name: "devices-revoke",
    method: "DELETE",
    route: "devices/{deviceId}",
    summary: "Removes one of the owner's phones; a repeat is harmless.",
    params: deviceParams,
    answers: { 204: null },
    problems: ["trust-required", "keys-unavailable", "key-unusable"],
  },
  async (call) => {
    const { owner, device, params } = call;
    const { item } = owner;
    const { deviceId } = params;
    const revoked = item.devices.find((other) => other.deviceId === deviceId);
    if (deviceId !== device.deviceId) {
      if (!mayRevoke(item, device)) requireNotFrozen(call);
      requireStanding(call, revoked?.trusted ? "trusted" : "trusted-if-on");
      await requireStepUp(call);
    }
    if (!revoked) return { status: 204 };
    const next = await remove(call, item, revoked, device.deviceId);
    await commit(call, next, {
      event: { type: "device-revoked", device, details: { deviceId } },
      // The one that is revoked is told, too.
      operations: tellOthers(call, item, { type: "device-revoked", deviceId }),
    });
    return { status: 204 };
  },
);
