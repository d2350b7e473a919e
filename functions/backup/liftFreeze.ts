import { commitOwner } from "../../shared/acts/commit.ts";
import { tellOthers } from "../../shared/acts/tell.ts";
import { problem } from "../../shared/errors/problem.ts";
import { forOwner } from "../../shared/http/endpoint.ts";
import { mayLift } from "../../shared/recovery/freeze.ts";

/** DELETE backup/freeze: the owner has signed in again on an old phone, and lets the backup go on [H5]. */
export const liftFreeze = forOwner(
  { stepUp: "needed", oldApps: "allowed" },
  {
    name: "backup-freeze-lift",
    method: "DELETE",
    route: "backup/freeze",
    summary: "Lifts the freeze that the denial of a recovery left; a repeat is harmless.",
    answers: { 204: null },
    problems: ["older-phone-required", "proof-replayed", "busy"],
  },
  async (call) => {
    const { owner, device } = call;
    const { freeze, ...thawed } = owner.item;
    if (!freeze) return { status: 204 };
    if (!mayLift(freeze, device)) throw problem("older-phone-required");
    await commitOwner(call, thawed, {
      event: { type: "freeze-lifted", device },
      operations: tellOthers(call, thawed.devices, { type: "freeze-lifted" }),
    });
    return { status: 204 };
  },
);
