import type { Device } from "../../../shared/model/device.ts";
import type { Owner } from "../../../shared/model/owner.ts";
import type { Recovery } from "../../../shared/model/recovery.ts";

/** What an owner has between two commits. */
export interface State {
  /** Undefined until the first phone is registered. */
  readonly owner: Owner | undefined;
  /** By id. */
  readonly recoveries: ReadonlyMap<string, Recovery>;
}

export const NOTHING: State = { owner: undefined, recoveries: new Map() };

export function phoneOf({ owner }: State, deviceId: string | undefined): Device | undefined {
  return owner?.devices.find((device) => device.deviceId === deviceId);
}

/** Seconds that a recovery beginning now waits on a phone without the backup. @param now in milliseconds, as below */
export function waitOf({ owner }: State, now: number): number {
  if (!owner) return 0;
  const { waitingSeconds, shortening } = owner.policy;
  return shortening && now >= Date.parse(shortening.from) ? shortening.waitingSeconds : waitingSeconds;
}

export function isFrozen({ owner }: State): boolean {
  return owner?.freeze !== undefined;
}

/** Whether a phone lacks the backup although it needs it: always (`holder`), or only if recoveries have to wait. */
export function lacksBackup(
  state: State,
  deviceId: string,
  standing: "guarded" | "holder",
  now: number,
): boolean {
  if (state.owner?.backup.state !== "on" || phoneOf(state, deviceId)?.holdsBackup) return false;
  return standing === "holder" || waitOf(state, now) > 0;
}

/** Whether a phone may have what opens the backup, or do what would give it that. */
export function mayUse(state: State, deviceId: string, standing: "guarded" | "holder", now: number): boolean {
  return (
    phoneOf(state, deviceId) !== undefined && !isFrozen(state) && !lacksBackup(state, deviceId, standing, now)
  );
}

/** Whether a phone was registered no later than the phone of a recovery. */
export function isSenior(state: State, deviceId: string, { registeredAt }: Pick<Recovery, "registeredAt">) {
  const phone = phoneOf(state, deviceId);
  return phone !== undefined && phone.registeredAt <= registeredAt;
}

/** Whether a phone may lift the freeze: the one that denied, or one that has the backup and is as old. */
export function mayLift(state: State, deviceId: string): boolean {
  const freeze = state.owner?.freeze;
  const phone = phoneOf(state, deviceId);
  if (!freeze || !phone) return false;
  return (
    freeze.device.deviceId === deviceId || (phone.holdsBackup && phone.registeredAt <= freeze.registeredBy)
  );
}

/** Whether a phone may take another one's access away. */
export function mayRevoke(state: State, deviceId: string, now: number): boolean {
  return mayLift(state, deviceId) || mayUse(state, deviceId, "guarded", now);
}

/** How a recovery stands: of a phone that was revoked, even if it registered again since, it is over. */
export function standingOf(
  state: State,
  recoveryId: string,
  now: number,
): Recovery["state"] | "expired" | undefined {
  const recovery = state.recoveries.get(recoveryId);
  if (!recovery || recovery.state === "denied" || recovery.state === "cancelled") return recovery?.state;
  if (now >= Date.parse(recovery.expiresAt)) return "expired";
  return isSenior(state, recovery.deviceId, recovery) ? recovery.state : "cancelled";
}

/** Whether a recovery is in this state. */
export function standsAs(standing: ReturnType<typeof standingOf>, recoveryId: string) {
  return (state: State, now: number) => standingOf(state, recoveryId, now) === standing;
}
