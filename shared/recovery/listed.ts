import type { Freeze } from "../model/freeze.ts";
import type { Owner } from "../model/owner.ts";
import { type ListedRecovery, MOST_RECOVERIES, RECOVERY_LIFE, type StoredState } from "../model/recovery.ts";

/**
 * The list with a recovery put in or changed, and without those whose time is over.
 * @param now milliseconds since the epoch
 */
export function withRecovery(
  list: readonly ListedRecovery[],
  recovery: ListedRecovery,
  now: number,
): ListedRecovery[] {
  return [
    ...list.filter((other) => other.recoveryId !== recovery.recoveryId && isAlive(other, now)),
    recovery,
  ].slice(-MOST_RECOVERIES);
}

/** The list without what waits on a phone. What was released on it stays: the others can still deny that. */
export function withoutWaiting(list: readonly ListedRecovery[], deviceId: string): ListedRecovery[] {
  return list.filter(({ device, state }) => device.deviceId !== deviceId || state === "released");
}

/** What waits on a phone: one at most. */
export function waitingOn(
  list: readonly ListedRecovery[],
  deviceId: string,
  now: number,
): ListedRecovery | undefined {
  return list.find(
    (other) => other.device.deviceId === deviceId && other.state === "waiting" && isAlive(other, now),
  );
}

/** Whether a recovery has waited long enough, and its phone is to open it. @param now milliseconds since the epoch */
export function isToBeOpened(recovery: ListedRecovery, now: number, freeze?: Freeze): boolean {
  const time = timeFor(recovery, now, freeze);
  return (
    recovery.state === "waiting" &&
    time >= Date.parse(recovery.releaseAt) &&
    time < Date.parse(recovery.expiresAt)
  );
}

/**
 * Whether a recovery's time is not over: it can still be opened or, once released, denied.
 * @param now milliseconds since the epoch
 */
export function isAlive(
  recovery: Pick<ListedRecovery, "state" | "expiresAt">,
  now: number,
  freeze?: Freeze,
): boolean {
  return timeFor(recovery, now, freeze) < Date.parse(recovery.expiresAt);
}

/**
 * The time by which a recovery is judged: for what waits, it stands still while the backup is frozen. A thief could
 * otherwise wait there, unseen, for the end of the freeze.
 */
export function timeFor({ state }: { readonly state: StoredState }, now: number, freeze?: Freeze): number {
  return freeze && state === "waiting" ? Math.min(now, Date.parse(freeze.at)) : now;
}

/** When a recovery is over, if a freeze that is there lasts its full length: what waits stands still until then. */
export function endOf({ state, expiresAt }: ListedRecovery, freeze?: Freeze): number {
  const still = freeze && state === "waiting" ? Date.parse(freeze.until) - Date.parse(freeze.at) : 0;
  return Date.parse(expiresAt) + still;
}

/** When a recovery that is released then can no longer be denied, or one whose wait ends then expires. */
export function expiryOf(time: number): number {
  return time + RECOVERY_LIFE * 1000;
}

/**
 * Whether a phone's own release can still be denied: until then it is not one that was trusted longer. What the phone
 * that has been trusted longest recovers, nobody can deny.
 */
export function isOnProbation(
  { devices, removed, recoveries }: Pick<Owner, "devices" | "removed" | "recoveries">,
  deviceId: string,
  now: number,
): boolean {
  const orders = [...devices, ...removed.map(({ device }) => device)].map(({ trusted }) => trusted?.order);
  const oldest = Math.min(...orders.filter((order) => order !== undefined));
  return recoveries.some(
    (other) =>
      other.device.deviceId === deviceId &&
      other.state === "released" &&
      other.trusted !== oldest &&
      isAlive(other, now),
  );
}
