import * as z from "zod";
import { randomId, sha256, timestamp } from "../formats.ts";

/** A recovery as the owner's item lists it, so that the other phones are shown it with the status. */
export const listedRecovery = z.strictObject({
  recoveryId: randomId,
  deviceId: sha256,
  state: z.enum(["waiting", "released"]),
  /** The version that was named; left out, it will be the present one. */
  named: z.int().positive().optional(),
  startedAt: timestamp,
  /** When it is released, or was. */
  releaseAt: timestamp,
  expiresAt: timestamp,
});

export type ListedRecovery = z.infer<typeof listedRecovery>;

/** The list with a recovery put in or changed; one a phone, so that it stays as short as the list of phones. */
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
