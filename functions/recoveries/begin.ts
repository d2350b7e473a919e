import * as z from "zod";
import { missingFrom } from "../../shared/acts/assurance.ts";
import { commit } from "../../shared/acts/commit.ts";
import {
  explained,
  type Found,
  factsOf,
  findBrought,
  findVersion,
  refusals,
  refuseRecovery,
  type Wish,
} from "../../shared/acts/judge.ts";
import { readOutcome } from "../../shared/acts/outcome.ts";
import { createRecovery, loadOwn, replaceRecovery, requireGoing } from "../../shared/acts/recovery.ts";
import { release, releasedBody, requireStillOn } from "../../shared/acts/release.ts";
import { answerAsBefore } from "../../shared/acts/retry.ts";
import { tellOthers } from "../../shared/acts/tell.ts";
import { randomId as id } from "../../shared/formats.ts";
import { forOwner, type OwnerCall } from "../../shared/http/endpoint.ts";
import { triesLeft } from "../../shared/limits/tries.ts";
import type { Owner } from "../../shared/model/owner.ts";
import type { ListedRecovery, Recovery } from "../../shared/model/recovery.ts";
import {
  describe,
  ownProblems,
  recoveryRequest,
  releasedAnswer,
  waitingAnswer,
} from "../../shared/recovery/answers.ts";
import { approversOf, isFor, triesToBegin, withBegun } from "../../shared/recovery/begun.ts";
import { changed, listedAs, newRecovery, waits } from "../../shared/recovery/changes.ts";
import { judge, waitOf } from "../../shared/recovery/guards.ts";
import { waitingOn } from "../../shared/recovery/listed.ts";
import { randomId } from "../../shared/system.ts";

/** How many more recoveries this phone may begin for now. */
const left = { triesLeft: z.int() };

const declaration = {
  name: "recoveries-begin",
  method: "POST",
  route: "recoveries",
  summary:
    "Begins a recovery: answers all that opens the backup or, with a waiting time, until when it waits.",
  body: recoveryRequest,
  work: 50,
  answers: {
    200: waitingAnswer.extend(left),
    201: z.discriminatedUnion("state", [releasedAnswer.extend(left), waitingAnswer.extend(left)]),
  },
  problems: [...refusals, ...ownProblems, "keys-unavailable", "key-unusable"],
} as const;

type BeginCall = OwnerCall<typeof declaration>;

/** POST recoveries: an explicit act [D1], which neither consumes the backup [D14] nor touches another phone [D10]. */
export const beginRecovery = forOwner(
  {
    proof: "spent",
    stepUp: "by-guards",
    standing: "registered",
    frozen: "by-guards",
    oldApps: "refused",
    idempotencyKey: "needed",
  },
  declaration,
  async (call) => {
    const { owner, device, body, now } = call;
    const { item } = owner;
    const wish: Wish = { purpose: body.purpose, version: body.version };
    const found = await findVersion(call, wish);
    const request = {
      wish,
      evidence: body,
      tries: triesToBegin(item, device, now),
      missing: missingFrom(call),
    };
    const facts = factsOf(call, found, request);
    const refusal = judge(facts);
    if (refusal) return await refuseRecovery(call, refusal);

    const wait = waitOf(facts);
    const waiting = waitingOn(item.recoveries, device.deviceId, now);
    if (waiting && wait > 0) return await goOn(call, wish, found, waiting);
    return wait > 0
      ? await beginWaiting(call, wish, found, wait)
      : await beginReleased(call, wish, found, waiting);
  },
  async (call, outcome) => {
    const recoveryId = id.parse(outcome.recoveryId);
    const { item: recovery, state } = await loadOwn(call, recoveryId);
    requireGoing(call, state, "open");
    if (state === "waiting") return answer(call, waitingBody(call, recoveryId, recovery), call.owner.item);
    const wish: Wish = { purpose: recovery.purpose, version: recovery.version };
    const found = await findBrought(call, recovery);
    const releaseAt = Date.parse(recovery.releaseAt);
    const missing = missingFrom(call);
    const refusal = judge(factsOf(call, found, { wish, evidence: call.body, tries: [], missing, releaseAt }));
    if (refusal) throw explained(call, refusal);
    const granted = { recoveryId, recovery, found, evidence: call.body };
    return answer(call, await releasedBody(call, granted, requireStillOn(call)), call.owner.item);
  },
);

/** What waits on this phone goes on waiting [H4], for something else if that is wanted now. */
async function goOn(call: BeginCall, wish: Wish, found: Found, waiting: ListedRecovery) {
  const { owner, device, now } = call;
  const { recoveryId } = waiting;
  // A retry of the request that began it is answered as that was.
  if (await readOutcome(call)) answerAsBefore();
  const { item: recovery, etag } = await loadOwn(call, recoveryId);
  if (isFor(waiting, wish)) {
    return answer(call, waitingBody(call, recoveryId, recovery), owner.item, 200);
  }
  const next = changed(waiting, recovery, { ...wish, manifest: found.envelope?.manifest });
  await commit(call, waits(owner.item, next.listed, now), {
    event: { type: "recovery-begun", device, details: detailsOf(recoveryId, wish) },
    operations: [
      replaceRecovery({ recoveryId, etag }, next.recovery),
      ...told(call, owner.item, next.listed),
    ],
    outcome: { recoveryId },
  });
  return answer(call, waitingBody(call, recoveryId, next.recovery), owner.item, 200);
}

async function beginWaiting(call: BeginCall, wish: Wish, found: Found, wait: number) {
  const { owner, device, now } = call;
  const { recovery, listing, item } = begin(call, wish, found, wait);
  const { recoveryId } = listing;
  await commit(call, waits(item, listing, now), {
    event: { type: "recovery-begun", device, details: detailsOf(recoveryId, wish) },
    operations: [createRecovery(recoveryId, recovery), ...told(call, owner.item, listing)],
    outcome: { recoveryId },
  });
  return answer(call, waitingBody(call, recoveryId, recovery), item);
}

/** @param waiting what waited on this phone, for something that it need not wait for any more: it ends */
async function beginReleased(call: BeginCall, wish: Wish, found: Found, waiting: ListedRecovery | undefined) {
  const { recovery, listing, item } = begin(call, wish, found, 0);
  const { recoveryId } = listing;
  const recoveries = item.recoveries.filter((other) => other !== waiting);
  const body = await release(
    call,
    { recoveryId, recovery, listing, found, evidence: call.body },
    {
      item: { ...item, recoveries },
      write: (released) => createRecovery(recoveryId, released),
      outcome: { recoveryId },
    },
  );
  return answer(call, body, item);
}

/** A new recovery on this phone, and the owner with its cost. */
function begin(call: BeginCall, { purpose, version }: Wish, { envelope }: Found, wait: number) {
  const { owner, device, services, now } = call;
  const recovery = newRecovery(device, { purpose, manifest: envelope?.manifest }, { wait, now });
  const listing = listedAs(owner.item, randomId(services.system), recovery, device, version);
  return { recovery, listing, item: { ...owner.item, tries: withBegun(owner.item, device, now) } };
}

function detailsOf(recoveryId: string, { purpose, version }: Wish) {
  return {
    recoveryId,
    ...(version !== undefined && { version }),
    ...(purpose === "start-anew" && { code: purpose }),
  };
}

function told(call: BeginCall, owner: Owner, { recoveryId, purpose, releaseAt }: ListedRecovery) {
  return tellOthers(call, owner, { type: "recovery-waiting", recoveryId, purpose, releaseAt });
}

function waitingBody(call: BeginCall, recoveryId: string, item: Recovery): z.infer<typeof waitingAnswer> {
  const state = "waiting";
  const approvers = approversOf(call.owner.item, call.device, call.now);
  return { ...describe(recoveryId, { item, state }), state, approvers };
}

function answer<Body>({ device, now }: BeginCall, body: Body, { tries }: Owner, status = 201) {
  return { status, body: { ...body, triesLeft: triesLeft(tries, "recoveries", device, now) } };
}
