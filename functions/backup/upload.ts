import { hash } from "node:crypto";
import * as z from "zod";
import { misplaced, readEnvelopeHeader } from "../../shared/backup/envelope.ts";
import { thin } from "../../shared/backup/history.ts";
import { manifest } from "../../shared/backup/manifest.ts";
import { etagOf, precondition } from "../../shared/backup/status.ts";
import { refuseStorageAccount } from "../../shared/backup/storageAccount.ts";
import { problem } from "../../shared/errors/problem.ts";
import { sha256, timestamp, timestampOf } from "../../shared/formats.ts";
import { forOwner, type OwnerCall } from "../../shared/http/endpoint.ts";
import { type BackupOn, type Device, ids, type Owner, type Version } from "../../shared/store/items.ts";
import { commitOwner } from "../../shared/store/owner.ts";

const declaration = {
  name: "backup-upload",
  method: "PUT",
  route: "backup",
  summary: "Stores an envelope as the next version.",
  body: z.strictObject({ envelope: z.string(), manifest, storageCheck: sha256.optional() }),
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
    "version-changed",
    "envelope-mismatch",
    "proof-replayed",
    "busy",
  ],
} as const;

/** PUT backup: an upload becomes the next version; what it replaces stays in the history. */
export const uploadBackup = forOwner(
  { stepUp: "not-needed", oldApps: "refused" },
  declaration,
  async (call) => {
    const { owner, device, body, now } = call;
    const { item } = owner;
    const digest = hash("sha256", body.envelope, "base64url");
    const backup = requireOn(item);
    requireSamePhone(backup, device, body.storageCheck);

    const header = readEnvelopeHeader(body.envelope);
    if (!header) throw problem("envelope-invalid");
    // The answer to the first try was lost, and the phone tries again: it is told what was done then.
    const before = backup.versions.find((version) => version.digest === digest);
    if (before) return stored(before, item);

    requireReplaceable(call, backup);
    const member = misplaced(header, {
      kid: backup.userKey.id,
      uid: call.identity.userId,
      plt: backup.platform,
      ver: item.nextVersion,
      ssb: backup.platform === "ios",
    });
    if (member) throw problem("envelope-mismatch", { header: member });

    const { deviceId, name, platform } = device;
    const uploadedAt = timestampOf(now);
    const version: Version = {
      version: item.nextVersion,
      uploadedAt,
      device: { deviceId, name, platform },
      accounts: body.manifest.accounts.length,
      bytes: body.envelope.length,
      digest,
    };
    const { kept, dropped } = thin([version, ...backup.versions], now);
    const next: Owner = {
      ...item,
      nextVersion: item.nextVersion + 1,
      backup: { ...backup, versions: kept },
      devices: item.devices.map((other) =>
        other.deviceId === deviceId ? { ...other, lastUploadAt: uploadedAt } : other,
      ),
    };
    await commitOwner(call, next, {
      operations: [
        // First, so that SQLite puts the new envelope where the old one was: fewer pages to make durable.
        ...dropped.map(({ version }) => ({ kind: "delete", id: ids.envelope(version) }) as const),
        {
          kind: "create",
          id: ids.envelope(version.version),
          body: {
            schema: 1,
            version: version.version,
            envelope: body.envelope,
            manifest: body.manifest,
            digest,
            deviceId,
            uploadedAt,
          },
        },
      ],
    });
    return stored(version, next);
  },
);

function requireOn({ backup }: Owner): BackupOn {
  if (backup.state === "off") throw problem("backup-off");
  return backup;
}

/** @throws {Problem} this phone can't read what it would write: another platform, or another storage account */
function requireSamePhone(backup: BackupOn, { platform }: Device, storageCheck: string | undefined): void {
  if (platform !== backup.platform) throw problem("platform-changed", { backupPlatform: backup.platform });
  const refusal = refuseStorageAccount(platform, storageCheck, backup.storageCheck);
  if (refusal) throw problem(refusal);
}

/** @throws {Problem} the upload would replace a version that this phone has not seen */
function requireReplaceable({ owner, device, request: { header } }: OwnerCall, { versions }: BackupOn): void {
  const found = precondition(owner.item, {
    ifMatch: header("if-match"),
    ifNoneMatch: header("if-none-match"),
  });
  if (found === "missing") throw problem("precondition-required");
  const [present] = versions;
  if (present && !device.holdsBackup) {
    const { version, accounts, uploadedAt, device: from } = present;
    throw problem("overwrite-refused", {
      present: { version, accounts, uploadedAt, device: { name: from.name, platform: from.platform } },
    });
  }
  if (found === "failed") throw problem("version-changed");
}

function stored({ version, uploadedAt, accounts }: Version, owner: Owner) {
  // To a late retry whose version was replaced since, the present ETag would say that it has seen what is there.
  const isPresent = owner.nextVersion === version + 1;
  return {
    status: 200,
    headers: isPresent ? { ETag: etagOf(owner) } : {},
    body: { version, uploadedAt, accounts, nextVersion: owner.nextVersion },
  };
}
