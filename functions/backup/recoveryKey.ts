import * as z from "zod";
import { commitOwner } from "../../shared/acts/commit.ts";
import { requireOn, requireReadable } from "../../shared/acts/require.ts";
import { isWrappedFor } from "../../shared/backup/recoveryKey.ts";
import { problem } from "../../shared/errors/problem.ts";
import { sha256, timestamp, timestampOf } from "../../shared/formats.ts";
import { forOwner } from "../../shared/http/endpoint.ts";

/**
 * PUT backup/recovery-key: a second way in, for an owner who loses the storage account [H9]. The recovery key itself
 * never comes here: only a check of it, and the storage secret wrapped under it and the user key together.
 */
export const setRecoveryKey = forOwner(
  { stepUp: "needed", standing: "holder", oldApps: "refused" },
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
      "proof-replayed",
      "busy",
    ],
  },
  async (call) => {
    const { owner, device, identity, body, now } = call;
    const backup = requireOn(owner.item);
    // On Android the recovery account opens the backup alone: there is nothing that a recovery key could stand in for.
    if (backup.platform === "android") throw problem("recovery-key-unneeded");
    requireReadable(backup, device.platform, body.storageCheck);
    const { recoveryKeyCheck: check, wrappedStorageSecret: wrapped } = body;
    if (!isWrappedFor(wrapped, { kid: backup.userKey.id, uid: identity.userId })) {
      throw problem("recovery-key-invalid");
    }
    const { recoveryKey } = backup;
    // A retry whose first try was carried out.
    if (recoveryKey?.wrapped === wrapped && recoveryKey.check === check) {
      return { status: 200, body: { setAt: recoveryKey.setAt } };
    }
    const setAt = timestampOf(now);
    await commitOwner(
      call,
      { ...owner.item, backup: { ...backup, recoveryKey: { check, wrapped, setAt } } },
      { event: { type: "recovery-key-set", device } },
    );
    return { status: 200, body: { setAt } };
  },
);

/** DELETE backup/recovery-key: who finds the paper finds nothing. */
export const removeRecoveryKey = forOwner(
  { stepUp: "needed", standing: "holder", oldApps: "allowed" },
  {
    name: "backup-recovery-key-remove",
    method: "DELETE",
    route: "backup/recovery-key",
    summary: "Removes the recovery key; a repeat is harmless.",
    answers: { 204: null },
    problems: ["backup-off", "proof-replayed", "busy"],
  },
  async (call) => {
    const { owner, device } = call;
    const { recoveryKey, ...backup } = requireOn(owner.item);
    if (!recoveryKey) return { status: 204 };
    await commitOwner(call, { ...owner.item, backup }, { event: { type: "recovery-key-removed", device } });
    return { status: 204 };
  },
);
