import { keyOf, reaches, rotated, withoutUnusedKeys } from "../backup/keys.ts";
import { listed, listOf, withoutLists } from "../backup/lists.ts";
import { withoutShortening } from "../backup/policy.ts";
import { begun as backupBegun } from "../backup/states.ts";
import { replaced } from "../backup/versions.ts";
import { withoutContactsOf } from "../contact/contacts.ts";
import { type Device, MOST_DEVICES, type Trust, trustedLongestFirst, withPhone } from "../model/device.ts";
import { actorOf } from "../model/event.ts";
import type { Manifest } from "../model/manifest.ts";
import { type BackupOn, currentKey, currentVersion, nextEvent, type Owner } from "../model/owner.ts";
import type { ListedRecovery, Recovery, RecoveryState, StoredState } from "../model/recovery.ts";
import type { StoredUserKey } from "../model/userKey.ts";
import { type Platform, type Purpose, timestampOf } from "../words.ts";
import { recoveredFrom } from "./accounts.ts";
import { frozenBy, thawed } from "./freeze.ts";
import { expiryOf, withoutWaiting, withRecovery } from "./listed.ts";
import { phoneRemoved, remembered, withHeldVersion } from "./revoked.ts";
import type { Denial } from "./say.ts";

// The owner's next state, and the recovery's, after each act. Times are milliseconds since the epoch.

/** A recovery that begins on this phone, as it is stored. @param wait seconds */
export function newRecovery(
  { deviceId, registered, platform }: Device,
  { purpose, manifest }: { readonly purpose: Purpose; readonly manifest: Manifest | undefined },
  { wait, now }: { readonly wait: number; readonly now: number },
): Recovery {
  const releaseAt = now + wait * 1000;
  return {
    schema: 1,
    purpose,
    state: "waiting",
    deviceId,
    registered,
    platform,
    accounts: accountsOf(manifest),
    startedAt: timestampOf(now),
    releaseAt: timestampOf(releaseAt),
    expiresAt: timestampOf(expiryOf(releaseAt)),
  };
}

/** The recovery as the owner's item lists it. @param version the one that the phone named */
export function listedAs(
  item: Pick<Owner, "activity">,
  recoveryId: string,
  { purpose, startedAt, releaseAt, expiresAt }: Recovery,
  device: Device,
  version: number | undefined,
): ListedRecovery {
  return {
    recoveryId,
    purpose,
    device: actorOf(device),
    order: nextEvent(item),
    ...(device.trusted && { trusted: device.trusted.order }),
    state: "waiting",
    ...(version !== undefined && { version }),
    startedAt,
    releaseAt,
    expiresAt,
  };
}

/** The owner once a recovery waits; nothing else waits on its phone. */
export function waits(item: Owner, recovery: ListedRecovery, now: number): Owner {
  const others = withoutWaiting(item.recoveries, recovery.device.deviceId);
  return { ...item, recoveries: withRecovery(others, recovery, now) };
}

/** What waits, for something else: its time goes on, since a phone that must wait anyway need not wait twice. */
export function changed(
  { version: _, ...waiting }: ListedRecovery,
  recovery: Recovery,
  {
    purpose,
    version,
    manifest,
  }: {
    readonly purpose: Purpose;
    readonly version: number | undefined;
    readonly manifest: Manifest | undefined;
  },
): { readonly listed: ListedRecovery; readonly recovery: Recovery } {
  return {
    listed: { ...waiting, purpose, ...(version !== undefined && { version }) },
    recovery: { ...recovery, purpose, accounts: accountsOf(manifest) },
  };
}

/** What a recovery brings when it is released. */
export interface Brought {
  readonly platform: Platform;
  readonly version: number | undefined;
  /** The number of the user key. */
  readonly key: number;
  readonly manifest: Manifest | undefined;
}

/** A recovery once it is released: it can be opened again, and denied, for its life from now. */
export function released(
  recovery: Recovery,
  { platform, version, key, manifest }: Brought,
  now: number,
): Recovery {
  return {
    ...recovery,
    state: "released",
    ...(version !== undefined && { version }),
    key,
    platform,
    accounts: accountsOf(manifest),
    releaseAt: timestampOf(Math.min(now, Date.parse(recovery.releaseAt))),
    expiresAt: timestampOf(expiryOf(now)),
  };
}

/** The owner once accounts are recovered on a phone: it is trusted from now on, with every key. */
export function recovered(
  item: Owner,
  backup: BackupOn,
  listing: ListedRecovery,
  recovery: Recovery,
  device: Device,
  now: number,
): Owner {
  const refs = recovery.accounts.map(({ ref }) => ref);
  return {
    ...opened(item, listing, recovery, now),
    devices: withPhone(item.devices, device.deviceId, {
      trusted: trustAfter(item, device, recovery),
      awaitsSignIn: recovery.accounts.some(({ means }) => means.includes("fresh-sign-in")),
      ...(recovery.version !== undefined && listed(device, listOf(refs), { confirmed: true, now })),
    }),
    backup: { ...backup, signedInAt: timestampOf(now) },
  };
}

/**
 * The trust of a phone that has recovered. One that was trusted and has only asked for what it may have anyway reaches
 * no further by that: it did not wait for what is older.
 */
function trustAfter(item: Owner, device: Device, { key = 1 }: Recovery): Trust {
  const { trusted } = device;
  if (!trusted) return { order: nextEvent(item), from: 1 };
  return reaches(device, key) ? trusted : { ...trusted, from: 1 };
}

/**
 * The owner once a phone has started anew: a new key on its platform and storage account; what was there stays in the
 * history, under its own.
 * @param storageCheck as it is stored
 */
export function startedAnew(
  item: Owner,
  listing: ListedRecovery,
  recovery: Recovery,
  device: Device,
  { userKey, storageCheck }: { readonly userKey: StoredUserKey; readonly storageCheck: string | undefined },
  now: number,
): Owner {
  const next = opened(item, listing, recovery, now);
  const phone: Device = {
    ...withoutLists(device),
    trusted: device.trusted ?? { order: nextEvent(item), from: userKey.number },
    awaitsSignIn: false,
  };
  const devices = item.devices.map((other) => (other.deviceId === phone.deviceId ? phone : other));
  const { backup } = next;
  if (backup.state !== "on") {
    return { ...backupBegun(next, device, { userKey, storageCheck }, now), devices };
  }
  const { current: _, lastFailure: __, ...kept } = backup;
  return withoutUnusedKeys({
    ...next,
    devices,
    nextKey: userKey.number + 1,
    backup: {
      ...kept,
      keys: [...backup.keys, keyOf(userKey, device, storageCheck, now)],
      versions: replaced(backup, "start-anew", now),
      signedInAt: timestampOf(now),
    },
  });
}

function opened(item: Owner, listing: ListedRecovery, recovery: Recovery, now: number): Owner {
  const { version, releaseAt, expiresAt } = recovery;
  const { version: _, ...rest } = listing;
  const listed: ListedRecovery = {
    ...rest,
    state: "released",
    ...(version !== undefined && { version }),
    releaseAt,
    expiresAt,
  };
  return { ...item, recoveries: withRecovery(item.recoveries, listed, now) };
}

/**
 * The owner once a recovery is cancelled by its phone. One that was released stays listed: the other phones can still
 * answer that it was not their owner.
 */
export function cancelled(
  item: Owner,
  recoveryId: string,
  { deviceId }: Device,
  state: RecoveryState,
): Owner {
  return {
    ...item,
    devices: withPhone(item.devices, deviceId, { awaitsSignIn: false }),
    recoveries:
      state === "waiting"
        ? item.recoveries.filter((other) => other.recoveryId !== recoveryId)
        : item.recoveries,
  };
}

/** The owner once another phone has ended the wait. */
export function approved(item: Owner, listing: ListedRecovery, now: number): Owner {
  const releaseAt = timestampOf(now);
  const expiresAt = timestampOf(expiryOf(now));
  return { ...item, recoveries: withRecovery(item.recoveries, { ...listing, releaseAt, expiresAt }, now) };
}

/**
 * The owner once a recovery is denied [H5]: its phone is gone, with all that it did. The phones that it removed come
 * back, and so does the denying one; current is the newest version that no denied phone uploaded; the new key takes
 * platform and storage account of the newest one that does not stem from a denied phone. Of too many phones, those that
 * have been trusted longest stay. Contacts that the denied phone added go with it, and those that it removed come back.
 * @param userKey the new key; undefined if backup is not on
 * @param places how many phones there is room for
 */
export function denied(
  item: Owner,
  listing: ListedRecovery,
  { device, freezes, counts }: Denial,
  {
    userKey,
    fresh,
    now,
    places = MOST_DEVICES,
  }: {
    readonly userKey: StoredUserKey | undefined;
    readonly fresh: boolean;
    readonly now: number;
    readonly places?: number;
  },
): Owner {
  const { deviceId } = listing.device;
  const at = timestampOf(now);
  const usesUp = freezes && counts;
  const back = [
    ...item.removed.filter(({ by }) => by === deviceId).map((removed) => removed.device),
    { ...device, ...(usesUp && !fresh && { deniedAt: at }) },
  ].filter((phone) => phone.deviceId !== deviceId);
  const here = item.devices.filter((other) => other.deviceId !== deviceId);
  const recoveries = item.recoveries.filter((other) => other.device.deviceId !== deviceId);
  const returned = new Set(back.map((phone) => phone.deviceId));
  const removed = item.removed.filter(
    (other) => other.device.deviceId !== deviceId && !returned.has(other.device.deviceId),
  );
  const next: Owner = {
    ...item,
    devices: [...new Map([...here, ...back].map((phone) => [phone.deviceId, phone])).values()],
    removed: remembered({ ...item, recoveries }, removed, now),
    recoveries,
    policy: withoutShortening(item.policy, now),
    backup: withoutDenied(withHeldVersion(item.backup, deviceId, now), deviceId, now),
    ...(freezes && { freeze: frozenBy(item.freeze, device, now) }),
    ...(usesUp && { denial: { at } }),
  };
  const displaced = next.devices.toSorted(trustedLongestFirst).slice(places);
  const fitting = displaced.reduce(
    (owner, phone) => phoneRemoved(owner, phone, undefined, undefined, now),
    next,
  );
  return rotated(withoutContactsOf(fitting, deviceId, now), userKey, now);
}

/** The backup without what a denied phone made current; its versions and keys stay, marked. */
function withoutDenied(backup: Owner["backup"], deviceId: string, now: number): Owner["backup"] {
  if (backup.state !== "on") return backup;
  const versions = backup.versions.map((version) =>
    version.device.deviceId === deviceId ? { ...version, denied: true as const } : version,
  );
  const keys = backup.keys.map((key) => (key.stems === deviceId ? { ...key, denied: true as const } : key));
  const marked = { ...backup, keys, versions };
  if (!currentKey(marked).denied && !currentVersion(marked)?.denied) return marked;
  const sound = versions.find((version) => !version.denied);
  const { current: _, ...rest } = backup;
  const at = timestampOf(now);
  return {
    ...rest,
    keys,
    ...(sound && { current: sound.version }),
    versions: versions.map((version) => {
      if (version === sound) {
        const { replacedAt: __, held: ___, ...current } = version;
        return current;
      }
      return version.version === backup.current ? { ...version, replacedAt: at } : version;
    }),
  };
}

/** The owner once the freeze is lifted. */
export function lifted(item: Owner, now: number): Owner {
  return item.freeze ? thawed(item, item.freeze, now) : item;
}

/** The recovery in another state. */
export function inState(recovery: Recovery, state: StoredState): Recovery {
  return { ...recovery, state };
}

function accountsOf(manifest: Manifest | undefined): Recovery["accounts"] {
  return manifest?.accounts.map(recoveredFrom) ?? [];
}
