import { type Device, withPhone } from "../model/device.ts";
import { actorOf } from "../model/event.ts";
import type { Manifest } from "../model/manifest.ts";
import type { BackupOn, Owner } from "../model/owner.ts";
import {
  type ListedRecovery,
  RECOVERY_LIFE,
  type Recovery,
  type RecoveryState,
  type StoredState,
} from "../model/recovery.ts";
import { timestampOf } from "../words.ts";
import { recoveredFrom } from "./accounts.ts";
import { frozenAgain } from "./freeze.ts";
import { withoutPhone, withRecovery } from "./listed.ts";
import { phoneRevoked } from "./revoked.ts";

// The owner's next state, and the recovery's, after each act. Times are milliseconds since the epoch.

/** A recovery that begins on this phone. @param wait seconds */
export function newRecovery(
  { deviceId, registeredAt }: Device,
  { platform }: Pick<BackupOn, "platform">,
  { version, manifest }: { version: number; manifest: Manifest },
  { wait, now }: { wait: number; now: number },
): Recovery {
  return {
    schema: 1,
    state: wait > 0 ? "waiting" : "released",
    deviceId,
    registeredAt,
    version,
    platform,
    accounts: manifest.accounts.map(recoveredFrom),
    startedAt: timestampOf(now),
    releaseAt: timestampOf(now + wait * 1000),
    expiresAt: timestampOf(now + RECOVERY_LIFE * 1000),
  };
}

/** The owner once a recovery waits. @param named the version that the phone named */
export function begun(
  item: Owner,
  recoveryId: string,
  recovery: Recovery,
  named: number | undefined,
  now: number,
): Owner {
  const listed = listedAs(recoveryId, recovery, named);
  return { ...item, recoveries: withRecovery(item.recoveries, listed, now) };
}

/** A recovery that is released: it brings what is current now, not what was when the wait began. */
export function released(recovery: Recovery, version: number, { accounts }: Manifest): Recovery {
  return { ...recovery, state: "released", version, accounts: accounts.map(recoveredFrom) };
}

/** The owner once a recovery is released on a phone, which has the backup from now on. */
export function opened(
  item: Owner,
  backup: BackupOn,
  recoveryId: string,
  recovery: Recovery,
  now: number,
): Owner {
  const awaitsSignIn = recovery.accounts.some(({ means }) => means.includes("fresh-sign-in"));
  return {
    ...item,
    devices: withPhone(item.devices, recovery.deviceId, { holdsBackup: true, awaitsSignIn }),
    recoveries: withRecovery(item.recoveries, listedAs(recoveryId, recovery), now),
    backup: { ...backup, signedInAt: timestampOf(now) },
  };
}

/**
 * The owner once a recovery is cancelled by its phone. One that was released stays listed: the other phones can still
 * answer that it was not their owner.
 */
export function cancelled(item: Owner, { deviceId }: Device, state: RecoveryState): Owner {
  return {
    ...item,
    devices: withPhone(item.devices, deviceId, { awaitsSignIn: false }),
    recoveries: state === "waiting" ? withoutPhone(item.recoveries, deviceId) : item.recoveries,
  };
}

/** The owner and the recovery once another phone has ended the wait. */
export function approved(
  item: Owner,
  recoveryId: string,
  recovery: Recovery,
  now: number,
): { readonly next: Owner; readonly recovery: Recovery } {
  const releaseAt = timestampOf(now);
  const recoveries = item.recoveries.map((other) =>
    other.recoveryId === recoveryId ? { ...other, releaseAt } : other,
  );
  return { next: { ...item, recoveries }, recovery: { ...recovery, releaseAt } };
}

/** Whether there is nothing left for an approval to shorten: it is released, or will be in a moment. */
export function isReleased({ releaseAt }: Recovery, state: RecoveryState, now: number): boolean {
  return state !== "waiting" || releaseAt <= timestampOf(now);
}

/** The owner once a recovery is denied: its phone is revoked, and the backup frozen [H5]. */
export function denied(item: Owner, recovery: Recovery, device: Device, now: number): Owner {
  const freeze = { at: timestampOf(now), device: actorOf(device), registeredBy: device.registeredAt };
  return { ...phoneRevoked(item, recovery.deviceId), freeze: frozenAgain(item.freeze, freeze) };
}

/** The owner once the freeze is lifted. */
export function lifted({ freeze: _, ...thawed }: Owner): Owner {
  return thawed;
}

/** The recovery in another state. */
export function inState(recovery: Recovery, state: StoredState): Recovery {
  return { ...recovery, state };
}

/** The recovery as the owner's item lists it. */
function listedAs(recoveryId: string, recovery: Recovery, named?: number): ListedRecovery {
  const { deviceId, startedAt, releaseAt, expiresAt } = recovery;
  const state = recovery.state === "waiting" ? "waiting" : "released";
  return {
    recoveryId,
    deviceId,
    state,
    ...(named !== undefined && { named }),
    startedAt,
    releaseAt,
    expiresAt,
  };
}
