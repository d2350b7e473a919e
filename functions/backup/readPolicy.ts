import { settled } from "../../shared/backup/policy.ts";
import { forOwner } from "../../shared/http/endpoint.ts";
import { policy } from "../../shared/model/policy.ts";

/** GET backup/policy: what the owner chose. */
export const readPolicy = forOwner(
  { proof: "read", stepUp: "not-needed", standing: "registered", frozen: "goes-on", oldApps: "allowed" },
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
