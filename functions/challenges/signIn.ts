import * as z from "zod";
import { partitionOf } from "../../shared/acts/activations.ts";
import {
  authorityOf,
  challengeProblems,
  isPending,
  loadChallenge,
  replaceChallenge,
  requireState,
  requireTaken,
  underSalt,
} from "../../shared/acts/challenge.ts";
import { commit } from "../../shared/acts/commit.ts";
import { answerOf, challengeAnswer, challengeParams } from "../../shared/challenge/answers.ts";
import { explain } from "../../shared/challenge/explain.ts";
import { withProof } from "../../shared/challenge/proofs.ts";
import { refuseSignIn } from "../../shared/challenge/signIn.ts";
import { forOwner } from "../../shared/http/endpoint.ts";
import { explain as explainIdentity } from "../../shared/identity/explain.ts";
import type { Identity } from "../../shared/model/identity.ts";
import { ids, SIGN_IN_TTL } from "../../shared/store/items.ts";

const MEANS = "fresh-sign-in";

const declaration = {
  name: "challenges-sign-in",
  method: "POST",
  route: "challenges/{challengeId}/sign-in",
  summary:
    "Proves the sign-in to the very account that is verified; of a work or school account, with a second factor.",
  params: challengeParams,
  body: z.strictObject({
    /** An access token for this service, of the account that is verified. */
    token: z.string().regex(/^[A-Za-z0-9._~+/-]{16,16384}=*$/),
  }),
  answers: { 200: challengeAnswer },
  problems: [
    ...challengeProblems,
    "proof-not-accepted",
    "sign-in-invalid",
    "sign-in-mismatch",
    "sign-in-stale",
    "second-factor-missing",
    "account-pending",
    "keys-unavailable",
    "key-unusable",
  ],
} as const;

/** POST challenges/{challengeId}/sign-in [E3] [E10] */
export const signInToAccount = forOwner(
  { proof: "spent", stepUp: "not-needed", standing: "trusted-if-on", frozen: "stops", oldApps: "refused" },
  declaration,
  async (call) => {
    const { owner, device, identity, services, params, body, now } = call;
    const known = await loadChallenge(call, params.challengeId);
    requireState(call, known, "prove");
    const { challenge } = known;
    requireTaken(challenge, MEANS);
    const verdict = await services.verifyToken(body.token);
    if (verdict.refused) throw invalid(verdict.refused);
    const signedIn = verdict.identity;
    // The answer to the first try was lost.
    if (challenge.signIn?.tokenHash === signedIn.tokenHash) {
      return { status: 200, body: answerOf(known, owner.item, now) };
    }
    const whose = whoseIs(signedIn, challenge.account.kind);
    const refusal = refuseSignIn(signedIn, {
      challenge,
      subjectHash: whose && (await underSalt(call, whose.authority, whose.subject)),
      deviceId: device.deviceId,
      bearer: identity.tokenHash,
    });
    if (refusal || !whose) throw explain(refusal ?? { reason: "sign-in-mismatch" });
    const { account } = challenge;
    if (account.kind === "work-or-school" && (await isPending(call, account.subjectHash))) {
      throw explain({ reason: "account-pending" });
    }
    const { userId, tokenHash } = signedIn;
    const holder = await partitionOf(services, whose.authority, whose.subject);
    const next = withProof({ ...challenge, signIn: { userId, tokenHash }, holder }, MEANS);
    await commit(call, owner.item, {
      operations: [replaceChallenge(known, next)],
      // One sign-in verifies one account once.
      once: [
        {
          operation: { kind: "create", id: ids.signIn(tokenHash), body: { schema: 1 }, ttl: SIGN_IN_TTL },
          refusal: explain({ reason: "sign-in-stale" }),
        },
      ],
    });
    return { status: 200, body: answerOf({ ...known, challenge: next }, owner.item, now) };
  },
);

/** The token in the body is not whose request this is: only that its issuer can't be asked is the service's trouble. */
function invalid(refused: Parameters<typeof explainIdentity>[0]) {
  return refused.reason === "sign-in-unavailable"
    ? explainIdentity(refused)
    : explain({ reason: "sign-in-invalid" });
}

function whoseIs(identity: Identity, kind: "personal" | "work-or-school" | "third-party") {
  const authority = authorityOf(identity, kind);
  const { subject } = identity;
  return authority === undefined || subject === undefined ? undefined : { authority, subject };
}
