import { commitOwner } from "../../shared/acts/commit.ts";
import { loadOwn, requireGoing } from "../../shared/acts/recovery.ts";
import { replaceRecovery } from "../../shared/acts/release.ts";
import { withPhone } from "../../shared/devices/phones.ts";
import { forOwner } from "../../shared/http/endpoint.ts";
import { recoveryParams } from "../../shared/recovery/answers.ts";
import { withoutPhone } from "../../shared/recovery/listed.ts";

/** DELETE recoveries/{recoveryId}: the owner does without it [H4]; what came with it already stays on the phone. */
export const cancelRecovery = forOwner(
  { stepUp: "not-needed", oldApps: "allowed" },
  {
    name: "recoveries-cancel",
    method: "DELETE",
    route: "recoveries/{recoveryId}",
    summary: "Cancels a recovery that this phone began; a repeat is harmless.",
    params: recoveryParams,
    answers: { 204: null },
    problems: ["recovery-not-found", "recovery-over", "proof-replayed", "busy"],
  },
  async (call) => {
    const { owner, device, params, now } = call;
    const { recoveryId } = params;
    const { item, etag, state } = await loadOwn(call, recoveryId);
    const next = requireGoing(state, "cancel");
    if (next === state) return { status: 204 };
    const devices = withPhone(owner.item.devices, device.deviceId, { awaitsSignIn: false });
    // One that was released stays listed: the other phones can still answer that it was not their owner.
    const { recoveries: listed } = owner.item;
    const recoveries = state === "waiting" ? withoutPhone(listed, device.deviceId) : listed;
    await commitOwner(
      call,
      { ...owner.item, devices, recoveries },
      {
        event: { type: "recovery-cancelled", device, details: { recoveryId } },
        operations: [replaceRecovery(recoveryId, { ...item, state: next }, { etag, now })],
      },
    );
    return { status: 204 };
  },
);
