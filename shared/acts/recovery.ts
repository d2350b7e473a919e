import {
  type ListedRecovery,
  RECOVERY_TTL,
  type Recovery,
  type RecoveryState,
  type StoredState,
} from "../model/recovery.ts";
import { isAlive, timeFor } from "../recovery/listed.ts";
import { hasEnded, moved, refuseOwn } from "../recovery/say.ts";
import { type RecoveryAct, stateOf } from "../recovery/states.ts";
import { ids } from "../store/items.ts";
import type { Operation } from "../store/port.ts";
import { readRecovery } from "../store/read.ts";
import type { OwnerAct } from "./act.ts";
import { explained } from "./judge.ts";
import { lookAgain } from "./retry.ts";

/** A recovery as it is stored, and how it stands now. */
export interface Loaded {
  readonly item: Recovery;
  readonly etag: string;
  readonly state: RecoveryState;
  /** As the owner's item lists it; undefined once it is over. */
  readonly listing: ListedRecovery | undefined;
}

/** A recovery of the owner: one point read. @throws {Problem} recovery-not-found @throws {Contention} */
async function loadRecovery(act: OwnerAct, recoveryId: string): Promise<Loaded> {
  const { owner, identity, services, now } = act;
  const stored = await readRecovery(services.store, identity.userId, recoveryId);
  if (!stored) throw explained(act, { reason: "recovery-not-found" });
  const listing = owner.item.recoveries.find((other) => other.recoveryId === recoveryId);
  // It was opened or ended since the owner was read: what it may have now, that owner does not know.
  if (listing?.state === "waiting" && stored.item.state !== "waiting") lookAgain();
  // While it waits, the owner's item says until when: a freeze moves that.
  const item =
    stored.item.state === "waiting" && listing
      ? { ...stored.item, releaseAt: listing.releaseAt, expiresAt: listing.expiresAt }
      : stored.item;
  const { freeze } = owner.item;
  const time = timeFor(item, now, freeze);
  const state = stateOf(item, hasEnded(owner.item, recoveryId, item), time);
  return {
    item,
    etag: stored.etag,
    state,
    listing: listing && isAlive(listing, now, freeze) ? listing : undefined,
  };
}

/** A recovery of the phone that asks. @throws {Problem} recovery-not-found */
export async function loadOwn(act: OwnerAct, recoveryId: string): Promise<Loaded> {
  const loaded = await loadRecovery(act, recoveryId);
  const refusal = refuseOwn(act.device, loaded.item);
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

type RecoveryCall = OwnerAct & { readonly params: { readonly recoveryId: string } };

/** Loads the recovery of this phone that a request names and its step may change. */
export async function loadGoing(act: RecoveryCall, step: "open" | "cancel"): Promise<Going> {
  const { recoveryId } = act.params;
  const loaded = await loadOwn(act, recoveryId);
  return { ...loaded, recoveryId, next: requireGoing(act, loaded.state, step) };
}

/** The same, of another phone's. What is no longer listed is over. */
export async function loadOthers(
  act: RecoveryCall,
  step: "approve" | "deny",
): Promise<Going & { readonly listing: ListedRecovery | undefined }> {
  const { recoveryId } = act.params;
  const loaded = await loadRecovery(act, recoveryId);
  const next = requireGoing(act, loaded.state, step);
  if (!loaded.listing && loaded.state !== "denied") {
    const state = loaded.state === "cancelled" ? "cancelled" : "expired";
    throw explained(act, { reason: "recovery-over", state });
  }
  return { ...loaded, recoveryId, next };
}

/** Replaces the item of a recovery, which is kept as long as it may be asked for. */
export function replaceRecovery(
  { recoveryId, etag }: Pick<Going, "recoveryId" | "etag">,
  body: Recovery,
): Operation {
  return { kind: "replace", id: ids.recovery(recoveryId), body, etag, ttl: RECOVERY_TTL };
}

export function createRecovery(recoveryId: string, body: Recovery): Operation {
  return { kind: "create", id: ids.recovery(recoveryId), body, ttl: RECOVERY_TTL };
}
