import * as z from "zod";
import { commitOwner } from "../../shared/acts/commit.ts";
import { releaseUserKey, sealedKey, sealForPhone } from "../../shared/acts/userKey.ts";
import { platform } from "../../shared/backup/appVersion.ts";
import { refuseStorageAccount } from "../../shared/backup/storageAccount.ts";
import { problem } from "../../shared/errors/problem.ts";
import { sha256, timestampOf } from "../../shared/formats.ts";
import { forOwner } from "../../shared/http/endpoint.ts";
import type { BackupOn } from "../../shared/store/items.ts";

/** POST backup/enable: turns backup on, for the platform of this phone [B1–B3]. */
export const enableBackup = forOwner(
  { stepUp: "needed", standing: "guarded", oldApps: "refused", idempotencyKey: "needed" },
  {
    name: "backup-enable",
    method: "POST",
    route: "backup/enable",
    summary: "Turns backup on; answers the user key, sealed to this phone.",
    body: z.strictObject({ storageCheck: sha256.optional() }),
    answers: { 201: z.strictObject({ platform, nextVersion: z.int(), key: sealedKey }) },
    problems: [
      "backup-already-on",
      "storage-account-missing",
      "storage-account-unexpected",
      "idempotency-key-invalid",
      "idempotency-key-reused",
      "backup-off",
      "proof-replayed",
      "busy",
    ],
  },
  async (call) => {
    const { owner, device, identity, services, now } = call;
    const { storageCheck } = call.body;
    if (owner.item.backup.state === "on") throw problem("backup-already-on");
    const refusal = refuseStorageAccount(device.platform, storageCheck);
    if (refusal) throw problem(refusal);

    const { stored, key } = await services.userKeys.create(identity.userId);
    const backup: BackupOn = {
      state: "on",
      platform: device.platform,
      enabledAt: timestampOf(now),
      userKey: stored,
      ...(storageCheck !== undefined && { storageCheck }),
      versions: [],
      signedInAt: timestampOf(now),
    };
    const devices = owner.item.devices.map((other) => ({
      ...other,
      holdsBackup: other.deviceId === device.deviceId,
      awaitsSignIn: false,
    }));
    await commitOwner(
      call,
      { ...owner.item, backup, devices },
      { event: { type: "backup-enabled", device }, outcome: { keyId: stored.id } },
    );
    return turnedOn(backup, owner.item.nextVersion, await sealForPhone(call, stored.id, key));
  },
  async (call, { keyId }) => {
    const { backup, nextVersion } = call.owner.item;
    // Turned off, and perhaps on again, since the first try: its key is gone.
    if (backup.state !== "on" || backup.userKey.id !== keyId) throw problem("backup-off");
    return turnedOn(backup, nextVersion, await releaseUserKey(call, backup.userKey));
  },
);

function turnedOn({ platform }: BackupOn, nextVersion: number, key: z.infer<typeof sealedKey>) {
  return { status: 201, body: { platform, nextVersion, key } };
}
