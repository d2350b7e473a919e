import * as z from "zod";
import {
  challengeProblems,
  loadChallenge,
  replaceChallenge,
  requireState,
  requireTaken,
} from "../../shared/acts/challenge.ts";
import { claim, numberFor, rightActivation } from "../../shared/acts/challengeActivation.ts";
import { commit } from "../../shared/acts/commit.ts";
import { requireTriesLeft } from "../../shared/acts/standing.ts";
import { activationCode, readActivationCode } from "../../shared/challenge/activation.ts";
import { answerOf, challengeAnswer, challengeParams } from "../../shared/challenge/answers.ts";
import { withProof } from "../../shared/challenge/proofs.ts";
import { forOwner } from "../../shared/http/endpoint.ts";

const MEANS = "activation-code";

/** POST challenges/{challengeId}/activation: the code of the account's provider, scanned or typed [E4] [E7]. */
export const activateAccount = forOwner(
  { proof: "spent", stepUp: "not-needed", standing: "trusted-if-on", frozen: "stops", oldApps: "refused" },
  {
    name: "challenges-activation",
    method: "POST",
    route: "challenges/{challengeId}/activation",
    summary: "Proves a work or school account by the code of its provider, which is used up by it.",
    params: challengeParams,
    body: z.strictObject({ code: activationCode }),
    answers: { 200: challengeAnswer },
    problems: [
      ...challengeProblems,
      "proof-not-accepted",
      "activation-code-wrong",
      "activation-code-used",
      "activation-code-expired",
      "activation-code-cancelled",
      "activation-code-superseded",
      "keys-unavailable",
      "key-unusable",
    ],
  },
  async (call) => {
    const { owner, params, body, now } = call;
    const known = await loadChallenge(call, params.challengeId);
    requireState(call, known, "prove");
    const { challengeId, challenge } = known;
    requireTaken(challenge, MEANS);
    requireTriesLeft(call, ["activation-codes"]);
    const right = await rightActivation(call, readActivationCode(body.code) ?? "", {
      challengeId,
      entry: challenge.account,
    });
    // The answer to the first try was lost; or it is another code, which is of no use any more and stays good.
    if (challenge.given.includes(MEANS)) {
      return { status: 200, body: answerOf(known, owner.item, now) };
    }
    const { partition, id } = right.found;
    await claim(call, right, challengeId);
    const next = withProof(
      { ...challenge, activation: { partition, id }, holder: partition, ...numberFor(call, right) },
      MEANS,
    );
    await commit(call, owner.item, { operations: [replaceChallenge(known, next)] });
    return { status: 200, body: answerOf({ ...known, challenge: next }, owner.item, now) };
  },
);
