import { hash } from "node:crypto";
import * as z from "zod";
import { actorOf } from "../../shared/activity/events.ts";
import { commitOwner, deleteEnvelope, refuse } from "../../shared/acts/commit.ts";
import { requireOn, requireReadable } from "../../shared/acts/require.ts";
import { requireStanding } from "../../shared/acts/standing.ts";
import { missingFrom } from "../../shared/acts/stepUp.ts";
import {
  type EnvelopeHeader,
  misplaced,
  type Place,
  readEnvelopeHeader,
} from "../../shared/backup/envelope.ts";
import { thin } from "../../shared/backup/history.ts";
import { overwriteRefusal } from "../../shared/backup/overwrite.ts";
import { withPhone } from "../../shared/devices/phones.ts";
import { Problem, problem } from "../../shared/errors/problem.ts";
import { sha256, timestamp, timestampOf } from "../../shared/formats.ts";
import { forOwner, type OwnerCall } from "../../shared/http/endpoint.ts";
import { manifest } from "../../shared/model/manifest.ts";
import { etagAfter, precondition } from "../../shared/status/status.ts";
import { type BackupOn, ids, type Owner, type Version } from "../../shared/store/items.ts";

const declaration = {
  name: "backup-upload",
  method: "PUT",
  route: "backup",
  summary: "Stores an envelope as the next version.",
  body: z.strictObject({
    envelope: z.string(),
    manifest,
    storageCheck: sha256.optional(),
    /** The version that the owner agreed to replace, where that would be refused otherwise [D11, H2]. */
    replaces: z.int().positive().optional(),
  }),
  answers: {
    200: z.strictObject({
      version: z.int(),
      uploadedAt: timestamp,
      accounts: z.int(),
      nextVersion: z.int(),
    }),
  },
  problems: [
    "backup-off",
    "platform-changed",
    "storage-account-missing",
    "storage-account-mismatch",
    "storage-account-unexpected",
    "envelope-invalid",
    "precondition-required",
    "overwrite-refused",
    "sharp-drop",
    "backup-frozen",
    "holder-required",
    "version-changed",
    "envelope-mismatch",
    "proof-replayed",
    "busy",
  ],
} as const;

type UploadCall = OwnerCall<typeof declaration>;

/** PUT backup: an upload becomes the next version; what it replaces stays in the history. */
export const uploadBackup = forOwner(
  { stepUp: "not-needed", oldApps: "refused" },
  declaration,
  async (call) => {
    const { item } = call.owner;
    const { envelope } = call.body;
    const backup = requireOn(item);
    const header = readEnvelopeHeader(envelope);
    if (!header) throw problem("envelope-invalid");
    const digest = hash("sha256", envelope, "base64url");
    // The answer to the first try was lost, and the phone tries again: it is told what was done then.
    const before = backup.versions.find((version) => version.digest === digest);
    if (before) return stored(call, before, item);

    try {
      requireAllowed(call, backup);
      const member = misplaced(header, placeOf(call, backup, header));
      if (member) throw problem("envelope-mismatch", { header: member });
    } catch (error) {
      if (!(error instanceof Problem) || error.code === "precondition-required") throw error;
      return await refuseUpload(call, backup, error);
    }
    return await store(call, backup, { digest, storageBound: header.ssb });
  },
);

/** @throws {Problem} this phone can't read what it would write, or would replace what it has not seen */
function requireAllowed(
  { owner, device, body, now, request: { header } }: UploadCall,
  backup: BackupOn,
): void {
  const found = precondition(owner.item, {
    ifMatch: header("if-match"),
    ifNoneMatch: header("if-none-match"),
  });
  if (found === "missing") throw problem("precondition-required");
  requireReadable(backup, device.platform, body.storageCheck);
  const offered = body.manifest.accounts.length;
  const refusal = overwriteRefusal({ device, versions: backup.versions, offered, replaces: body.replaces });
  if (refusal) throw refusal;
  // Its upload would make it a phone that has the backup.
  if (!device.holdsBackup) requireStanding({ owner, device, now }, "guarded");
  if (found === "failed") throw problem("version-changed");
}

/** Where an envelope of this phone belongs. Whether it is bound to the storage secret is the phone's to say [H8]. */
function placeOf(
  { owner: { item }, identity }: UploadCall,
  { userKey, platform }: BackupOn,
  { ssb }: EnvelopeHeader,
): Place {
  return {
    kid: userKey.id,
    uid: identity.userId,
    plt: platform,
    ver: item.nextVersion,
    ssb: platform === "ios" && (ssb || !item.policy.otherPlatform),
  };
}

/** Seconds in which the same refusal of the same phone is told once: an app that tries on must not fill the record. */
const REFUSED_AGAIN = 60;

async function refuseUpload(call: UploadCall, backup: BackupOn, refusal: Problem): Promise<never> {
  const { owner, device, now } = call;
  const { lastFailure } = backup;
  const again =
    lastFailure?.code === refusal.code &&
    lastFailure.device.deviceId === device.deviceId &&
    now - Date.parse(lastFailure.at) < REFUSED_AGAIN * 1000;
  if (again) throw refusal;
  const failed = { at: timestampOf(now), code: refusal.code, device: actorOf(device) };
  return await refuse(call, "backup-refused", refusal, {
    ...owner.item,
    backup: { ...backup, lastFailure: failed },
  });
}

async function store(
  call: UploadCall,
  backup: BackupOn,
  { digest, storageBound }: { digest: string; storageBound: boolean },
) {
  const { owner, device, body, now } = call;
  const { item } = owner;
  const uploadedAt = timestampOf(now);
  const version: Version = {
    version: item.nextVersion,
    uploadedAt,
    device: actorOf(device),
    accounts: body.manifest.accounts.length,
    bytes: body.envelope.length,
    digest,
    sealedAs: item.nextVersion,
    storageBound,
  };
  const { kept, dropped } = thin([version, ...backup.versions], now);
  const { lastFailure: _, ...sound } = backup;
  const next: Owner = {
    ...item,
    nextVersion: item.nextVersion + 1,
    backup: {
      ...sound,
      versions: kept,
      signedInAt: missingFrom(call).length === 0 ? uploadedAt : backup.signedInAt,
    },
    devices: withPhone(item.devices, device.deviceId, { lastUploadAt: uploadedAt, holdsBackup: true }),
  };
  await commitOwner(call, next, {
    event: { type: "backup-uploaded", device, details: { version: version.version } },
    operations: [
      // First, so that SQLite puts the new envelope where the old one was: fewer pages to make durable.
      ...dropped.map(deleteEnvelope),
      {
        kind: "create",
        id: ids.envelope(version.version),
        body: {
          schema: 1,
          version: version.version,
          envelope: body.envelope,
          manifest: body.manifest,
          digest,
          deviceId: device.deviceId,
          uploadedAt,
        },
      },
    ],
  });
  return stored(call, version, next);
}

function stored({ device, now }: UploadCall, { version, uploadedAt, accounts }: Version, owner: Owner) {
  return {
    status: 200,
    headers: etagAfter(version, owner, device.deviceId, now),
    body: { version, uploadedAt, accounts, nextVersion: owner.nextVersion },
  };
}
