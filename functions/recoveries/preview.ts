import * as z from "zod";
import { explained, findVersion, judgeRecovery, refusals, refuseRecovery } from "../../shared/acts/judge.ts";
import { missingFrom } from "../../shared/acts/stepUp.ts";
import { waitOn } from "../../shared/backup/policy.ts";
import { forOwner } from "../../shared/http/endpoint.ts";
import { recoveredFrom } from "../../shared/recovery/accounts.ts";
import { recoveryRequest } from "../../shared/recovery/answers.ts";
import { approversOf, triesToBegin } from "../../shared/recovery/begun.ts";
import { versionAnswer, withoutDigest } from "../../shared/status/status.ts";
import { accountKind, missing, platform } from "../../shared/words.ts";

/** POST recoveries/preview: what a recovery would bring, and what stands against it; nothing is changed [H4]. */
export const previewRecovery = forOwner(
  { stepUp: "not-needed", oldApps: "refused" },
  {
    name: "recoveries-preview",
    method: "POST",
    route: "recoveries/preview",
    summary: "Tells what a recovery would bring, in counts and kinds; nothing begins.",
    body: recoveryRequest,
    answers: {
      200: z.strictObject({
        platform,
        version: versionAnswer,
        /** How many accounts of each kind. */
        kinds: z.record(accountKind, z.int()),
        /** How many have to be verified again. */
        actionRequired: z.int(),
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
    const found = await findVersion(call, body.version);
    const verdict = judgeRecovery(call, found, {
      evidence: body,
      tries: triesToBegin(owner.item, device, body.version, now),
      missing: [],
    });
    // A look is no try, and the record is not told; but a recovery key can't be guessed here either.
    if (verdict.refused?.reason === "recovery-key-wrong") return await refuseRecovery(call, verdict.refused);
    if (verdict.refused) throw explained(call, verdict.refused);
    const { accounts } = verdict.envelope.manifest;
    return {
      status: 200,
      body: {
        platform: verdict.backup.platform,
        version: withoutDigest(verdict.version),
        kinds: Object.fromEntries(
          accountKind.options.map((kind) => [
            kind,
            accounts.filter((account) => account.kind === kind).length,
          ]),
        ),
        actionRequired: accounts.map(recoveredFrom).filter(({ state }) => state !== "ready").length,
        waitingSeconds: waitOn(device, owner.item.policy, now),
        approvers: approversOf(owner.item, device),
        missing: missingFrom(call),
      },
    };
  },
);
