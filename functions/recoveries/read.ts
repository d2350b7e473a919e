import { loadOwn } from "../../shared/acts/recovery.ts";
import { forOwner } from "../../shared/http/endpoint.ts";
import { describe, recoveryAnswer, recoveryParams } from "../../shared/recovery/answers.ts";

/** GET recoveries/{recoveryId}: how far it is; without key and envelope. */
export const readRecoveryState = forOwner(
  { proof: "read", stepUp: "not-needed", standing: "registered", frozen: "goes-on", oldApps: "allowed" },
  {
    name: "recoveries-read",
    method: "GET",
    route: "recoveries/{recoveryId}",
    summary: "Tells the state of a recovery that this phone began, and of each account in it.",
    params: recoveryParams,
    answers: { 200: recoveryAnswer },
    problems: ["recovery-not-found"],
  },
  async (call) => {
    const { recoveryId } = call.params;
    return { status: 200, body: describe(recoveryId, await loadOwn(call, recoveryId)) };
  },
);
