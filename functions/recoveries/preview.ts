import * as z from "zod";
import { missingFrom } from "../../shared/acts/assurance.ts";
import {
  explained,
  factsOf,
  findVersion,
  refusals,
  refuseRecovery,
  type Wish,
} from "../../shared/acts/judge.ts";
import { forOwner } from "../../shared/http/endpoint.ts";
import { recoveredFrom } from "../../shared/recovery/accounts.ts";
import { counts, countsOf, previewRequest } from "../../shared/recovery/answers.ts";
import { approversOf, triesToBegin } from "../../shared/recovery/begun.ts";
import { judge, keyOf, waitOf } from "../../shared/recovery/guards.ts";
import { answerOf, versionAnswer } from "../../shared/status/status.ts";
import { missing, platform } from "../../shared/words.ts";

/**
 * POST recoveries/preview: what a recovery would bring, in numbers, and what stands against it; nothing is changed [H4].
 * Which accounts are in the way is not told here: guesses would cost nothing.
 */
export const previewRecovery = forOwner(
  { proof: "read", stepUp: "not-needed", standing: "registered", frozen: "by-guards", oldApps: "refused" },
  {
    name: "recoveries-preview",
    method: "POST",
    route: "recoveries/preview",
    summary: "Tells what a recovery would bring, in counts and kinds; nothing begins.",
    body: previewRequest,
    answers: {
      200: z.strictObject({
        platform,
        /** Left out after starting anew, and if nothing was ever uploaded. */
        version: versionAnswer.optional(),
        ...counts,
        /** Seconds that it would wait on this phone. */
        waitingSeconds: z.int(),
        /** How many of the owner's other phones could approve it. */
        approvers: z.int(),
        /** What the sign-in lacks for it; empty if it is enough. */
        missing: z.array(missing),
      }),
    },
    problems: refusals,
  },
  async (call) => {
    const { owner, device, body, now } = call;
    const wish: Wish = { purpose: body.purpose, version: body.version };
    const found = await findVersion(call, wish);
    const facts = factsOf(call, found, {
      wish,
      evidence: { ...body, accounts: [] },
      tries: triesToBegin(owner.item, device, now),
      missing: [],
    });
    const refusal = judge(facts);
    // A look is no try, and the record is not told; but a recovery key can't be guessed here either.
    if (refusal?.reason === "recovery-key-wrong") return await refuseRecovery(call, refusal);
    if (refusal) throw explained(call, refusal);
    const accounts = found.envelope?.manifest.accounts.map(recoveredFrom) ?? [];
    return {
      status: 200,
      body: {
        platform: keyOf(facts)?.platform ?? device.platform,
        ...(found.version && { version: answerOf(found.version) }),
        ...countsOf(accounts),
        waitingSeconds: waitOf(facts),
        approvers: approversOf(owner.item, device, now),
        missing: missingFrom(call),
      },
    };
  },
);
