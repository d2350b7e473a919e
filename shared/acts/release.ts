import type * as z from "zod";
import type { EventType } from "../activity/events.ts";
import { withPhone } from "../devices/phones.ts";
import { timestampOf } from "../formats.ts";
import type { OwnerCall } from "../http/endpoint.ts";
import { recoveredFrom } from "../recovery/accounts.ts";
import { describe, type releasedAnswer, releasedStates } from "../recovery/answers.ts";
import { type ListedRecovery, withRecovery } from "../recovery/listed.ts";
import { stateOf } from "../recovery/states.ts";
import {
  type BackupOn,
  type Envelope,
  ids,
  type Owner,
  RECOVERY_LIFE,
  RECOVERY_TTL,
  type Recovery,
  type Version,
} from "../store/items.ts";
import type { Operation } from "../store/port.ts";
import { commitOwner } from "./commit.ts";
import { tellOthers } from "./tell.ts";
import { releaseUserKey } from "./userKey.ts";

/** A recovery and what it brings, once the guards have let it through. */
export interface Granted {
  readonly recoveryId: string;
  readonly recovery: Recovery;
  readonly backup: BackupOn;
  readonly version: Version;
  readonly envelope: Envelope;
  /** Whether the owner showed the recovery key in place of the storage account. */
  readonly withRecoveryKey: boolean;
}

/** A recovery that begins on this phone. @param wait seconds */
export function newRecovery(
  { device, now }: OwnerCall,
  { backup: { platform }, version, envelope }: Pick<Granted, "backup" | "version" | "envelope">,
  wait: number,
): Recovery {
  return {
    schema: 2,
    state: wait > 0 ? "waiting" : "released",
    deviceId: device.deviceId,
    registeredAt: device.registeredAt,
    version: version.version,
    platform,
    accounts: envelope.manifest.accounts.map(recoveredFrom),
    startedAt: timestampOf(now),
    releaseAt: timestampOf(now + wait * 1000),
    expiresAt: timestampOf(now + RECOVERY_LIFE * 1000),
  };
}

/** The recovery as the owner's item lists it. @param named the version that the phone named */
export function listedAs(recoveryId: string, recovery: Recovery, named?: number): ListedRecovery {
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

/** Writes a recovery anew. */
export function replaceRecovery(
  recoveryId: string,
  body: Recovery,
  { etag, now }: { etag: string; now: number },
): Operation {
  const goneAt = Date.parse(body.startedAt) + RECOVERY_TTL * 1000;
  const ttl = Math.max(1, Math.ceil((goneAt - now) / 1000));
  return { kind: "replace", id: ids.recovery(recoveryId), body, etag, ttl };
}

/** What the phone gets of a recovery that is released. @throws {KeyUnavailable} */
export async function releasedBody(
  call: OwnerCall,
  { recoveryId, recovery, backup, version, envelope, withRecoveryKey }: Granted,
): Promise<z.infer<typeof releasedAnswer>> {
  const state = releasedStates.parse(stateOf(recovery, false, call.now));
  return {
    ...describe(recoveryId, { item: recovery, state }),
    state,
    key: await releaseUserKey(call, backup.userKey),
    envelope: envelope.envelope,
    sealedAs: version.sealedAs,
    storageBound: version.storageBound,
    ...(withRecoveryKey && { wrappedStorageSecret: backup.recoveryKey?.wrapped }),
  };
}

/**
 * Commits that a recovery is released on this phone, which has the backup from now on, and tells the other phones.
 * @param item the owner as it is to be, but for that
 * @param written what creates the recovery's item, or replaces it
 */
export async function commitRelease(
  call: OwnerCall,
  item: Owner,
  { recoveryId, recovery, backup }: Granted,
  written: Operation,
  { type, outcome }: { type: EventType; outcome?: Record<string, unknown> },
): Promise<void> {
  const { device, now } = call;
  const awaitsSignIn = recovery.accounts.some(({ means }) => means.includes("fresh-sign-in"));
  const devices = withPhone(item.devices, device.deviceId, { holdsBackup: true, awaitsSignIn });
  const next: Owner = {
    ...item,
    devices,
    recoveries: withRecovery(item.recoveries, listedAs(recoveryId, recovery), now),
    backup: { ...backup, signedInAt: timestampOf(now) },
  };
  await commitOwner(call, next, {
    event: { type, device, details: { recoveryId, version: recovery.version } },
    operations: [written, ...tellOthers(call, devices, { type: "recovery-released", recoveryId })],
    ...(outcome && { outcome }),
  });
}
