import { missingFrom } from "../../shared/acts/assurance.ts";
import { factsOf, findBrought, findVersion, refusals, refuseRecovery } from "../../shared/acts/judge.ts";
import { loadGoing, replaceRecovery } from "../../shared/acts/recovery.ts";
import { release, releasedBody, requireStillOn } from "../../shared/acts/release.ts";
import { forOwner } from "../../shared/http/endpoint.ts";
import { evidence, ownProblems, recoveryParams, releasedAnswer } from "../../shared/recovery/answers.ts";
import { judge } from "../../shared/recovery/guards.ts";

/** POST recoveries/{recoveryId}/open: once its wait is over, brings what it was begun for; again as often as needed [H4]. */
export const openRecovery = forOwner(
  { proof: "spent", stepUp: "by-guards", standing: "registered", frozen: "by-guards", oldApps: "refused" },
  {
    name: "recoveries-open",
    method: "POST",
    route: "recoveries/{recoveryId}/open",
    summary:
      "Answers all that opens the backup, when the recovery's waiting time has passed or was shortened.",
    params: recoveryParams,
    body: evidence,
    work: 50,
    answers: { 200: releasedAnswer },
    problems: [...refusals, ...ownProblems, "recovery-waiting", "keys-unavailable", "key-unusable"],
  },
  async (call) => {
    const { owner, body } = call;
    const going = await loadGoing(call, "open");
    const { recoveryId, item: recovery, state, listing } = going;
    const { purpose } = recovery;
    const version = state === "waiting" ? listing?.version : recovery.version;
    const found =
      state === "waiting" ? await findVersion(call, { purpose, version }) : await findBrought(call, recovery);
    const refusal = judge(
      factsOf(call, found, {
        wish: { purpose, version },
        evidence: body,
        tries: [],
        missing: missingFrom(call),
        releaseAt: Date.parse(recovery.releaseAt),
      }),
    );
    if (refusal) return await refuseRecovery(call, refusal);

    const granted = { recoveryId, recovery, found, evidence: body };
    if (state !== "waiting" || !listing) {
      return { status: 200, body: await releasedBody(call, granted, requireStillOn(call)) };
    }
    const opened = await release(
      call,
      { ...granted, listing },
      { item: owner.item, write: (next) => replaceRecovery(going, next) },
    );
    return { status: 200, body: opened };
  },
);
