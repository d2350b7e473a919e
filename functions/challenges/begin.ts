import * as z from "zod";
import { beginsWith, challengeProblems, loadChallenge, namesOf } from "../../shared/acts/challenge.ts";
import {
  claim,
  entryFor,
  idOfBeginning,
  numberFor,
  rightActivation,
} from "../../shared/acts/challengeActivation.ts";
import { commit } from "../../shared/acts/commit.ts";
import { explained } from "../../shared/acts/judge.ts";
import { loadOwn } from "../../shared/acts/recovery.ts";
import { requireTriesLeft } from "../../shared/acts/standing.ts";
import { activationCode, readActivationCode } from "../../shared/challenge/activation.ts";
import { answerOf, challengeAnswer } from "../../shared/challenge/answers.ts";
import { newChallenge } from "../../shared/challenge/changes.ts";
import { explain } from "../../shared/challenge/explain.ts";
import { withProof } from "../../shared/challenge/proofs.ts";
import { randomId as id, sha256 } from "../../shared/formats.ts";
import { forOwner, type OwnerCall } from "../../shared/http/endpoint.ts";
import { withTry } from "../../shared/limits/tries.ts";
import type { Challenge } from "../../shared/model/challenge.ts";
import { type ManifestEntry, manifestEntry } from "../../shared/model/manifest.ts";
import { entryOf } from "../../shared/recovery/accounts.ts";
import { randomId } from "../../shared/system.ts";

const declaration = {
  name: "challenges-begin",
  method: "POST",
  route: "challenges",
  summary:
    "Begins the verification of one account with push on this phone; it ends the one that was open here.",
  body: z.union([
    /** An account that a recovery on this phone has brought. */
    z.strictObject({ ref: sha256, recoveryId: id }),
    /** One outside of a recovery, as the manifest has it. */
    z.strictObject({ account: manifestEntry.refine(({ push }) => push, "an account with push") }),
    /** A work or school account that its provider's code names. */
    z.strictObject({ code: activationCode }),
  ]),
  answers: { 201: challengeAnswer },
  problems: [
    ...challengeProblems,
    "recovery-not-found",
    "recovery-over",
    "account-not-found",
    "account-verified",
    "activation-code-wrong",
    "activation-code-used",
    "activation-code-expired",
    "activation-code-cancelled",
    "activation-code-superseded",
    "keys-unavailable",
    "key-unusable",
  ],
} as const;

type BeginCall = OwnerCall<typeof declaration>;

/** POST challenges: what has to be proved is told; nothing is registered before it is [E2]. */
export const beginChallenge = forOwner(
  {
    proof: "spent",
    stepUp: "not-needed",
    standing: "trusted-if-on",
    frozen: "stops",
    oldApps: "refused",
    idempotencyKey: "needed",
  },
  declaration,
  async (call) => {
    const { owner, device, services, body, now } = call;
    requireTriesLeft(call, ["challenges"]);
    const fresh = randomId(services.system);
    const { challengeId = fresh, challenge: begun } = await begunBy(call, body, fresh);
    const { next, operation } = beginsWith(call, challengeId, begun);
    const counted = { ...next, tries: withTry(owner.item.tries, "challenges", device, now) };
    await commit(call, counted, {
      event: {
        type: "challenge-begun",
        device,
        details: {
          code: begun.account.kind,
          ...(begun.recoveryId !== undefined && { recoveryId: begun.recoveryId }),
        },
      },
      operations: [operation],
      outcome: { challengeId },
    });
    const names = await namesOf(call, begun);
    return { status: 201, body: answerOf({ challengeId, challenge: begun }, counted, now, { names }) };
  },
  async (call, outcome) => {
    const known = await loadChallenge(call, id.parse(outcome.challengeId));
    const names = await namesOf(call, known.challenge);
    return { status: 201, body: answerOf(known, call.owner.item, call.now, { names }) };
  },
);

interface Begun {
  /** Left out where it is the fresh one. */
  readonly challengeId?: string;
  readonly challenge: Challenge;
}

async function begunBy(call: BeginCall, body: BeginCall["body"], fresh: string): Promise<Begun> {
  const { device, now } = call;
  if ("code" in body) return await byCode(call, body.code, fresh);
  if ("account" in body) return { challenge: newChallenge(device, body.account, undefined, now) };
  const entry = await pendingIn(call, body.recoveryId, body.ref);
  return { challenge: newChallenge(device, entry, body.recoveryId, now) };
}

/** @throws {Problem} recovery-not-found, recovery-over, account-not-found, account-verified */
async function pendingIn(call: BeginCall, recoveryId: string, ref: string): Promise<ManifestEntry> {
  const { item, state } = await loadOwn(call, recoveryId);
  if (state === "cancelled" || state === "denied" || state === "expired") {
    throw explained(call, { reason: "recovery-over", state });
  }
  const account = item.accounts.find((each) => each.ref === ref);
  // Before its release no account is told, and none is there to verify.
  if (!account || state === "waiting") throw explain({ reason: "account-not-found" });
  const entry = entryOf(account);
  if (!entry || account.state === "ready") throw explain({ reason: "account-verified" });
  return entry;
}

async function byCode(call: BeginCall, text: string, fresh: string): Promise<Begun> {
  requireTriesLeft(call, ["activation-codes"]);
  const right = await rightActivation(call, readActivationCode(text) ?? "", {
    challengeId: fresh,
    entry: undefined,
  });
  const challengeId = await idOfBeginning(call, right, fresh);
  const entry = await entryFor(call, right);
  await claim(call, right, challengeId);
  const { partition, id: activationId } = right.found;
  const challenge = withProof(
    {
      ...newChallenge(call.device, entry, undefined, call.now),
      activation: { partition, id: activationId },
      holder: partition,
      ...numberFor(call, right),
    },
    "activation-code",
  );
  return { challengeId, challenge };
}
