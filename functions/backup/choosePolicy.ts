import { isDeepStrictEqual } from "node:util";
import { commit } from "../../shared/acts/commit.ts";
import { requireOn } from "../../shared/acts/require.ts";
import { tellOthers } from "../../shared/acts/tell.ts";
import { chosen, settled } from "../../shared/backup/policy.ts";
import { forOwner } from "../../shared/http/endpoint.ts";
import { choice, policy } from "../../shared/model/policy.ts";

/** PUT backup/policy: chooses; what is left out stays as it is. */
export const choosePolicy = forOwner(
  // Who has only signed in on a new phone could otherwise open the way for it [H8].
  { proof: "spent", stepUp: "needed", standing: "trusted", frozen: "stops", oldApps: "refused" },
  {
    name: "backup-policy-choose",
    method: "PUT",
    route: "backup/policy",
    summary:
      "Chooses what blocks a recovery, whether the other platform may recover, and how long a new phone waits.",
    body: choice.partial(),
    answers: { 200: policy },
    problems: ["backup-off"],
  },
  async (call) => {
    const { owner, device, body, now } = call;
    requireOn(owner.item);
    const current = settled(owner.item.policy, now);
    const next = chosen(current, definedOnly(body), now);
    // A retry whose first try was carried out: the record tells of it once.
    if (isDeepStrictEqual(next, current)) return { status: 200, body: next };
    await commit(
      call,
      { ...owner.item, policy: next },
      {
        event: { type: "policy-changed", device },
        operations: tellOthers(call, owner.item, { type: "policy-changed" }),
      },
    );
    return { status: 200, body: next };
  },
);

function definedOnly<Body extends object>(body: Body) {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Body]?: Exclude<Body[Name], undefined>;
  };
}
