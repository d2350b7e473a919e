import { commit } from "../../shared/acts/commit.ts";
import { explained } from "../../shared/acts/judge.ts";
import { tellOthers } from "../../shared/acts/tell.ts";
import { forOwner } from "../../shared/http/endpoint.ts";
import { lifted } from "../../shared/recovery/changes.ts";
import { refuseLift } from "../../shared/recovery/say.ts";

/** DELETE backup/freeze: the owner has signed in again on an old phone, and lets the backup go on [H5]. */
export const liftFreeze = forOwner(
  { proof: "spent", stepUp: "needed", standing: "trusted", frozen: "goes-on", oldApps: "allowed" },
  {
    name: "backup-freeze-lift",
    method: "DELETE",
    route: "backup/freeze",
    summary: "Lifts the freeze that the denial of a recovery left; a repeat is harmless.",
    answers: { 204: null },
    problems: ["older-phone-required"],
  },
  async (call) => {
    const { owner, device, now } = call;
    const { freeze } = owner.item;
    if (!freeze) return { status: 204 };
    const refusal = refuseLift(freeze, device);
    if (refusal) throw explained(call, refusal);
    const next = lifted(owner.item, now);
    await commit(call, next, {
      event: { type: "freeze-lifted", device },
      operations: tellOthers(call, next, { type: "freeze-lifted" }),
    });
    return { status: 204 };
  },
);
