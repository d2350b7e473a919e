import { dayOf, withFrozenDays } from "../backup/history.ts";
import { laterContacts, withoutLead as withoutContactLead } from "../contact/contacts.ts";
import type { Device } from "../model/device.ts";
import { actorOf } from "../model/event.ts";
import { FREEZE_LIFE, type Freeze, MOST_DENYING } from "../model/freeze.ts";
import type { Owner } from "../model/owner.ts";
import type { Policy } from "../model/policy.ts";
import { type ListedRecovery, RECOVERY_LIFE, RECOVERY_TTL } from "../model/recovery.ts";
import { timestampOf } from "../words.ts";

/**
 * Whether a phone may lift a freeze: one trusted no later than the oldest that denied. A thief may have registered or
 * released more phones than the one that was denied, but none that was trusted before those that denied it.
 */
export function mayLift({ order }: Freeze, { trusted }: Pick<Device, "trusted">): boolean {
  return trusted !== undefined && trusted.order <= order;
}

/** The freeze after a denial by a phone. */
export function frozenBy(
  before: Freeze | undefined,
  device: Device & { readonly trusted: NonNullable<Device["trusted"]> },
  now: number,
): Freeze {
  const { deviceId, trusted } = device;
  const until = untilFrom(now);
  if (!before) {
    return { at: timestampOf(now), until, device: actorOf(device), order: trusted.order, by: [deviceId] };
  }
  if (before.by.includes(deviceId)) return before;
  const by = [...before.by, deviceId].slice(-MOST_DENYING);
  return { ...before, until, order: Math.min(before.order, trusted.order), by };
}

function untilFrom(now: number): string {
  return timestampOf(now + FREEZE_LIFE * 1000);
}

/**
 * The owner as the time has it: a freeze that is over is gone, and a freeze, a wait or a count that began ahead of this
 * instance's clock begins now, so that it lasts its full length at most; a day that is still to come has not been frozen.
 * What has waited so long, frozen again and again, that its own item is gone waits no more: its phone could neither open
 * it nor begin another.
 * @param now milliseconds since the epoch
 */
export function asOf(item: Owner, now: number): Owner {
  const sound = withoutLead(withoutLost(item, now), now);
  const { freeze } = sound;
  if (!freeze || now < Date.parse(freeze.until)) return sound;
  return thawed(sound, freeze, Date.parse(freeze.until));
}

function withoutLost(item: Owner, now: number): Owner {
  const isThere = ({ state, startedAt }: ListedRecovery) =>
    state !== "waiting" || now < Date.parse(startedAt) + RECOVERY_TTL * 1000;
  return { ...item, recoveries: item.recoveries.filter(isThere) };
}

function withoutLead(item: Owner, now: number): Owner {
  const { contacts, devices, denial, freeze, frozenDays, policy, recoveries, tries } = item;
  const today = dayOf(now);
  const isAhead = (time: string) => Date.parse(time) > now;
  const atMostNow = (time: string) => (isAhead(time) ? timestampOf(now) : time);
  return {
    ...item,
    devices: devices.map((device) => ({
      ...device,
      signedInAt: atMostNow(device.signedInAt),
      ...(device.deniedAt !== undefined && { deniedAt: atMostNow(device.deniedAt) }),
    })),
    ...(contacts && { contacts: contacts.map((contact) => withoutContactLead(contact, now)) }),
    policy: withoutLeadOf(policy, now),
    tries: tries.map((tally) => ({ ...tally, since: atMostNow(tally.since) })),
    ...(denial && { denial: { at: atMostNow(denial.at) } }),
    recoveries: recoveries.map((recovery) => {
      const lead = beginningOf(recovery) - now;
      const startedAt = atMostNow(recovery.startedAt);
      return lead > 0 ? { ...later(recovery, -lead), startedAt } : recovery;
    }),
    frozenDays: frozenDays.flatMap(([from, to]) => (from > today ? [] : [[from, Math.min(to, today)]])),
    ...(freeze &&
      isAhead(freeze.at) && { freeze: { ...freeze, at: timestampOf(now), until: untilFrom(now) } }),
  };
}

/** A shorter waiting time comes when the present one has passed, from now at most. */
function withoutLeadOf(policy: Policy, now: number): Policy {
  const { waitingSeconds, shortening } = policy;
  if (!shortening) return policy;
  const from = Math.min(Date.parse(shortening.from), now + waitingSeconds * 1000);
  return { ...policy, shortening: { ...shortening, from: timestampOf(from) } };
}

/** When the time began that a recovery has: to wait, or to be denied. */
function beginningOf({ state, startedAt, expiresAt }: ListedRecovery): number {
  return state === "waiting" ? Date.parse(startedAt) : Date.parse(expiresAt) - RECOVERY_LIFE * 1000;
}

function later(recovery: ListedRecovery, by: number): ListedRecovery {
  const moved = (time: string) => timestampOf(Date.parse(time) + by);
  return { ...recovery, releaseAt: moved(recovery.releaseAt), expiresAt: moved(recovery.expiresAt) };
}

/**
 * The owner once a freeze has ended: what waited, and the clock of contacts, goes on where it stood, and the frozen days
 * count for no version's age. @param end when it ended, in milliseconds since the epoch
 */
export function thawed({ freeze: _, ...item }: Owner, { at }: Freeze, end: number): Owner {
  const from = Date.parse(at);
  const frozenFor = end - from;
  const { contacts } = item;
  return {
    ...item,
    recoveries: item.recoveries.map((recovery) =>
      recovery.state === "waiting" ? later(recovery, frozenFor) : recovery,
    ),
    ...(contacts && { contacts: laterContacts(contacts, from, frozenFor) }),
    frozenDays: withFrozenDays(item.frozenDays, [dayOf(at), dayOf(end)], dayOf(end)),
  };
}
