import * as z from "zod";
import { challengeProblems, loadChallenge, requireState, requireTaken } from "../../shared/acts/challenge.ts";
import { sendChallengeCode } from "../../shared/acts/challengeCode.ts";
import { answerOf, challengeAnswer, challengeParams } from "../../shared/challenge/answers.ts";
import { randomId } from "../../shared/formats.ts";
import { forOwner } from "../../shared/http/endpoint.ts";

/** POST challenges/{challengeId}/code/send: to a contact of the account, after the sign-in to it [E3]. */
export const sendCodeOfChallenge = forOwner(
  { proof: "spent", stepUp: "not-needed", standing: "trusted-if-on", frozen: "stops", oldApps: "refused" },
  {
    name: "challenges-code-send",
    method: "POST",
    route: "challenges/{challengeId}/code/send",
    summary: "Sends a code to a contact of the account that is verified.",
    params: challengeParams,
    body: z.strictObject({ contactId: randomId }),
    answers: { 200: challengeAnswer },
    problems: [
      ...challengeProblems,
      "proof-not-accepted",
      "contact-not-found",
      "contact-not-counted",
      "contact-region-refused",
      "code-sent-recently",
      "sends-spent",
      "code-not-sent",
      "keys-unavailable",
      "key-unusable",
    ],
  },
  async (call) => {
    const { owner: caller, params, body, now } = call;
    const known = await loadChallenge(call, params.challengeId);
    requireState(call, known, "prove");
    requireTaken(known.challenge, "contact-code");
    // It was given: another would be of no use.
    if (known.challenge.given.includes("contact-code")) {
      return { status: 200, body: answerOf(known, caller.item, now) };
    }
    const { challenge, owner } = await sendChallengeCode(call, known, body.contactId);
    return { status: 200, body: answerOf({ ...known, challenge }, owner, now) };
  },
);
