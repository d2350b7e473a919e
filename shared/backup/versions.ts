import { type AccountList, type Device, withPhone } from "../model/device.ts";
import { actorOf } from "../model/event.ts";
import { type BackupOn, currentKey, currentVersion, type Owner } from "../model/owner.ts";
import type { Version } from "../model/version.ts";
import { timestampOf } from "../words.ts";
import { dayOf, thinned } from "./history.ts";
import { reaches, withoutUnusedKeys } from "./keys.ts";
import { listed, loses, sizeOf } from "./lists.ts";

/** The owner's next state, the version that is new in it, and those that fell out of the history. */
interface NextVersion {
  readonly next: Owner;
  readonly version: Version;
  readonly dropped: readonly Version[];
}

/** How a version ceases to be current: with a loss it is held for a while [H1]. */
type Held = NonNullable<Version["held"]>["by"];

/** The versions once the current one is replaced. @param own another one that is held with it */
export function replaced(
  backup: BackupOn,
  by: Held | undefined,
  now: number,
  own?: Version | undefined,
): Version[] {
  const replacedAt = timestampOf(now);
  return backup.versions.map((version) => ({
    ...version,
    ...(version.version === backup.current && { replacedAt }),
    ...(by && (version === own || version.version === backup.current) && { held: { since: replacedAt, by } }),
  }));
}

/**
 * The owner after an upload: it becomes the next version. It never makes its phone a trusted one.
 * @param fresh whether the upload came with a fresh sign-in, which keeps the backup up to date [G7]
 * @param confirmed whether its owner agreed to lose what it leaves out
 * @param now milliseconds since the epoch
 */
export function uploaded(
  item: Owner,
  backup: BackupOn,
  device: Device,
  content: Pick<Version, "bytes" | "digest" | "storageBound"> & {
    /** The accounts that it holds. */
    readonly list: AccountList;
    readonly leftOut?: number | undefined;
  },
  { fresh, confirmed, now }: { fresh: boolean; confirmed: boolean; now: number },
): NextVersion {
  const uploadedAt = timestampOf(now);
  const { nextVersion } = item;
  const { list, leftOut, bytes, digest, storageBound } = content;
  // In the order of its schema, in which it will be read again: the ETag of the status is a hash of the text.
  const version: Version = {
    version: nextVersion,
    uploadedAt,
    device: actorOf(device),
    accounts: sizeOf(list),
    ...(leftOut !== undefined && { leftOut }),
    bytes,
    digest,
    sealedAs: nextVersion,
    storageBound,
    key: currentKey(backup).number,
  };
  const held = loses(device, list) ? (fresh ? "confirmed" : "loss") : undefined;
  const { lastFailure: _, ...sound } = backup;
  return withVersion(
    {
      ...item,
      devices: withPhone(item.devices, device.deviceId, {
        lastUploadAt: uploadedAt,
        ...listed(device, list, { confirmed, now }),
      }),
    },
    {
      ...sound,
      versions: replaced(backup, held, now, lastOf(device, backup)),
      signedInAt: fresh ? uploadedAt : backup.signedInAt,
    },
    version,
    now,
  );
}

/**
 * The version that holds what a phone last uploaded: another phone's may be current since, and need not hold what this
 * one loses. Undefined if it is gone, or the phone has recovered since.
 */
function lastOf({ deviceId, listedAt }: Device, { versions }: BackupOn): Version | undefined {
  return versions.find(({ device, uploadedAt }) => device.deviceId === deviceId && uploadedAt === listedAt);
}

function withVersion(item: Owner, backup: BackupOn, version: Version, now: number): NextVersion {
  const { next, dropped } = thinned(
    {
      ...item,
      nextVersion: version.version + 1,
      backup: { ...backup, current: version.version, versions: [version, ...backup.versions] },
    },
    now,
  );
  return { next: withoutUnusedKeys(next), version, dropped };
}

/**
 * Whether the record has an event of an upload: of the first of its phone on a day (UTC), and of each that loses an account.
 * With one of every upload, 400 days of them outweigh all else that is held of an owner.
 */
export function isRecorded(
  { current }: Pick<BackupOn, "current">,
  device: Pick<Device, "list" | "lastUploadAt">,
  list: AccountList,
  now: number,
): boolean {
  const { lastUploadAt } = device;
  const isFirst = lastUploadAt === undefined || dayOf(lastUploadAt) !== dayOf(now);
  return current === undefined || isFirst || loses(device, list);
}

/** The owner with one more upload that the next event will tell of. */
export function untold(item: Owner): Owner {
  return { ...item, untold: (item.untold ?? 0) + 1 };
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
  const { replacedAt: _, held: __, denied: ___, ...content } = older;
  const version: Version = {
    ...content,
    version: item.nextVersion,
    uploadedAt: timestampOf(now),
    device: actorOf(device),
  };
  return withVersion(item, { ...backup, versions: replaced(backup, "confirmed", now) }, version, now);
}

/** Why a version can't be made current. */
export interface VersionRefusal {
  readonly reason:
    | "version-not-found"
    | "version-current"
    /** It is sealed under a key from before this phone was trusted: recovering it brings it, after the waiting time. */
    | "version-out-of-reach"
    /** It is of another platform or storage account than the current key: the phones could not go on from it. */
    | "version-elsewhere";
}

/** The version of that number; or why this phone can't make it current. */
export function findOlder(
  backup: BackupOn,
  device: Pick<Device, "trusted">,
  wanted: number,
): { readonly refused: VersionRefusal } | { readonly refused: undefined; readonly version: Version } {
  const version = backup.versions.find((other) => other.version === wanted);
  if (!version) return { refused: { reason: "version-not-found" } };
  if (version === currentVersion(backup)) return { refused: { reason: "version-current" } };
  if (!reaches(device, version.key)) return { refused: { reason: "version-out-of-reach" } };
  const key = backup.keys.find(({ number }) => number === version.key);
  const { platform, storageCheck } = currentKey(backup);
  if (key?.platform !== platform || key.storageCheck !== storageCheck) {
    return { refused: { reason: "version-elsewhere" } };
  }
  return { refused: undefined, version };
}
