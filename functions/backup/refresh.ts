import { commitOwner } from "../../shared/acts/commit.ts";
import { requireOn } from "../../shared/acts/require.ts";
import { withPhone } from "../../shared/devices/phones.ts";
import { timestampOf } from "../../shared/formats.ts";
import { forOwner } from "../../shared/http/endpoint.ts";
import { status, statusOf } from "../../shared/status/status.ts";
import type { Owner } from "../../shared/store/items.ts";

/** POST backup/refresh: the owner has signed in again, so the backup is up to date and nothing waits [G7, G8]. */
export const refreshBackup = forOwner(
  { stepUp: "needed", oldApps: "allowed" },
  {
    name: "backup-refresh",
    method: "POST",
    route: "backup/refresh",
    summary: "Refreshes a backup that is out of date, after a recent sign-in.",
    answers: { 200: status },
    problems: ["backup-off", "proof-replayed", "busy"],
  },
  async (call) => {
    const { owner, device, identity, now } = call;
    const backup = requireOn(owner.item);
    const known = Date.parse(backup.signedInAt) >= (identity.signedInAt ?? 0) * 1000;
    // A retry: this sign-in has refreshed the backup already.
    if (known && !device.awaitsSignIn) {
      return { status: 200, body: statusOf(owner.item, device.deviceId, now) };
    }
    const refreshed: Owner = {
      ...owner.item,
      backup: { ...backup, signedInAt: timestampOf(now) },
      devices: withPhone(owner.item.devices, device.deviceId, { awaitsSignIn: false }),
    };
    await commitOwner(call, refreshed, { event: { type: "backup-refreshed", device } });
    return { status: 200, body: statusOf(refreshed, device.deviceId, now) };
  },
);
