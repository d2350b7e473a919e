import { commit } from "../../shared/acts/commit.ts";
import { requireOn } from "../../shared/acts/require.ts";
import { isRefreshed, refreshed } from "../../shared/backup/states.ts";
import { forOwner } from "../../shared/http/endpoint.ts";
import { status, statusOf } from "../../shared/status/status.ts";

/** POST backup/refresh: the owner has signed in again, so the backup is up to date and nothing waits [G7, G8]. */
export const refreshBackup = forOwner(
  {
    proof: "spent",
    unchanged: "repeatable",
    stepUp: "needed",
    standing: "trusted",
    frozen: "goes-on",
    oldApps: "allowed",
  },
  {
    name: "backup-refresh",
    method: "POST",
    route: "backup/refresh",
    summary: "Refreshes a backup that is out of date, after a recent sign-in.",
    answers: { 200: status },
    problems: ["backup-off"],
  },
  async (call) => {
    const { owner, device, identity, now } = call;
    const backup = requireOn(owner.item);
    // A retry: this sign-in has refreshed the backup already.
    if (isRefreshed(backup, device, identity.signedInAt)) {
      return { status: 200, body: statusOf(owner.item, device.deviceId, now) };
    }
    const next = refreshed(owner.item, backup, device, now);
    await commit(call, next, { event: { type: "backup-refreshed", device } });
    return { status: 200, body: statusOf(next, device.deviceId, now) };
  },
);
