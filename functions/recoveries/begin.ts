import * as z from "zod";
import { MOST_ACCOUNTS } from "../../shared/backup/manifest.ts";
import { problem } from "../../shared/errors/problem.ts";
import { randomId as id, sha256, timestampOf } from "../../shared/formats.ts";
import { forOwner, type OwnerCall } from "../../shared/http/endpoint.ts";
import { missingFrom } from "../../shared/http/stepUp.ts";
import { recoveredFrom } from "../../shared/recovery/accounts.ts";
import { explain } from "../../shared/recovery/explain.ts";
import { judge, type Verdict } from "../../shared/recovery/guards.ts";
import { type Envelope, ids, RECOVERY_TTL, type Recovery, type Version } from "../../shared/store/items.ts";
import { Contention, commitOwner, refuse } from "../../shared/store/owner.ts";
import { readEnvelope, readRecovery } from "../../shared/store/read.ts";
import { randomId } from "../../shared/system.ts";
import { releaseUserKey, sealedKey } from "../backup/userKey.ts";
import { describe, recoveryAnswer } from "./answers.ts";

const declaration = {
  name: "recoveries-begin",
  method: "POST",
  route: "recoveries",
  summary: "Begins a recovery: answers the envelope, the sealed user key and what each account still needs.",
  body: z.strictObject({
    storageCheck: sha256.optional(),
    /** References of the accounts that are on the phone already. */
    accounts: z.array(sha256).max(MOST_ACCOUNTS),
    /** An older version of the history; left out, the present one. */
    version: z.int().positive().optional(),
  }),
  answers: {
    201: recoveryAnswer.extend({
      key: sealedKey,
      /** Compact JWE. */
      envelope: z.string(),
      /** The `ver` in its header. */
      sealedAs: z.int(),
      /** Whether its content key needs the storage secret. */
      storageBound: z.boolean(),
    }),
  },
  problems: [
    "backup-none",
    "backup-deleted",
    "version-not-found",
    "platform-changed",
    "storage-bound",
    "storage-account-missing",
    "storage-account-mismatch",
    "storage-account-unexpected",
    "accounts-present",
    "step-up-required",
    "idempotency-key-invalid",
    "idempotency-key-reused",
    "recovery-not-found",
    "proof-replayed",
    "busy",
  ],
} as const;

type BeginCall = OwnerCall<typeof declaration>;

/** POST recoveries: an explicit act [D1], which neither consumes the backup [D14] nor touches another phone [D10]. */
export const beginRecovery = forOwner(
  { stepUp: "by-guards", oldApps: "refused", idempotencyKey: "needed" },
  declaration,
  async (call) => {
    const { owner, device, identity, services, now } = call;
    const wanted = choose(call, call.body.version);
    const envelope = wanted && (await readEnvelope(services.store, identity.userId, wanted.version));
    // Replaced or turned off between the two reads: look again.
    if (wanted && !envelope) throw new Contention();
    const verdict = judgeCall(call, wanted, envelope);
    if (verdict.refused || !envelope) return await refuse(call, "recovery-refused", explained(call, verdict));

    const { backup, version } = verdict;
    const key = await releaseUserKey(call, backup.userKey);
    const recoveryId = randomId(services.system);
    const begun: Recovery = {
      schema: 1,
      deviceId: device.deviceId,
      version: version.version,
      platform: backup.platform,
      accounts: envelope.manifest.accounts.map(recoveredFrom),
      startedAt: timestampOf(now),
      expiresAt: timestampOf(now + RECOVERY_TTL * 1000),
    };
    const awaitsSignIn = begun.accounts.some(({ means }) => means.includes("fresh-sign-in"));
    const devices = owner.item.devices.map((other) =>
      other.deviceId === device.deviceId ? { ...other, holdsBackup: true, awaitsSignIn } : other,
    );
    await commitOwner(
      call,
      { ...owner.item, devices, backup: { ...backup, signedInAt: begun.startedAt } },
      {
        event: { type: "recovery-begun", device, details: { recoveryId, version: version.version } },
        operations: [{ kind: "create", id: ids.recovery(recoveryId), body: begun, ttl: RECOVERY_TTL }],
        outcome: { recoveryId },
      },
    );
    return begunAnswer(recoveryId, begun, version, envelope, key);
  },
  async (call, outcome) => {
    const { identity, services } = call;
    const recoveryId = id.parse(outcome.recoveryId);
    const begun = await readRecovery(services.store, identity.userId, recoveryId);
    const wanted = begun && choose(call, begun.version);
    const envelope = wanted && (await readEnvelope(services.store, identity.userId, wanted.version));
    if (!begun || !envelope) throw problem("recovery-not-found");
    const verdict = judgeCall(call, wanted, envelope);
    if (verdict.refused) throw explained(call, verdict);
    const key = await releaseUserKey(call, verdict.backup.userKey);
    return begunAnswer(recoveryId, begun, verdict.version, envelope, key);
  },
);

/** The version of that number; the present one without a number. */
function choose({ owner: { item } }: OwnerCall, wanted: number | undefined): Version | undefined {
  if (item.backup.state !== "on") return undefined;
  const { versions } = item.backup;
  return wanted === undefined ? versions[0] : versions.find(({ version }) => version === wanted);
}

function judgeCall(call: BeginCall, version: Version | undefined, envelope: Envelope | undefined): Verdict {
  const { owner, device, body } = call;
  return judge({
    backup: owner.item.backup,
    policy: owner.item.policy,
    version,
    inBackup: envelope?.manifest.accounts.map(({ ref }) => ref) ?? [],
    platform: device.platform,
    storageCheck: body.storageCheck,
    onPhone: body.accounts,
    missing: missingFrom(call),
  });
}

function explained({ identity, services }: BeginCall, { refused }: Verdict) {
  return explain(refused ?? { reason: "backup-none" }, identity, services.config.stepUpMaxAge);
}

function begunAnswer(
  recoveryId: string,
  begun: Recovery,
  { sealedAs, storageBound }: Version,
  { envelope }: Envelope,
  key: z.infer<typeof sealedKey>,
) {
  return { status: 201, body: { ...describe(recoveryId, begun), key, envelope, sealedAs, storageBound } };
}
