import type * as z from "zod";
import type { Envelope } from "../model/envelope.ts";
import type { EventType } from "../model/event.ts";
import type { BackupOn, Owner } from "../model/owner.ts";
import type { Recovery } from "../model/recovery.ts";
import type { Version } from "../model/version.ts";
import { describe, type releasedAnswer, releasedStates } from "../recovery/answers.ts";
import { opened } from "../recovery/changes.ts";
import { stateOf } from "../recovery/states.ts";
import type { Operation } from "../store/port.ts";
import type { OwnerAct } from "./act.ts";
import { commit } from "./commit.ts";
import type { Outcome } from "./outcome.ts";
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

/** What the phone gets of a recovery that is released. @throws {KeyUnavailable} */
export async function releasedBody(
  act: OwnerAct,
  { recoveryId, recovery, backup, version, envelope, withRecoveryKey }: Granted,
): Promise<z.infer<typeof releasedAnswer>> {
  const state = releasedStates.parse(stateOf(recovery, false, act.now));
  return {
    ...describe(recoveryId, { item: recovery, state }),
    state,
    key: await releaseUserKey(act, backup.userKey),
    envelope: envelope.envelope,
    sealedAs: version.sealedAs,
    storageBound: version.storageBound,
    ...(withRecoveryKey && { wrappedStorageSecret: backup.recoveryKey?.wrapped }),
  };
}

/**
 * Commits that a recovery is released on this phone, which has the backup from now on, and tells the other phones.
 * @param item the owner's next state, apart from the release itself
 * @param written what creates the recovery's item, or replaces it
 */
export async function commitRelease(
  act: OwnerAct,
  item: Owner,
  { recoveryId, recovery, backup }: Granted,
  written: Operation,
  { type, outcome }: { type: EventType; outcome?: Outcome },
): Promise<void> {
  const { device, now } = act;
  const next = opened(item, backup, recoveryId, recovery, now);
  await commit(act, next, {
    event: { type, device, details: { recoveryId, version: recovery.version } },
    operations: [written, ...tellOthers(act, next.devices, { type: "recovery-released", recoveryId })],
    ...(outcome && { outcome }),
  });
}
