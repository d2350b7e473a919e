import { newestOf } from "../backup/history.ts";
import { rotated } from "../backup/keys.ts";
import { type Device, MOST_REMOVED, type RemovedDevice, trustedLongestFirst } from "../model/device.ts";
import { nextEvent, type Owner } from "../model/owner.ts";
import type { StoredUserKey } from "../model/userKey.ts";
import type { Version } from "../model/version.ts";
import { timestampOf } from "../words.ts";
import { isAlive, withoutWaiting } from "./listed.ts";

/** Whether a phone's removal begins a new user key: what is uploaded from then on, a trusted one can't read. */
export function needsNewKey({ backup }: Pick<Owner, "backup">, device: Device | undefined): boolean {
  return backup.state === "on" && device?.trusted !== undefined;
}

/**
 * The owner once a phone is removed: what waits on it ends, and its newest version is held. A trusted one is remembered
 * while it may still deny a recovery that began before: a thief who recovers and then revokes the owner's phones would
 * otherwise be safe from them.
 * @param by the phone that removes it; undefined if it gives up its place
 * @param userKey the new key, if {@link needsNewKey}
 * @param now milliseconds since the epoch
 */
export function phoneRemoved(
  item: Owner,
  device: Device,
  by: string | undefined,
  userKey: StoredUserKey | undefined,
  now: number,
): Owner {
  const number = nextEvent(item);
  const { fullest: _, revoked: __, ...phone } = device;
  const removed: RemovedDevice = { device: phone, number, ...(by !== undefined && { by }) };
  const next: Owner = {
    ...item,
    devices: item.devices.filter(({ deviceId }) => deviceId !== device.deviceId),
    removed: remembered(item, device.trusted ? [...item.removed, removed] : item.removed, now),
    recoveries: withoutWaiting(item.recoveries, device.deviceId),
    backup: withHeldVersion(item.backup, device.deviceId, now),
  };
  return needsNewKey(item, device) ? rotated(next, userKey, now) : next;
}

/**
 * The removed phones that a live recovery may still be denied by; of too many, those trusted longest. A phone that
 * revoked itself says no more: whoever holds it had every say before.
 */
export function remembered(
  { recoveries, freeze }: Pick<Owner, "recoveries" | "freeze">,
  removed: readonly RemovedDevice[],
  now: number,
): RemovedDevice[] {
  return removed
    .filter(({ device, number, by }) =>
      by === device.deviceId
        ? false
        : recoveries.some((recovery) => isAlive(recovery, now, freeze) && recovery.order < number),
    )
    .toSorted((a, b) => trustedLongestFirst(a.device, b.device))
    .slice(0, MOST_REMOVED);
}

/** The newest version of a phone outlives its place for a while [H1], whatever it was held for before. */
export function withHeldVersion(backup: Owner["backup"], deviceId: string, now: number): Owner["backup"] {
  if (backup.state !== "on") return backup;
  const newest = newestOf(backup.versions, deviceId);
  const hold = (version: Version): Version =>
    version === newest ? { ...version, held: { since: timestampOf(now), by: "revocation" } } : version;
  return { ...backup, versions: backup.versions.map(hold) };
}
