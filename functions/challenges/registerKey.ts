import * as z from "zod";
import { challengeProblems, loadChallenge, requireState } from "../../shared/acts/challenge.ts";
import { sendPush } from "../../shared/acts/challengePush.ts";
import type { Once } from "../../shared/acts/commit.ts";
import { answerOf, challengeAnswer, challengeParams } from "../../shared/challenge/answers.ts";
import { explain } from "../../shared/challenge/explain.ts";
import { stateOf } from "../../shared/challenge/states.ts";
import { forOwner } from "../../shared/http/endpoint.ts";
import type { Device } from "../../shared/model/device.ts";
import { isOnCurve, type PublicKey, publicKey, thumbprint } from "../../shared/model/publicKey.ts";
import { EVENT_TTL, ids } from "../../shared/store/items.ts";
import { randomId } from "../../shared/system.ts";

/**
 * POST challenges/{challengeId}/credential: the key that the phone has made for the account. It is taken once all proofs were
 * given [E2], and a push is sent, which is answered with it.
 */
export const registerAccountKey = forOwner(
  { proof: "spent", stepUp: "not-needed", standing: "trusted-if-on", frozen: "stops", oldApps: "refused" },
  {
    name: "challenges-credential",
    method: "POST",
    route: "challenges/{challengeId}/credential",
    summary:
      "Registers the account's key, made on this phone, and sends the push that is to be answered with it.",
    params: challengeParams,
    body: z.strictObject({ publicKey }),
    answers: { 200: challengeAnswer },
    problems: [
      ...challengeProblems,
      "account-pending",
      "credential-key-refused",
      "credential-key-reused",
      "sends-spent",
      "push-sent-recently",
      "push-token-missing",
      "push-not-sent",
      "keys-unavailable",
      "key-unusable",
    ],
  },
  async (call) => {
    const { owner, device, services, params, body, now } = call;
    const known = await loadChallenge(call, params.challengeId);
    requireState(call, known, "register");
    const { challenge } = known;
    const name = thumbprint(body.publicKey);
    const isSame = challenge.credential && thumbprint(challenge.credential.publicKey) === name;
    // The answer to the first try was lost.
    if (isSame && stateOf(known, owner.item, now) === "pushed") {
      return { status: 200, body: answerOf(known, owner.item, now) };
    }
    requireOwnKey(body.publicKey, device);
    const credential = { id: randomId(services.system), publicKey: body.publicKey };
    const next = isSame ? challenge : { ...challenge, credential };
    const pushed = await sendPush(call, known, next, isSame ? [] : [neverBefore(name, device)]);
    return { status: 200, body: answerOf({ ...known, challenge: pushed }, owner.item, now) };
  },
);

/** @throws {Problem} credential-key-refused: it is no point of the curve, or one of the phone's own keys */
function requireOwnKey(key: PublicKey, { deviceId, sealingKey }: Device): void {
  const isOfPhone = [deviceId, thumbprint(sealingKey)].includes(thumbprint(key));
  if (isOfPhone || !isOnCurve(key)) throw explain({ reason: "credential-key-refused" });
}

/** A key of one account that also were that of another would let an answer for the one pass for the other. */
function neverBefore(name: string, { deviceId }: Device): Once {
  return {
    operation: { kind: "create", id: ids.accountKey(name), body: { schema: 1, deviceId }, ttl: EVENT_TTL },
    refusal: explain({ reason: "credential-key-reused" }),
  };
}
