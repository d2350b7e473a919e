import * as z from "zod";
import { commit } from "../../shared/acts/commit.ts";
import { tellOthers } from "../../shared/acts/tell.ts";
import { releaseUserKey, sealForPhone } from "../../shared/acts/userKey.ts";
import { explain } from "../../shared/backup/explain.ts";
import { keysFor } from "../../shared/backup/keys.ts";
import { refuseEnable, turnedOn } from "../../shared/backup/states.ts";
import { refuseStorageAccount, stored } from "../../shared/backup/storageAccount.ts";
import { sha256 } from "../../shared/formats.ts";
import { forOwner } from "../../shared/http/endpoint.ts";
import { sealedKey } from "../../shared/keys/seal.ts";
import { platform } from "../../shared/words.ts";

/** POST backup/enable: turns backup on, for the platform of this phone [B1–B3]. */
export const enableBackup = forOwner(
  {
    proof: "spent",
    stepUp: "needed",
    standing: "registered",
    frozen: "stops",
    oldApps: "refused",
    idempotencyKey: "needed",
  },
  {
    name: "backup-enable",
    method: "POST",
    route: "backup/enable",
    summary: "Turns backup on; answers the user key, sealed to this phone.",
    body: z.strictObject({ storageCheck: sha256.optional() }),
    answers: { 201: z.strictObject({ platform, nextVersion: z.int(), key: sealedKey }) },
    problems: [
      "backup-already-on",
      "start-anew-required",
      "backup-off",
      "storage-account-missing",
      "storage-account-unexpected",
      "keys-unavailable",
      "key-unusable",
    ],
  },
  async (call) => {
    const { owner, device, identity, services, now } = call;
    const { item } = owner;
    const { storageCheck } = call.body;
    const refusal = refuseEnable(item, device) ?? refuseStorageAccount(device.platform, storageCheck);
    if (refusal) throw explain(refusal);

    const { stored: userKey, key } = await services.userKeys.create(identity.userId, item.nextKey);
    const check = storageCheck === undefined ? undefined : stored(storageCheck);
    const next = turnedOn(item, device, { userKey, storageCheck: check }, now);
    await commit(call, next, {
      event: { type: "backup-enabled", device },
      operations: tellOthers(call, next, { type: "backup-enabled" }),
      outcome: { keyId: userKey.id },
    });
    const sealed = sealForPhone(call, userKey, key);
    return { status: 201, body: { platform: device.platform, nextVersion: next.nextVersion, key: sealed } };
  },
  async (call, { keyId }) => {
    const { backup, nextVersion } = call.owner.item;
    if (backup.state !== "on") throw explain({ reason: "backup-off" });
    const key = keysFor(backup, call.device).find(({ id }) => id === keyId);
    // Since the first try backup was begun again, or this phone was removed: the key is gone, or no longer for this phone.
    if (!key) throw explain({ reason: "backup-already-on" });
    const sealed = await releaseUserKey(call, key);
    return { status: 201, body: { platform: key.platform, nextVersion, key: sealed } };
  },
);
