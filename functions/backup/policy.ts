import { isDeepStrictEqual } from "node:util";
import { commitOwner } from "../../shared/acts/commit.ts";
import { requireOn } from "../../shared/acts/require.ts";
import { choice, chosen, policy, settled } from "../../shared/backup/policy.ts";
import { forOwner } from "../../shared/http/endpoint.ts";

/** GET backup/policy: what the owner chose. */
export const readPolicy = forOwner(
  { stepUp: "not-needed", oldApps: "allowed" },
  {
    name: "backup-policy-read",
    method: "GET",
    route: "backup/policy",
    summary: "Tells what the owner chose.",
    answers: { 200: policy },
    problems: [],
  },
  async ({ owner, now }) => ({ status: 200, body: settled(owner.item.policy, now) }),
);

/** PUT backup/policy: chooses; what is left out stays as it is. */
export const choosePolicy = forOwner(
  // Who has only signed in on a new phone could otherwise open the way for it [H8].
  { stepUp: "needed", standing: "holder", oldApps: "refused" },
  {
    name: "backup-policy-choose",
    method: "PUT",
    route: "backup/policy",
    summary:
      "Chooses what blocks a recovery, whether the other platform may recover, and how long a new phone waits.",
    body: choice.partial(),
    answers: { 200: policy },
    problems: ["backup-off", "proof-replayed", "busy"],
  },
  async (call) => {
    const { owner, device, body, now } = call;
    requireOn(owner.item);
    const present = settled(owner.item.policy, now);
    const next = chosen(present, definedOnly(body), now);
    // A retry whose first try was carried out: the record tells of it once.
    if (isDeepStrictEqual(next, present)) return { status: 200, body: next };
    await commitOwner(call, { ...owner.item, policy: next }, { event: { type: "policy-changed", device } });
    return { status: 200, body: next };
  },
);

function definedOnly<Body extends object>(body: Body) {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Body]?: Exclude<Body[Name], undefined>;
  };
}
