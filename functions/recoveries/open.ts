import { findVersion, judgeRecovery, refusals, refuseRecovery } from "../../shared/acts/judge.ts";
import { loadGoing, replaceRecovery } from "../../shared/acts/recovery.ts";
import { commitRelease, type Granted, releasedBody } from "../../shared/acts/release.ts";
import { missingFrom } from "../../shared/acts/stepUp.ts";
import { forOwner } from "../../shared/http/endpoint.ts";
import { evidence, ownProblems, recoveryParams, releasedAnswer } from "../../shared/recovery/answers.ts";
import { released } from "../../shared/recovery/changes.ts";

/** POST recoveries/{recoveryId}/open: once it is released, brings what it was begun for; again as often as needed [H4]. */
export const openRecovery = forOwner(
  { stepUp: "by-guards", oldApps: "refused" },
  {
    name: "recoveries-open",
    method: "POST",
    route: "recoveries/{recoveryId}/open",
    summary:
      "Answers all that opens the backup, when the recovery's waiting time has passed or was shortened.",
    params: recoveryParams,
    body: evidence,
    answers: { 200: releasedAnswer },
    problems: [...refusals, ...ownProblems, "recovery-waiting", "keys-unavailable", "key-unusable"],
  },
  async (call) => {
    const { owner, body, now } = call;
    const going = await loadGoing(call, "own", "open");
    const { recoveryId, item, state } = going;
    const listed = owner.item.recoveries.find((other) => other.recoveryId === recoveryId);
    const found = await findVersion(call, state === "waiting" ? listed?.named : item.version);
    const judgement = judgeRecovery(call, found, {
      evidence: body,
      tries: [],
      missing: missingFrom(call),
      releaseAt: Date.parse(item.releaseAt),
    });
    if (judgement.refused) return await refuseRecovery(call, judgement.refused);

    const withRecoveryKey = body.recoveryKeyCheck !== undefined;
    const granted: Granted = { ...judgement, recoveryId, recovery: item, withRecoveryKey };
    if (state !== "waiting") return { status: 200, body: await releasedBody(call, granted) };
    const { version, envelope } = judgement;
    const recovery = released(item, version.version, envelope.manifest);
    const opened = { ...granted, recovery };
    // The key first: if it can't be released, nothing has changed.
    const answer = await releasedBody(call, opened);
    await commitRelease(call, owner.item, opened, replaceRecovery(going, recovery, now), {
      type: "recovery-released",
    });
    return { status: 200, body: answer };
  },
);
