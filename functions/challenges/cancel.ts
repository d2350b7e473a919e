import { loadChallenge, replaceChallenge } from "../../shared/acts/challenge.ts";
import { commit } from "../../shared/acts/commit.ts";
import { challengeParams } from "../../shared/challenge/answers.ts";
import { withoutChallenge } from "../../shared/challenge/changes.ts";
import { OVER, stateOf } from "../../shared/challenge/states.ts";
import { forOwner } from "../../shared/http/endpoint.ts";

/** DELETE challenges/{challengeId}: what was counted stays counted. */
export const cancelChallenge = forOwner(
  { proof: "spent", stepUp: "not-needed", standing: "trusted-if-on", frozen: "goes-on", oldApps: "allowed" },
  {
    name: "challenges-cancel",
    method: "DELETE",
    route: "challenges/{challengeId}",
    summary: "Ends a verification on this phone; a repeat is harmless.",
    params: challengeParams,
    answers: { 204: null },
    problems: ["challenge-not-found"],
  },
  async (call) => {
    const { owner, device, params, now } = call;
    const known = await loadChallenge(call, params.challengeId);
    if (OVER.has(stateOf(known, owner.item, now))) return { status: 204 };
    await commit(call, withoutChallenge(owner.item, device.deviceId), {
      operations: [replaceChallenge(known, { ...known.challenge, ended: "cancelled" })],
    });
    return { status: 204 };
  },
);
