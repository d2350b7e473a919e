import * as z from "zod";
import {
  challengeProblems,
  loadChallenge,
  replaceChallenge,
  requireState,
  requireTaken,
} from "../../shared/acts/challenge.ts";
import { commit, count } from "../../shared/acts/commit.ts";
import { requireTriesLeft } from "../../shared/acts/standing.ts";
import { answerOf, challengeAnswer, challengeParams } from "../../shared/challenge/answers.ts";
import { withProof } from "../../shared/challenge/proofs.ts";
import { judgeCode } from "../../shared/challenge/sends.ts";
import { contactCode, readCode } from "../../shared/contact/code.ts";
import { CODE_REFUSALS, explain } from "../../shared/contact/explain.ts";
import { forOwner } from "../../shared/http/endpoint.ts";
import { placeOfChallengeCode } from "../../shared/keys/places.ts";

const MEANS = "contact-code";

/** POST challenges/{challengeId}/code: the owner reads what is sent to a contact of the account [E3]. */
export const giveCode = forOwner(
  { proof: "spent", stepUp: "not-needed", standing: "trusted-if-on", frozen: "stops", oldApps: "refused" },
  {
    name: "challenges-code",
    method: "POST",
    route: "challenges/{challengeId}/code",
    summary: "Proves that the owner reads a contact of the account, by the code that was sent there.",
    params: challengeParams,
    body: z.strictObject({ code: contactCode }),
    answers: { 200: challengeAnswer },
    problems: [
      ...challengeProblems,
      "proof-not-accepted",
      "contact-code-wrong",
      "contact-code-expired",
      "contact-code-superseded",
      "keys-unavailable",
      "key-unusable",
    ],
  },
  async (call) => {
    const { owner, device, identity, services, params, body, now } = call;
    const known = await loadChallenge(call, params.challengeId);
    requireState(call, known, "prove");
    const { challengeId, challenge } = known;
    requireTaken(challenge, MEANS);
    const isGiven = challenge.given.includes(MEANS);
    if (!isGiven) requireTriesLeft(call, ["challenge-codes"]);
    const code = readCode(body.code) ?? "";
    const contactIds = new Set(challenge.code?.codes.map(({ contactId }) => contactId));
    const hmacs = await Promise.all(
      [...contactIds].map((contactId) =>
        services.serviceKey.codes(placeOfChallengeCode(identity.userId, challengeId, contactId), code),
      ),
    );
    const verdict = judgeCode(challenge, new Set(hmacs.flat()), now);
    // The answer to the first try was lost.
    if (isGiven && verdict === "right") return { status: 200, body: answerOf(known, owner.item, now) };
    if (verdict === "wrong" && !isGiven) {
      return await count(call, device, "challenge-codes", explain({ reason: CODE_REFUSALS[verdict] }));
    }
    if (verdict !== "right") throw explain({ reason: CODE_REFUSALS[verdict] });
    const next = withProof(challenge, MEANS);
    await commit(call, owner.item, { operations: [replaceChallenge(known, next)] });
    return { status: 200, body: answerOf({ ...known, challenge: next }, owner.item, now) };
  },
);
