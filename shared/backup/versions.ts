import { type Device, withPhone } from "../model/device.ts";
import { actorOf } from "../model/event.ts";
import type { BackupOn, Owner } from "../model/owner.ts";
import type { Version } from "../model/version.ts";
import { timestampOf } from "../words.ts";
import { thin } from "./history.ts";

/** The owner's next state, the version that is new in it, and those that fell out of the history. */
interface NextVersion {
  readonly next: Owner;
  readonly version: Version;
  readonly dropped: readonly Version[];
}

/**
 * The owner after an upload: it becomes the next version, and its phone one that has the backup.
 * @param fresh whether the upload came with a recent sign-in, which keeps the backup up to date [G7]
 * @param now milliseconds since the epoch
 */
export function uploaded(
  item: Owner,
  backup: BackupOn,
  device: Device,
  content: Pick<Version, "accounts" | "bytes" | "digest" | "storageBound">,
  { fresh, now }: { fresh: boolean; now: number },
): NextVersion {
  const uploadedAt = timestampOf(now);
  const { nextVersion } = item;
  const { accounts, bytes, digest, storageBound } = content;
  // In the order of its schema, in which it will be read again: the ETag of the status is a hash of the text.
  const version: Version = {
    version: nextVersion,
    uploadedAt,
    device: actorOf(device),
    accounts,
    bytes,
    digest,
    sealedAs: nextVersion,
    storageBound,
  };
  const { lastFailure: _, ...sound } = backup;
  const { kept, dropped } = thin([version, ...backup.versions], now);
  const next: Owner = {
    ...item,
    nextVersion: nextVersion + 1,
    backup: { ...sound, versions: kept, signedInAt: fresh ? uploadedAt : backup.signedInAt },
    devices: withPhone(item.devices, device.deviceId, { lastUploadAt: uploadedAt, holdsBackup: true }),
  };
  return { next, version, dropped };
}

/** The owner after an upload was refused: the status says which, and why [H3]. */
export function uploadFailed(
  item: Owner,
  backup: BackupOn,
  device: Device,
  code: string,
  now: number,
): Owner {
  return {
    ...item,
    backup: { ...backup, lastFailure: { at: timestampOf(now), code, device: actorOf(device) } },
  };
}

/** The owner after an older version was made current again, as a new version: nothing is rewritten [H1]. */
export function restored(
  item: Owner,
  backup: BackupOn,
  older: Version,
  device: Device,
  now: number,
): NextVersion {
  const { nextVersion } = item;
  const version: Version = {
    ...older,
    version: nextVersion,
    uploadedAt: timestampOf(now),
    device: actorOf(device),
  };
  const { kept, dropped } = thin([version, ...backup.versions], now);
  return {
    next: { ...item, nextVersion: nextVersion + 1, backup: { ...backup, versions: kept } },
    version,
    dropped,
  };
}

/** Why a version can't be made current. */
export interface VersionRefusal {
  readonly reason: "version-not-found" | "version-current";
}

/** The version of that number; or why it can't be made current. */
export function findOlder(
  { versions }: BackupOn,
  wanted: number,
): { readonly refused: VersionRefusal } | { readonly refused: undefined; readonly version: Version } {
  const found = versions.find(({ version }) => version === wanted);
  if (!found) return { refused: { reason: "version-not-found" } };
  if (found === versions[0]) return { refused: { reason: "version-current" } };
  return { refused: undefined, version: found };
}
