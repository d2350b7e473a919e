import { challengeProblems, loadChallenge, requireState } from "../../shared/acts/challenge.ts";
import { sendPush } from "../../shared/acts/challengePush.ts";
import { answerOf, challengeAnswer, challengeParams } from "../../shared/challenge/answers.ts";
import { explain } from "../../shared/challenge/explain.ts";
import { forOwner } from "../../shared/http/endpoint.ts";

/** POST challenges/{challengeId}/push/send: again, with a new nonce; the one before is of no use from then on. */
export const sendPushAgain = forOwner(
  { proof: "spent", stepUp: "not-needed", standing: "trusted-if-on", frozen: "stops", oldApps: "refused" },
  {
    name: "challenges-push-send",
    method: "POST",
    route: "challenges/{challengeId}/push/send",
    summary: "Sends the push of a verification once more.",
    params: challengeParams,
    answers: { 200: challengeAnswer },
    problems: [
      ...challengeProblems,
      "account-pending",
      "sends-spent",
      "push-sent-recently",
      "push-token-missing",
      "push-not-sent",
      "keys-unavailable",
      "key-unusable",
    ],
  },
  async (call) => {
    const { owner, params, now } = call;
    const known = await loadChallenge(call, params.challengeId);
    requireState(call, known, "push");
    // Nobody could answer it: the account's key comes first.
    if (!known.challenge.credential) {
      throw explain({ reason: "challenge-proof-missing", proofs: [["push-answer"]] });
    }
    const challenge = await sendPush(call, known, known.challenge);
    return { status: 200, body: answerOf({ ...known, challenge }, owner.item, now) };
  },
);
