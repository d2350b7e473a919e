import { loadChallenge, namesOf, offeredContacts } from "../../shared/acts/challenge.ts";
import { answerOf, challengeAnswer, challengeParams } from "../../shared/challenge/answers.ts";
import { forOwner } from "../../shared/http/endpoint.ts";

/** GET challenges/{challengeId}: what is missing and, after the sign-in to the account, where a code can be sent. */
export const readChallengeState = forOwner(
  { proof: "read", stepUp: "not-needed", standing: "trusted-if-on", frozen: "goes-on", oldApps: "allowed" },
  {
    name: "challenges-read",
    method: "GET",
    route: "challenges/{challengeId}",
    summary: "Tells how a verification on this phone stands, and which contacts of the account count.",
    params: challengeParams,
    answers: { 200: challengeAnswer },
    problems: ["challenge-not-found", "keys-unavailable", "key-unusable"],
  },
  async (call) => {
    const known = await loadChallenge(call, call.params.challengeId);
    const contacts = await offeredContacts(call, known.challenge);
    const names = await namesOf(call, known.challenge);
    return { status: 200, body: answerOf(known, call.owner.item, call.now, { names, contacts }) };
  },
);
