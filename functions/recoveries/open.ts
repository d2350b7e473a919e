import { findVersion, judgeCall, refusals, refuseRecovery } from "../../shared/acts/judge.ts";
import { loadOwn, requireGoing } from "../../shared/acts/recovery.ts";
import { commitRelease, type Granted, releasedBody, replaceRecovery } from "../../shared/acts/release.ts";
import { missingFrom } from "../../shared/acts/stepUp.ts";
import { forOwner } from "../../shared/http/endpoint.ts";
import { recoveredFrom } from "../../shared/recovery/accounts.ts";
import { recoveryParams, releasedAnswer, shown } from "../../shared/recovery/answers.ts";
import type { Recovery } from "../../shared/store/items.ts";

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
    body: shown,
    answers: { 200: releasedAnswer },
    problems: [
      ...refusals,
      "recovery-waiting",
      "recovery-not-found",
      "recovery-over",
      "proof-replayed",
      "busy",
    ],
  },
  async (call) => {
    const { owner, params, body, now } = call;
    const { recoveryId } = params;
    const { item, etag, state } = await loadOwn(call, recoveryId);
    requireGoing(state, "open");
    const listed = owner.item.recoveries.find((other) => other.recoveryId === recoveryId);
    const found = await findVersion(call, state === "waiting" ? listed?.named : item.version);
    const judgement = judgeCall(call, found, {
      shown: body,
      tries: [],
      missing: missingFrom(call),
      releaseAt: Date.parse(item.releaseAt),
    });
    if (judgement.refused) return await refuseRecovery(call, judgement.refused);

    const withRecoveryKey = body.recoveryKeyCheck !== undefined;
    const granted: Granted = { ...judgement, recoveryId, recovery: item, withRecoveryKey };
    if (state !== "waiting") return { status: 200, body: await releasedBody(call, granted) };
    // What is present now, not what was when the wait began.
    const released: Recovery = {
      ...item,
      state: "released",
      version: judgement.version.version,
      accounts: judgement.envelope.manifest.accounts.map(recoveredFrom),
    };
    const opened = { ...granted, recovery: released };
    const answer = await releasedBody(call, opened);
    await commitRelease(call, owner.item, opened, replaceRecovery(recoveryId, released, { etag, now }), {
      type: "recovery-released",
    });
    return { status: 200, body: answer };
  },
);
