import type { Device } from "../model/device.ts";
import { type BackupKey, type BackupOn, currentKey, type Owner } from "../model/owner.ts";
import type { StoredUserKey } from "../model/userKey.ts";
import type { Version } from "../model/version.ts";
import { timestampOf } from "../words.ts";

/** A key that a phone begins by turning on or starting anew: it chooses platform and storage account. */
export function keyOf(
  userKey: StoredUserKey,
  { deviceId, platform }: Pick<Device, "deviceId" | "platform">,
  storageCheck: string | undefined,
  now: number,
): BackupKey {
  return {
    ...userKey,
    platform,
    ...(storageCheck !== undefined && { storageCheck }),
    since: timestampOf(now),
    stems: deviceId,
  };
}

/**
 * The owner with a new user key, which a phone that was removed can't read: it takes platform and storage account from
 * the newest key that does not stem from a denied phone.
 * @param userKey undefined if backup is not on: then there is nothing to seal
 */
export function rotated(item: Owner, userKey: StoredUserKey | undefined, now: number): Owner {
  const { backup } = item;
  if (backup.state !== "on" || !userKey) return item;
  const from = backup.keys.findLast(({ denied }) => !denied) ?? currentKey(backup);
  const { platform, storageCheck, stems: deviceId } = from;
  const key = keyOf(userKey, { deviceId, platform }, storageCheck, now);
  return withoutUnusedKeys({
    ...item,
    nextKey: userKey.number + 1,
    backup: { ...backup, keys: [...backup.keys, key] },
  });
}

/** The owner without the keys that nothing names: no kept version, live recovery or recovery key. The current one stays. */
export function withoutUnusedKeys(item: Owner): Owner {
  const { backup } = item;
  if (backup.state !== "on") return item;
  const used = new Set([
    currentKey(backup).number,
    ...backup.versions.map(({ key }) => key),
    ...(backup.recoveryKey ? [backup.recoveryKey.key] : []),
  ]);
  return { ...item, backup: { ...backup, keys: backup.keys.filter(({ number }) => used.has(number)) } };
}

/** Whether a phone may have the user key of that number without a recovery: it is trusted, and was by then. */
export function reaches({ trusted }: Pick<Device, "trusted">, key: number): boolean {
  return trusted !== undefined && key >= trusted.from;
}

/** The versions that a phone can't open: their keys are from before it was trusted. */
export function versionsBeyond(
  { versions }: Pick<BackupOn, "versions">,
  device: Pick<Device, "trusted">,
): Version[] {
  return versions.filter(({ key }) => !reaches(device, key));
}

/** The user keys that a phone may have. */
export function keysFor({ keys }: BackupOn, device: Pick<Device, "trusted">): BackupKey[] {
  return keys.filter(({ number }) => reaches(device, number));
}
