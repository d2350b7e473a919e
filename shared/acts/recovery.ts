import type { Recovery, RecoveryState, StoredState } from "../model/recovery.ts";
import { hasEnded, moved, refuseOthers, refuseOwn } from "../recovery/say.ts";
import { type RecoveryAct, stateOf } from "../recovery/states.ts";
import { ids, RECOVERY_TTL } from "../store/items.ts";
import type { Operation } from "../store/port.ts";
import { readRecovery } from "../store/read.ts";
import type { OwnerAct } from "./act.ts";
import { explained } from "./judge.ts";

/** A recovery as it is stored, and how it stands now. */
export interface Loaded {
  readonly item: Recovery;
  readonly etag: string;
  readonly state: RecoveryState;
}

/** A recovery of the owner: one point read. @throws {Problem} recovery-not-found */
async function loadRecovery(act: OwnerAct, recoveryId: string): Promise<Loaded> {
  const { owner, identity, services, now } = act;
  const stored = await readRecovery(services.store, identity.userId, recoveryId);
  if (!stored) throw explained(act, { reason: "recovery-not-found" });
  return { ...stored, state: stateOf(stored.item, hasEnded(owner.item, recoveryId, stored.item), now) };
}

/** A recovery of the phone that asks. @throws {Problem} recovery-not-found */
export async function loadOwn(act: OwnerAct, recoveryId: string): Promise<Loaded> {
  const loaded = await loadRecovery(act, recoveryId);
  const refusal = refuseOwn(act.device, loaded.item);
  if (refusal) throw explained(act, refusal);
  return loaded;
}

/** A recovery of another phone. @throws {Problem} recovery-not-found, recovery-own, older-phone-required */
async function loadOthers(act: OwnerAct, recoveryId: string): Promise<Loaded> {
  const loaded = await loadRecovery(act, recoveryId);
  const refusal = refuseOthers(act.device, loaded.item);
  if (refusal) throw explained(act, refusal);
  return loaded;
}

/**
 * The state that an act moves a recovery to.
 * @throws {Problem} recovery-over: the recovery is in a state that no longer allows it
 */
export function requireGoing(act: OwnerAct, state: RecoveryState, step: RecoveryAct): StoredState {
  const verdict = moved(state, step);
  if (verdict.refused) throw explained(act, verdict.refused);
  return verdict.next;
}

/** A recovery that an act may change, and the state that it moves to. */
type Going = Loaded & { readonly recoveryId: string; readonly next: StoredState };

/** Loads the recovery that a request names and its step may change: the phone's own, or another's. */
export async function loadGoing(
  act: OwnerAct & { readonly params: { readonly recoveryId: string } },
  whose: "own" | "others",
  step: RecoveryAct,
): Promise<Going> {
  const { recoveryId } = act.params;
  const loaded = await (whose === "own" ? loadOwn : loadOthers)(act, recoveryId);
  return { ...loaded, recoveryId, next: requireGoing(act, loaded.state, step) };
}

/** Replaces the item of a recovery; its time to live goes on. */
export function replaceRecovery(
  { recoveryId, etag }: Pick<Going, "recoveryId" | "etag">,
  body: Recovery,
  now: number,
): Operation {
  const goneAt = Date.parse(body.startedAt) + RECOVERY_TTL * 1000;
  const ttl = Math.max(1, Math.ceil((goneAt - now) / 1000));
  return { kind: "replace", id: ids.recovery(recoveryId), body, etag, ttl };
}

export function createRecovery(recoveryId: string, body: Recovery): Operation {
  return { kind: "create", id: ids.recovery(recoveryId), body, ttl: RECOVERY_TTL };
}
