import type { ListedRecovery } from "../model/recovery.ts";

/** The list with a recovery put in or changed; one for each phone, so that it stays as short as the list of phones. */
export function withRecovery(
  list: readonly ListedRecovery[],
  recovery: ListedRecovery,
  now: number,
): ListedRecovery[] {
  return [...list.filter((other) => other.deviceId !== recovery.deviceId && isAlive(other, now)), recovery];
}

/** The list without the recoveries of a phone. */
export function withoutPhone(list: readonly ListedRecovery[], deviceId: string): ListedRecovery[] {
  return list.filter((other) => other.deviceId !== deviceId);
}

/** Whether a recovery has waited long enough, and its phone is to open it. @param now milliseconds since the epoch */
export function isToBeOpened(recovery: ListedRecovery, now: number): boolean {
  return recovery.state === "waiting" && isAlive(recovery, now) && now >= Date.parse(recovery.releaseAt);
}

/** Whether a recovery's time is not over. @param now milliseconds since the epoch */
export function isAlive({ expiresAt }: Pick<ListedRecovery, "expiresAt">, now: number): boolean {
  return now < Date.parse(expiresAt);
}
