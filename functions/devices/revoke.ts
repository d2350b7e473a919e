import { commitOwner } from "../../shared/acts/commit.ts";
import { requireStanding } from "../../shared/acts/standing.ts";
import { deviceParams } from "../../shared/devices/answers.ts";
import { phoneRevoked } from "../../shared/devices/phones.ts";
import { type Declaration, forOwner, type OwnerCall } from "../../shared/http/endpoint.ts";
import { mayLift } from "../../shared/recovery/freeze.ts";

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
    problems: ["backup-frozen", "holder-required", "proof-replayed", "busy"],
  },
  async (call) => {
    const { item } = call.owner;
    requireSay(call);
    const details = { deviceId: call.params.deviceId };
    if (item.devices.some(({ deviceId }) => deviceId === details.deviceId)) {
      await commitOwner(call, phoneRevoked(item, details.deviceId), {
        event: { type: "device-revoked", device: call.device, details },
      });
    }
    return { status: 204 };
  },
);

/**
 * A phone may always revoke itself. Of another, while the backup is frozen, only the phones that may lift that: a thief
 * would otherwise take the owner's last one away.
 */
function requireSay(call: OwnerCall<{ readonly params: typeof deviceParams } & Declaration>): void {
  const { owner, device, params } = call;
  if (params.deviceId === device.deviceId) return;
  const { freeze } = owner.item;
  if (!freeze || !mayLift(freeze, device)) requireStanding(call, "guarded");
}
