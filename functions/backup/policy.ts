import { isDeepStrictEqual } from "node:util";
import { policy } from "../../shared/backup/policy.ts";
import { problem } from "../../shared/errors/problem.ts";
import { forOwner } from "../../shared/http/endpoint.ts";
import { commitOwner } from "../../shared/store/owner.ts";

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
  async ({ owner }) => ({ status: 200, body: owner.item.policy }),
);

/** PUT backup/policy: chooses; what is left out stays as it is. */
export const choosePolicy = forOwner(
  { stepUp: "needed", oldApps: "refused" },
  {
    name: "backup-policy-choose",
    method: "PUT",
    route: "backup/policy",
    summary: "Chooses what blocks a recovery, and whether a phone of the other platform may recover.",
    body: policy.partial(),
    answers: { 200: policy },
    problems: ["holder-required", "proof-replayed", "busy"],
  },
  async (call) => {
    const { owner, device, body } = call;
    // Who has only signed in on a new phone could otherwise open the way for it [H8].
    if (!device.holdsBackup) throw problem("holder-required");
    const chosen = { ...owner.item.policy, ...definedOnly(body) };
    // A retry whose first try was carried out: the record tells of it once.
    if (isDeepStrictEqual(chosen, owner.item.policy)) return { status: 200, body: chosen };
    await commitOwner(call, { ...owner.item, policy: chosen }, { event: { type: "policy-changed", device } });
    return { status: 200, body: chosen };
  },
);

function definedOnly<Body extends object>(body: Body) {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Body]?: Exclude<Body[Name], undefined>;
  };
}
