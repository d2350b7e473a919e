import * as z from "zod";
import { commit } from "../../shared/acts/commit.ts";
import { explained, findVersion, judgeRecovery, refusals, refuseRecovery } from "../../shared/acts/judge.ts";
import { readOutcome } from "../../shared/acts/outcome.ts";
import { createRecovery, loadOwn, requireGoing } from "../../shared/acts/recovery.ts";
import { commitRelease, type Granted, releasedBody } from "../../shared/acts/release.ts";
import { answerAsBefore } from "../../shared/acts/retry.ts";
import { missingFrom } from "../../shared/acts/stepUp.ts";
import { tellOthers } from "../../shared/acts/tell.ts";
import { randomId as id } from "../../shared/formats.ts";
import { forOwner, type OwnerCall } from "../../shared/http/endpoint.ts";
import { triesLeft } from "../../shared/limits/tries.ts";
import type { Owner } from "../../shared/model/owner.ts";
import type { Recovery } from "../../shared/model/recovery.ts";
import {
  describe,
  ownProblems,
  recoveryRequest,
  releasedAnswer,
  waitingAnswer,
} from "../../shared/recovery/answers.ts";
import { approversOf, costOf, triesToBegin, waitingHere } from "../../shared/recovery/begun.ts";
import { begun, newRecovery } from "../../shared/recovery/changes.ts";
import { randomId } from "../../shared/system.ts";
import type { TryKind } from "../../shared/words.ts";

/** How many more recoveries a phone without the backup may begin for now. */
const left = { triesLeft: z.int() };

const declaration = {
  name: "recoveries-begin",
  method: "POST",
  route: "recoveries",
  summary:
    "Begins a recovery: answers all that opens the backup or, with a waiting time, until when it waits.",
  body: recoveryRequest,
  answers: {
    200: waitingAnswer.extend(left),
    201: z.discriminatedUnion("state", [releasedAnswer.extend(left), waitingAnswer.extend(left)]),
  },
  problems: [...refusals, ...ownProblems, "keys-unavailable", "key-unusable"],
} as const;

type BeginCall = OwnerCall<typeof declaration>;

/** POST recoveries: an explicit act [D1], which neither consumes the backup [D14] nor touches another phone [D10]. */
export const beginRecovery = forOwner(
  { stepUp: "by-guards", oldApps: "refused", idempotencyKey: "needed" },
  declaration,
  async (call) => {
    const { owner, device, body, services, now } = call;
    const judgement = await judged(call, body.version, triesToBegin(owner.item, device, body.version, now));
    if (judgement.refused) return await refuseRecovery(call, judgement.refused);
    const waiting = waitingHere(owner.item, device, body.version, now);
    if (waiting) {
      // A retry of the request that began it is answered as that was.
      if (await readOutcome(call)) answerAsBefore();
      const { item } = await loadOwn(call, waiting.recoveryId);
      return begunAnswer(call, waitingBody(call, waiting.recoveryId, item), owner.item.tries, 200);
    }

    const { tries, wait } = costOf(owner.item, device, now);
    const { backup, version, envelope } = judgement;
    const content = { version: version.version, manifest: envelope.manifest };
    const granted: Granted = {
      ...judgement,
      recoveryId: randomId(services.system),
      recovery: newRecovery(device, backup, content, { wait, now }),
      withRecoveryKey: body.recoveryKeyCheck !== undefined,
    };
    const begin = wait > 0 ? beginWaiting : beginReleased;
    return begunAnswer(call, await begin(call, granted, { ...owner.item, tries }), tries);
  },
  async (call, outcome) => {
    const recoveryId = id.parse(outcome.recoveryId);
    const { tries } = call.owner.item;
    const { item, state } = await loadOwn(call, recoveryId);
    requireGoing(call, state, "open");
    if (state === "waiting") return begunAnswer(call, waitingBody(call, recoveryId, item), tries);
    const judgement = await judged(call, item.version, []);
    if (judgement.refused) throw explained(call, judgement.refused);
    const withRecoveryKey = call.body.recoveryKeyCheck !== undefined;
    const granted: Granted = { ...judgement, recoveryId, recovery: item, withRecoveryKey };
    return begunAnswer(call, await releasedBody(call, granted), tries);
  },
);

async function judged(call: BeginCall, named: number | undefined, tries: readonly TryKind[]) {
  const found = await findVersion(call, named);
  return judgeRecovery(call, found, { evidence: call.body, tries, missing: missingFrom(call) });
}

function waitingBody(call: BeginCall, recoveryId: string, item: Recovery): z.infer<typeof waitingAnswer> {
  const state = "waiting";
  const approvers = approversOf(call.owner.item, call.device);
  return { ...describe(recoveryId, { item, state }), state, approvers };
}

function begunAnswer<Body>({ device, now }: BeginCall, body: Body, tries: Owner["tries"], status = 201) {
  const asNew = { ...device, holdsBackup: false };
  return { status, body: { ...body, triesLeft: triesLeft(tries, "recoveries", asNew, now) } };
}

async function beginReleased(call: BeginCall, granted: Granted, item: Owner) {
  const { recoveryId, recovery } = granted;
  // The key first: if it can't be released, nothing has begun.
  const body = await releasedBody(call, granted);
  await commitRelease(call, item, granted, createRecovery(recoveryId, recovery), {
    type: "recovery-begun",
    outcome: { recoveryId },
  });
  return body;
}

async function beginWaiting(call: BeginCall, { recoveryId, recovery }: Granted, item: Owner) {
  const { device, body, now } = call;
  const { releaseAt } = recovery;
  await commit(call, begun(item, recoveryId, recovery, body.version, now), {
    event: { type: "recovery-begun", device, details: { recoveryId, version: recovery.version } },
    operations: [
      createRecovery(recoveryId, recovery),
      ...tellOthers(call, item.devices, { type: "recovery-waiting", recoveryId, releaseAt }),
    ],
    outcome: { recoveryId },
  });
  return waitingBody(call, recoveryId, recovery);
}
