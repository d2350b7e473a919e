import * as z from "zod";
import { type Problem, problem } from "../../shared/errors/problem.ts";
import { randomId as id, sha256, timestampOf } from "../../shared/formats.ts";
import { forOwner, type OwnerCall } from "../../shared/http/endpoint.ts";
import { missingFrom } from "../../shared/http/stepUp.ts";
import { stepUpRequired } from "../../shared/identity/assurance.ts";
import { recoveredFrom } from "../../shared/recovery/accounts.ts";
import { judge, type Refusal } from "../../shared/recovery/guards.ts";
import { ids, RECOVERY_TTL, type Recovery } from "../../shared/store/items.ts";
import { Contention, commitOwner } from "../../shared/store/owner.ts";
import { readEnvelope, readRecovery } from "../../shared/store/read.ts";
import { randomId } from "../../shared/system.ts";
import { releaseUserKey, sealedKey } from "../backup/userKey.ts";
import { describe, recoveryAnswer } from "./answers.ts";

const declaration = {
  name: "recoveries-begin",
  method: "POST",
  route: "recoveries",
  summary: "Begins a recovery: answers the envelope, the sealed user key and what each account still needs.",
  body: z.strictObject({ storageCheck: sha256.optional() }),
  answers: {
    201: recoveryAnswer.extend({
      key: sealedKey,
      /** Compact JWE. */
      envelope: z.string(),
    }),
  },
  problems: [
    "backup-none",
    "platform-changed",
    "storage-account-missing",
    "storage-account-mismatch",
    "storage-account-unexpected",
    "step-up-required",
    "idempotency-key-invalid",
    "idempotency-key-reused",
    "recovery-not-found",
    "proof-replayed",
    "busy",
  ],
} as const;

/** POST recoveries: an explicit act [D1], which neither consumes the backup [D14] nor touches another phone [D10]. */
export const beginRecovery = forOwner(
  { stepUp: "by-guards", oldApps: "refused", idempotencyKey: "needed" },
  declaration,
  async (call) => {
    const { owner, device, identity, services, now } = call;
    const { backup, version } = requireAllowed(call);
    const stored = await readEnvelope(services.store, identity.userId, version.version);
    // Replaced or turned off between the two reads: look again.
    if (!stored) throw new Contention();
    const key = await releaseUserKey(call, backup.userKey);

    const recoveryId = randomId(services.system);
    const begun: Recovery = {
      schema: 1,
      deviceId: device.deviceId,
      version: stored.version,
      platform: backup.platform,
      accounts: stored.manifest.accounts.map(recoveredFrom),
      startedAt: timestampOf(now),
      expiresAt: timestampOf(now + RECOVERY_TTL * 1000),
    };
    const devices = owner.item.devices.map((other) =>
      other.deviceId === device.deviceId ? { ...other, holdsBackup: true } : other,
    );
    await commitOwner(
      call,
      { ...owner.item, devices },
      {
        operations: [{ kind: "create", id: ids.recovery(recoveryId), body: begun, ttl: RECOVERY_TTL }],
        outcome: { recoveryId },
      },
    );
    return { status: 201, body: { ...describe(recoveryId, begun), key, envelope: stored.envelope } };
  },
  async (call, outcome) => {
    const { identity, services } = call;
    const { backup } = requireAllowed(call);
    const recoveryId = id.parse(outcome.recoveryId);
    const begun = await readRecovery(services.store, identity.userId, recoveryId);
    const stored = begun && (await readEnvelope(services.store, identity.userId, begun.version));
    if (!stored) throw problem("recovery-not-found");
    const key = await releaseUserKey(call, backup.userKey);
    return { status: 201, body: { ...describe(recoveryId, begun), key, envelope: stored.envelope } };
  },
);

/** @throws {Problem} what the first guard that refuses has to say */
function requireAllowed(call: OwnerCall<typeof declaration>) {
  const verdict = judge({
    backup: call.owner.item.backup,
    platform: call.device.platform,
    storageCheck: call.body.storageCheck,
    missing: missingFrom(call),
  });
  if (verdict.refused) throw explain(verdict.refused, call);
  return verdict;
}

function explain(refusal: Refusal, { identity, services }: OwnerCall): Problem {
  switch (refusal.reason) {
    case "platform-changed":
      return problem(refusal.reason, { backupPlatform: refusal.backupPlatform });
    case "step-up-required":
      return stepUpRequired(identity, refusal.missing, services.config.stepUpMaxAge);
    case "backup-none":
    case "storage-account-missing":
    case "storage-account-mismatch":
    case "storage-account-unexpected":
      return problem(refusal.reason);
  }
}
