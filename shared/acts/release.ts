import type * as z from "zod";
import { stored } from "../backup/storageAccount.ts";
import type { EventType } from "../model/event.ts";
import { type BackupKey, type BackupOn, currentKey, type Owner } from "../model/owner.ts";
import type { ListedRecovery, Recovery } from "../model/recovery.ts";
import { toldOf } from "../recovery/accounts.ts";
import { describe, type evidence, type releasedAnswer, releasedStates } from "../recovery/answers.ts";
import { recovered, released, startedAnew } from "../recovery/changes.ts";
import { keyOf } from "../recovery/guards.ts";
import { stateOf } from "../recovery/states.ts";
import type { Operation } from "../store/port.ts";
import type { OwnerAct } from "./act.ts";
import { commit } from "./commit.ts";
import { explained, type Found } from "./judge.ts";
import type { Outcome } from "./outcome.ts";
import { tellOthers } from "./tell.ts";
import { movedKey, releaseUserKey, sealForPhone } from "./userKey.ts";

/** A recovery whose guards have let it through, and what it is released from. */
interface Granted {
  readonly recoveryId: string;
  readonly recovery: Recovery;
  readonly listing: ListedRecovery;
  readonly found: Found;
  readonly evidence: z.infer<typeof evidence>;
}

/** How a release is written. */
interface Writing {
  /** The owner's next state, apart from the release itself. */
  readonly item: Owner;
  /** What creates the recovery's item, or replaces it. */
  readonly write: (recovery: Recovery) => Operation;
  /** What a retry is answered from; if the request has an idempotency key. */
  readonly outcome?: Outcome;
}

type ReleasedBody = z.infer<typeof releasedAnswer>;

/**
 * Releases a recovery: its phone is trusted from now on, the others are told. The key first: if it can't be had, nothing
 * has changed. @throws {KeyUnavailable}
 */
export async function release(act: OwnerAct, granted: Granted, writing: Writing): Promise<ReleasedBody> {
  return granted.recovery.purpose === "recover"
    ? await releaseRecovered(act, granted, writing)
    : await releaseAnew(act, granted, writing);
}

async function releaseRecovered(act: OwnerAct, granted: Granted, { item, ...writing }: Writing) {
  const { device, now } = act;
  const { recovery, listing, found } = granted;
  const { backup } = item;
  if (backup.state !== "on") throw new Error("the guards let a recovery through without a backup");
  const key = keyFor(backup, granted);
  const brought = {
    platform: key.platform,
    version: found.version?.version,
    key: key.number,
    manifest: found.envelope?.manifest,
  };
  const opened = released(recovery, brought, now);
  const body = await releasedBody(act, { ...granted, recovery: opened }, backup);
  const moved = withKey(backup, await movedKey(act, key));
  const next = recovered({ ...item, backup: moved }, moved, listing, opened, device, now);
  await write(act, granted, "recovery-released", next, opened, writing);
  return body;
}

function withKey(backup: BackupOn, key: BackupKey): BackupOn {
  return { ...backup, keys: backup.keys.map((each) => (each.number === key.number ? key : each)) };
}

async function releaseAnew(act: OwnerAct, granted: Granted, { item, ...writing }: Writing) {
  const { device, identity, services, now } = act;
  const { recoveryId, recovery, listing, evidence } = granted;
  const { stored: userKey, key } = await services.userKeys.create(identity.userId, item.nextKey);
  const opened = released(
    recovery,
    { platform: device.platform, version: undefined, key: userKey.number, manifest: undefined },
    now,
  );
  const storageCheck = evidence.storageCheck === undefined ? undefined : stored(evidence.storageCheck);
  const next = startedAnew(item, listing, opened, device, { userKey, storageCheck }, now);
  const sealed = sealForPhone(act, userKey, key);
  await write(act, granted, "backup-started-anew", next, opened, writing);
  return { ...releasedPart(recoveryId, opened, now), key: sealed };
}

async function write(
  act: OwnerAct,
  { recoveryId }: Granted,
  type: Extract<EventType, "recovery-released" | "backup-started-anew">,
  next: Owner,
  recovery: Recovery,
  { write, outcome }: Omit<Writing, "item">,
): Promise<void> {
  const { device } = act;
  const { version, purpose } = recovery;
  await commit(act, next, {
    event: { type, device, details: { recoveryId, ...(version !== undefined && { version }) } },
    operations: [write(recovery), ...tellOthers(act, next, { type, recoveryId, purpose })],
    ...(outcome && { outcome }),
  });
}

/** What the phone gets of a recovery that is released, as often as it asks. @throws {KeyUnavailable} */
export async function releasedBody(
  act: OwnerAct,
  granted: Pick<Granted, "recoveryId" | "recovery" | "found" | "evidence">,
  backup: BackupOn,
): Promise<ReleasedBody> {
  const { recoveryId, recovery, found, evidence } = granted;
  const { version, envelope } = found;
  return {
    ...releasedPart(recoveryId, recovery, act.now),
    key: await releaseUserKey(act, keyFor(backup, granted)),
    ...(version &&
      envelope && {
        content: {
          envelope: envelope.envelope,
          sealedAs: version.sealedAs,
          storageBound: version.storageBound,
        },
      }),
    ...(evidence.recoveryKeyCheck !== undefined && {
      wrappedStorageSecret: backup.recoveryKey?.wrapped,
    }),
  };
}

/** The key of what a recovery brings. Of a key that starting anew has made, and that is gone, the current one. */
function keyFor(backup: BackupOn, { recovery, found }: Pick<Granted, "recovery" | "found">): BackupKey {
  const made = backup.keys.find(({ number }) => number === recovery.key);
  const { purpose } = recovery;
  return keyOf({ purpose, backup, version: found.version }) ?? made ?? currentKey(backup);
}

function releasedPart(recoveryId: string, recovery: Recovery, now: number) {
  const state = releasedStates.parse(stateOf(recovery, false, now));
  return {
    ...describe(recoveryId, { item: recovery, state }),
    state,
    accounts: recovery.accounts.map(toldOf),
  };
}

/** @throws {Problem} the owner has turned backup off since */
export function requireStillOn(act: OwnerAct): BackupOn {
  const { backup } = act.owner.item;
  if (backup.state !== "on") throw explained(act, { reason: "backup-off" });
  return backup;
}
