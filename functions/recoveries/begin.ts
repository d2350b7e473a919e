import * as z from "zod";
import { AlreadyDone, commitOwner, readOutcome } from "../../shared/acts/commit.ts";
import {
  approversOf,
  explained,
  findVersion,
  judgeCall,
  refusals,
  refuseRecovery,
  triesToBegin,
  waitingHere,
} from "../../shared/acts/judge.ts";
import { loadOwn, requireGoing } from "../../shared/acts/recovery.ts";
import {
  commitRelease,
  type Granted,
  listedAs,
  newRecovery,
  releasedBody,
} from "../../shared/acts/release.ts";
import { missingFrom } from "../../shared/acts/stepUp.ts";
import { tellOthers } from "../../shared/acts/tell.ts";
import { waitOn } from "../../shared/backup/policy.ts";
import { randomId as id } from "../../shared/formats.ts";
import { forOwner, type OwnerCall } from "../../shared/http/endpoint.ts";
import { type TryKind, triesLeft, withTry } from "../../shared/limits/tries.ts";
import { describe, releasedAnswer, waitingAnswer, wanted } from "../../shared/recovery/answers.ts";
import { withRecovery } from "../../shared/recovery/listed.ts";
import { ids, type Owner, RECOVERY_TTL, type Recovery } from "../../shared/store/items.ts";
import type { Operation } from "../../shared/store/port.ts";
import { randomId } from "../../shared/system.ts";

/** How many more recoveries a phone without the backup may begin for now. */
const left = { triesLeft: z.int() };

const declaration = {
  name: "recoveries-begin",
  method: "POST",
  route: "recoveries",
  summary:
    "Begins a recovery: answers all that opens the backup or, with a waiting time, until when it waits.",
  body: wanted,
  answers: {
    200: waitingAnswer.extend(left),
    201: z.discriminatedUnion("state", [releasedAnswer.extend(left), waitingAnswer.extend(left)]),
  },
  problems: [
    ...refusals,
    "idempotency-key-invalid",
    "idempotency-key-reused",
    "recovery-not-found",
    "recovery-over",
    "proof-replayed",
    "busy",
  ],
} as const;

type BeginCall = OwnerCall<typeof declaration>;

/** POST recoveries: an explicit act [D1], which neither consumes the backup [D14] nor touches another phone [D10]. */
export const beginRecovery = forOwner(
  { stepUp: "by-guards", oldApps: "refused", idempotencyKey: "needed" },
  declaration,
  async (call) => {
    const { owner, device, body, services, now } = call;
    const judgement = await judged(call, body.version, triesToBegin(call, body.version));
    if (judgement.refused) return await refuseRecovery(call, judgement.refused);
    const waiting = waitingHere(call, body.version);
    if (waiting) {
      // A retry of the request that began it is answered as that was.
      if (await readOutcome(call)) throw new AlreadyDone();
      const { item } = await loadOwn(call, waiting.recoveryId);
      return begunAnswer(call, waitingBody(call, waiting.recoveryId, item), owner.item.tries, 200);
    }

    const known = device.holdsBackup;
    const wait = waitOn(device, owner.item.policy, now);
    const tries = known ? owner.item.tries : withTry(owner.item.tries, "recoveries", device, now);
    const begun: Granted = {
      ...judgement,
      recoveryId: randomId(services.system),
      recovery: newRecovery(call, judgement, wait),
      withRecoveryKey: body.recoveryKeyCheck !== undefined,
    };
    const commit = wait > 0 ? beginWaiting : beginReleased;
    return begunAnswer(call, await commit(call, begun, { ...owner.item, tries }), tries);
  },
  async (call, outcome) => {
    const recoveryId = id.parse(outcome.recoveryId);
    const { tries } = call.owner.item;
    const { item, state } = await loadOwn(call, recoveryId);
    requireGoing(state, "open");
    if (state === "waiting") return begunAnswer(call, waitingBody(call, recoveryId, item), tries);
    const judgement = await judged(call, item.version, []);
    if (judgement.refused) throw explained(call, judgement.refused);
    const begun: Granted = {
      ...judgement,
      recoveryId,
      recovery: item,
      withRecoveryKey: call.body.recoveryKeyCheck !== undefined,
    };
    return begunAnswer(call, await releasedBody(call, begun), tries);
  },
);

async function judged(call: BeginCall, named: number | undefined, tries: readonly TryKind[]) {
  const found = await findVersion(call, named);
  return judgeCall(call, found, { shown: call.body, tries, missing: missingFrom(call) });
}

function waitingBody(call: BeginCall, recoveryId: string, item: Recovery): z.infer<typeof waitingAnswer> {
  const state = "waiting";
  return { ...describe(recoveryId, { item, state }), state, approvers: approversOf(call) };
}

function begunAnswer<Body>({ device, now }: BeginCall, body: Body, tries: Owner["tries"], status = 201) {
  const asNew = { ...device, holdsBackup: false };
  return { status, body: { ...body, triesLeft: triesLeft(tries, "recoveries", asNew, now) } };
}

function created({ recoveryId, recovery }: Granted): Operation {
  return { kind: "create", id: ids.recovery(recoveryId), body: recovery, ttl: RECOVERY_TTL };
}

async function beginReleased(call: BeginCall, begun: Granted, item: Owner) {
  // The key first: where it can't be released, nothing has begun.
  const body = await releasedBody(call, begun);
  const outcome = { recoveryId: begun.recoveryId };
  await commitRelease(call, item, begun, created(begun), { type: "recovery-begun", outcome });
  return body;
}

async function beginWaiting(call: BeginCall, begun: Granted, item: Owner) {
  const { device, body, now } = call;
  const { recoveryId, recovery } = begun;
  const listed = listedAs(recoveryId, recovery, body.version);
  const { releaseAt } = recovery;
  await commitOwner(
    call,
    { ...item, recoveries: withRecovery(item.recoveries, listed, now) },
    {
      event: { type: "recovery-begun", device, details: { recoveryId, version: recovery.version } },
      operations: [
        created(begun),
        ...tellOthers(call, item.devices, { type: "recovery-waiting", recoveryId, releaseAt }),
      ],
      outcome: { recoveryId },
    },
  );
  return waitingBody(call, recoveryId, recovery);
}
