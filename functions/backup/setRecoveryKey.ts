import * as z from "zod";
import { commit } from "../../shared/acts/commit.ts";
import { requireOn } from "../../shared/acts/require.ts";
import { tellOthers } from "../../shared/acts/tell.ts";
import { explain } from "../../shared/backup/explain.ts";
import { withoutUnusedKeys } from "../../shared/backup/keys.ts";
import { refuseRecoveryKey } from "../../shared/backup/recoveryKey.ts";
import { stored } from "../../shared/backup/storageAccount.ts";
import { sha256 } from "../../shared/formats.ts";
import { forOwner } from "../../shared/http/endpoint.ts";
import { currentKey } from "../../shared/model/owner.ts";
import { timestamp, timestampOf } from "../../shared/words.ts";

/**
 * PUT backup/recovery-key: a second way in, for an owner who loses the storage account [H9]. The recovery key itself
 * never comes here: only a check of it, and the storage secret wrapped under it and the user key together.
 */
export const setRecoveryKey = forOwner(
  { proof: "spent", stepUp: "needed", standing: "trusted", frozen: "stops", oldApps: "refused" },
  {
    name: "backup-recovery-key-set",
    method: "PUT",
    route: "backup/recovery-key",
    summary: "Sets up a recovery key, in the place of the one before.",
    body: z.strictObject({
      storageCheck: sha256,
      /** HMAC under the recovery key. */
      recoveryKeyCheck: sha256,
      /** Compact JWE. */
      wrappedStorageSecret: z.string(),
    }),
    answers: { 200: z.strictObject({ setAt: timestamp }) },
    problems: [
      "backup-off",
      "recovery-key-unneeded",
      "platform-changed",
      "storage-account-mismatch",
      "storage-account-unexpected",
      "recovery-key-invalid",
    ],
  },
  async (call) => {
    const { owner, device, identity, body, now } = call;
    const backup = requireOn(owner.item);
    const { storageCheck, wrappedStorageSecret: wrapped } = body;
    const key = currentKey(backup);
    const check = stored(body.recoveryKeyCheck);
    const { userId } = identity;
    const refusal = refuseRecoveryKey(key, device.platform, { storageCheck, wrapped, userId });
    if (refusal) throw explain(refusal);
    const { recoveryKey } = backup;
    // A retry whose first try was carried out.
    if (recoveryKey?.wrapped === wrapped && recoveryKey.check === check) {
      return { status: 200, body: { setAt: recoveryKey.setAt } };
    }
    const setAt = timestampOf(now);
    await commit(
      call,
      withoutUnusedKeys({
        ...owner.item,
        backup: { ...backup, recoveryKey: { check, wrapped, setAt, key: key.number } },
      }),
      {
        event: { type: "recovery-key-set", device },
        operations: tellOthers(call, owner.item, { type: "recovery-key-set" }),
      },
    );
    return { status: 200, body: { setAt } };
  },
);
