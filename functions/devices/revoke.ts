import { commit } from "../../shared/acts/commit.ts";
import { requireStanding } from "../../shared/acts/standing.ts";
import { deviceParams } from "../../shared/devices/answers.ts";
import { forOwner } from "../../shared/http/endpoint.ts";
import { phoneRevoked } from "../../shared/recovery/revoked.ts";
import { mayRevoke } from "../../shared/recovery/say.ts";

/** DELETE devices/{deviceId}: from now on that phone is a stranger's. */
export const revokeDevice = forOwner(
  { stepUp: "needed", oldApps: "allowed" },
  {
    name: "devices-revoke",
    method: "DELETE",
    route: "devices/{deviceId}",
    summary: "Removes one of the owner's phones; a repeat is harmless.",
    params: deviceParams,
    answers: { 204: null },
    problems: ["backup-frozen", "holder-required"],
  },
  async (call) => {
    const { owner, device, params } = call;
    const { item } = owner;
    const { deviceId } = params;
    if (!mayRevoke(item, device, deviceId)) requireStanding(call, "guarded");
    if (item.devices.some((other) => other.deviceId === deviceId)) {
      await commit(call, phoneRevoked(item, deviceId), {
        event: { type: "device-revoked", device, details: { deviceId } },
      });
    }
    return { status: 204 };
  },
);
