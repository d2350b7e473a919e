import * as z from "zod";
import { commit } from "../../shared/acts/commit.ts";
import { releaseUserKey, sealForPhone } from "../../shared/acts/userKey.ts";
import { explain } from "../../shared/backup/explain.ts";
import { turnedOn } from "../../shared/backup/states.ts";
import { refuseStorageAccount } from "../../shared/backup/storageAccount.ts";
import { sha256 } from "../../shared/formats.ts";
import { forOwner } from "../../shared/http/endpoint.ts";
import { sealedKey } from "../../shared/keys/seal.ts";
import type { BackupOn } from "../../shared/model/owner.ts";
import { platform } from "../../shared/words.ts";

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
      "backup-off",
      "storage-account-missing",
      "storage-account-unexpected",
      "keys-unavailable",
      "key-unusable",
    ],
  },
  async (call) => {
    const { owner, device, identity, services, now } = call;
    const { storageCheck } = call.body;
    if (owner.item.backup.state === "on") throw explain({ reason: "backup-already-on" });
    const refusal = refuseStorageAccount(device.platform, storageCheck);
    if (refusal) throw explain(refusal);

    const { stored: userKey, key } = await services.userKeys.create(identity.userId, 1);
    const next = turnedOn(owner.item, device, { userKey, storageCheck }, now);
    await commit(call, next, {
      event: { type: "backup-enabled", device },
      outcome: { keyId: userKey.id },
    });
    return answer(next.backup, next.nextVersion, await sealForPhone(call, userKey.id, key));
  },
  async (call, { keyId }) => {
    const { backup, nextVersion } = call.owner.item;
    // Turned off, and perhaps on again, since the first try: its key is gone.
    if (backup.state !== "on" || backup.userKey.id !== keyId) throw explain({ reason: "backup-off" });
    return answer(backup, nextVersion, await releaseUserKey(call, backup.userKey));
  },
);

function answer({ platform }: BackupOn, nextVersion: number, key: z.infer<typeof sealedKey>) {
  return { status: 201, body: { platform, nextVersion, key } };
}
