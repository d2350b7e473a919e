import type { Freeze } from "../model/freeze.ts";

interface Phone {
  readonly deviceId: string;
  readonly registeredAt: string;
  readonly holdsBackup: boolean;
}

/** Whether a phone was registered no later than another: only then it has a say about what that one does. */
export function isAsOld(phone: Pick<Phone, "registeredAt">, registeredAt: string): boolean {
  return Date.parse(phone.registeredAt) <= Date.parse(registeredAt);
}

/**
 * Whether a phone may lift a freeze: the one that denied, or an older one that holds the backup. A thief may have
 * registered more phones than the one that was revoked, but none as old as that.
 */
export function mayLift({ device, registeredBy }: Freeze, phone: Phone): boolean {
  return phone.deviceId === device.deviceId || (phone.holdsBackup && isAsOld(phone, registeredBy));
}

/** The freeze after another denial: the one that fewer phones may lift. */
export function frozenAgain(before: Freeze | undefined, next: Freeze): Freeze {
  return before && isAsOld({ registeredAt: before.registeredBy }, next.registeredBy) ? before : next;
}
