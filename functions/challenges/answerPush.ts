import { hash } from "node:crypto";
import * as z from "zod";
import {
  challengeProblems,
  type LoadedChallenge,
  loadChallenge,
  replaceChallenge,
  requireState,
} from "../../shared/acts/challenge.ts";
import { requireNotOvertaken } from "../../shared/acts/challengePush.ts";
import { commit } from "../../shared/acts/commit.ts";
import { isSameAnswer, verifiedBefore, verifyAccount } from "../../shared/acts/verify.ts";
import { judgeAnswer } from "../../shared/challenge/answer.ts";
import { answerOf, challengeAnswer, challengeParams } from "../../shared/challenge/answers.ts";
import { withoutChallenge } from "../../shared/challenge/changes.ts";
import { explain, PUSH_REFUSALS } from "../../shared/challenge/explain.ts";
import { forOwner, type OwnerCall } from "../../shared/http/endpoint.ts";

const declaration = {
  name: "challenges-push",
  method: "POST",
  route: "challenges/{challengeId}/push",
  summary: "Answers a push with the account's key: the account works on this phone from then on.",
  params: challengeParams,
  body: z.strictObject({
    /** Compact JWS by the account's key. */
    answer: z
      .string()
      .max(2048)
      .regex(/^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/),
  }),
  answers: {
    200: challengeAnswer.extend({
      /** The secret of this phone's one-time codes, sealed to it: of a personal account. */
      oneTimeCode: z.strictObject({ sealed: z.string() }).optional(),
    }),
  },
  problems: [
    ...challengeProblems,
    "account-pending",
    "push-answer-invalid",
    "push-superseded",
    "push-number-wrong",
    "keys-unavailable",
    "key-unusable",
  ],
} as const;

type AnswerCall = OwnerCall<typeof declaration>;

/** POST challenges/{challengeId}/push [E12] [E13] */
export const answerPush = forOwner(
  { proof: "spent", stepUp: "not-needed", standing: "trusted-if-on", frozen: "stops", oldApps: "refused" },
  declaration,
  async (call) => {
    const { owner, device, services, params, body, now } = call;
    const known = await loadChallenge(call, params.challengeId);
    const { challengeId, challenge } = known;
    const answered = hash("sha256", body.answer, "base64url");
    // The answer to the first try was lost: only who has made this very answer gets the secret again.
    if (challenge.ended === "verified" && isSameAnswer(challenge.answer, answered)) {
      const oneTimeCode = await verifiedBefore(call, known);
      return {
        status: 200,
        body: { ...answerOf(known, owner.item, now), ...(oneTimeCode && { oneTimeCode }) },
      };
    }
    requireState(call, known, "answer");
    requireNotOvertaken(call, challenge);
    const verdict = judgeAnswer(body.answer, challenge, {
      origin: services.config.publicOrigin,
      challengeId,
      deviceId: device.deviceId,
      now,
    });
    switch (verdict) {
      case "approved": {
        const done = await verifyAccount(call, known, answered);
        const told = answerOf({ challengeId, challenge: done.challenge }, done.owner, now);
        return { status: 200, body: { ...told, ...(done.oneTimeCode && { oneTimeCode: done.oneTimeCode }) } };
      }
      case "denied":
        return { status: 200, body: await refused(call, known) };
      case "wrong-number":
        await refused(call, known);
        throw explain({ reason: PUSH_REFUSALS[verdict] });
      default:
        throw explain({ reason: PUSH_REFUSALS[verdict] });
    }
  },
);

/** It was not this owner, or they can't see the provider's page: nobody guesses twice. */
async function refused(call: AnswerCall, known: LoadedChallenge) {
  const { owner, device, now } = call;
  const challenge = { ...known.challenge, ended: "refused" as const };
  const next = withoutChallenge(owner.item, device.deviceId);
  await commit(call, next, {
    event: { type: "challenge-refused", device, details: { code: challenge.account.kind } },
    operations: [replaceChallenge(known, challenge)],
  });
  return answerOf({ ...known, challenge }, next, now);
}
