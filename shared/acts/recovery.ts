import type { ProblemCode } from "../errors/catalogue.ts";
import { problem } from "../errors/problem.ts";
import type { OwnerCall } from "../http/endpoint.ts";
import { isAsOld } from "../recovery/freeze.ts";
import {
  type RecoveryAct,
  type RecoveryState,
  type StoredState,
  stateOf,
  transitions,
} from "../recovery/states.ts";
import type { Owner, Recovery } from "../store/items.ts";
import { readRecovery } from "../store/read.ts";

/** A recovery as it is stored, and how it stands now. */
export interface Loaded {
  readonly item: Recovery;
  readonly etag: string;
  readonly state: RecoveryState;
}

/** A recovery of the owner: one point read. @throws {Problem} recovery-not-found */
async function loadRecovery(call: OwnerCall, recoveryId: string): Promise<Loaded> {
  const { owner, identity, services, now } = call;
  const stored = await readRecovery(services.store, identity.userId, recoveryId);
  if (!stored) throw problem("recovery-not-found");
  return { ...stored, state: stateOf(stored.item, hasEnded(owner.item, recoveryId, stored.item), now) };
}

/** A phone that was revoked and registers anew does not go on where it was, and one that waits has to be listed. */
function hasEnded({ devices, recoveries }: Owner, recoveryId: string, item: Recovery): boolean {
  const device = devices.find(({ deviceId }) => deviceId === item.deviceId);
  if (!device || !isAsOld(device, item.registeredAt)) return true;
  return item.state === "waiting" && !recoveries.some((other) => other.recoveryId === recoveryId);
}

/** The same, of the phone that asks: another's is not shown to it. @throws {Problem} recovery-not-found */
export async function loadOwn(call: OwnerCall, recoveryId: string): Promise<Loaded> {
  const loaded = await loadRecovery(call, recoveryId);
  if (loaded.item.deviceId !== call.device.deviceId) throw problem("recovery-not-found");
  return loaded;
}

/** What an act makes of a recovery. @throws {Problem} recovery-over: its state allows the act no more */
export function requireGoing(state: RecoveryState, act: RecoveryAct): StoredState {
  const next = transitions[state][act];
  if (next) return next;
  if (state === "waiting" || state === "released") throw new Error(`nothing stands against ${act}`);
  throw problem("recovery-over", { state });
}

/** The problems of {@link loadOthers}, and of what is done then. */
export const othersProblems = [
  "recovery-not-found",
  "recovery-own",
  "older-phone-required",
  "recovery-over",
  "proof-replayed",
  "busy",
] as const satisfies readonly ProblemCode[];

/**
 * The recovery of another phone. Only a phone that is not younger than that one has a say about it: a thief could
 * otherwise answer for the owner from a second phone.
 * @throws {Problem} recovery-not-found, recovery-own, older-phone-required
 */
export async function loadOthers(call: OwnerCall, recoveryId: string): Promise<Loaded> {
  const { device } = call;
  const loaded = await loadRecovery(call, recoveryId);
  if (loaded.item.deviceId === device.deviceId) throw problem("recovery-own");
  if (!isAsOld(device, loaded.item.registeredAt)) throw problem("older-phone-required");
  return loaded;
}
