import { forOwner } from "../../shared/http/endpoint.ts";
import { commitOwner } from "../../shared/store/owner.ts";
import { deviceParams } from "./answers.ts";

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
    problems: ["proof-replayed", "busy"],
  },
  async (call) => {
    const { item } = call.owner;
    const devices = item.devices.filter(({ deviceId }) => deviceId !== call.params.deviceId);
    if (devices.length < item.devices.length) {
      const details = { deviceId: call.params.deviceId };
      await commitOwner(
        call,
        { ...item, devices },
        { event: { type: "device-revoked", device: call.device, details } },
      );
    }
    return { status: 204 };
  },
);
