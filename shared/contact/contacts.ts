import { type ListedContact, MOST_CONTACTS, MOST_LISTED_CONTACTS } from "../model/contact.ts";
import type { Freeze } from "../model/freeze.ts";
import type { Owner } from "../model/owner.ts";
import { timestampOf } from "../words.ts";

// Times are milliseconds since the epoch.

const DAY = 24 * 60 * 60 * 1000;

/** From its confirmation until a contact counts: a thief who adds one waits, and is seen. */
export const COUNTS_AFTER = 7 * DAY;

/** From its removal for so long a contact goes on counting, and being told: a thief who removes one is seen by it. */
export const COUNTS_AFTER_REMOVAL = 7 * DAY;

/** From its removal for so long a contact is kept, so that a denial can put it back. */
export const KEPT_AFTER_REMOVAL = 14 * DAY;

/** The time by which contacts are judged: a freeze stops their clock. */
function timeFor(now: number, freeze: Freeze | undefined): number {
  return freeze ? Math.min(now, Date.parse(freeze.at)) : now;
}

/** Whether a contact verifies an account. One that was removed before it counted never does. */
export function doesCount({ countsFrom, removed }: ListedContact, now: number, freeze?: Freeze): boolean {
  if (countsFrom === undefined) return false;
  const from = Date.parse(countsFrom);
  const time = timeFor(now, freeze);
  return time >= from && (!removed || (Date.parse(removed.at) >= from && time < countsUntil(removed)));
}

/** Whether it is told of what happens. */
export function isTold({ confirmedAt, removed }: ListedContact, now: number, freeze?: Freeze): boolean {
  return confirmedAt !== undefined && (!removed || timeFor(now, freeze) < countsUntil(removed));
}

/** Until when a removed contact counts, if it did when it was removed, and is told. */
export function countsUntil({ at }: NonNullable<ListedContact["removed"]>): number {
  return Date.parse(at) + COUNTS_AFTER_REMOVAL;
}

export function stateOf({ confirmedAt, removed }: ListedContact) {
  if (removed) return "removed";
  return confirmedAt === undefined ? "unconfirmed" : "confirmed";
}

function isKept({ removed }: ListedContact, now: number, freeze: Freeze | undefined): boolean {
  return !removed || timeFor(now, freeze) < Date.parse(removed.at) + KEPT_AFTER_REMOVAL;
}

type Contacts = Pick<Owner, "contacts" | "freeze">;

/** The contacts that are there, and those that are kept after their removal. */
export function keptContacts({ contacts = [], freeze }: Contacts, now: number): ListedContact[] {
  return contacts.filter((contact) => isKept(contact, now, freeze));
}

/** Whether the owner has a contact that was confirmed, and not removed. */
export function hasContact({ contacts = [] }: Contacts): boolean {
  return contacts.some(({ confirmedAt, removed }) => confirmedAt !== undefined && !removed);
}

export interface PlaceRefusal {
  readonly reason: "too-many-contacts";
  /** When one that was removed gives its place up, if that is what is missing. */
  readonly freesAt?: number;
}

/** Why one more contact has no place. */
export function refusePlace(owner: Contacts, now: number): PlaceRefusal | undefined {
  const kept = keptContacts(owner, now);
  if (kept.filter(({ removed }) => !removed).length >= MOST_CONTACTS) return { reason: "too-many-contacts" };
  if (kept.length < MOST_LISTED_CONTACTS) return undefined;
  const removed = kept.flatMap(({ removed }) => (removed ? [Date.parse(removed.at)] : []));
  return { reason: "too-many-contacts", freesAt: Math.min(...removed) + KEPT_AFTER_REMOVAL };
}

/** The owner with one more contact. */
export function added(owner: Owner, contact: Omit<ListedContact, "addedAt">, now: number): Owner {
  return { ...owner, contacts: [...keptContacts(owner, now), { ...contact, addedAt: timestampOf(now) }] };
}

/** The owner once a contact's code was given. */
export function confirmed(owner: Owner, id: string, now: number): Owner {
  const countsFrom = timestampOf(now + COUNTS_AFTER);
  return withContact(owner, id, (contact) => ({ ...contact, confirmedAt: timestampOf(now), countsFrom }));
}

/** The owner once a phone has removed a contact. One that was never confirmed is gone. */
export function removed(owner: Owner, { id, confirmedAt }: ListedContact, by: string, now: number): Owner {
  if (confirmedAt === undefined) {
    return { ...owner, contacts: owner.contacts?.filter((contact) => contact.id !== id) };
  }
  return withContact(owner, id, (contact) => ({ ...contact, removed: { at: timestampOf(now), by } }));
}

function withContact(owner: Owner, id: string, change: (contact: ListedContact) => ListedContact): Owner {
  return {
    ...owner,
    contacts: owner.contacts?.map((contact) => (contact.id === id ? change(contact) : contact)),
  };
}

/** The owner once a phone is denied: the contacts that it added are gone, and those that it removed are back. */
export function withoutContactsOf(owner: Owner, deviceId: string, now: number): Owner {
  if (!owner.contacts) return owner;
  const contacts = keptContacts(owner, now)
    .filter(({ by }) => by !== deviceId)
    .map(({ removed, ...contact }) =>
      removed && removed.by !== deviceId ? { ...contact, removed } : contact,
    );
  return { ...owner, contacts };
}

/** The contacts once a freeze from `at` on, which lasted so long, is over: their clock goes on where it stood. */
export function laterContacts(
  contacts: readonly ListedContact[],
  at: number,
  frozenFor: number,
): ListedContact[] {
  const moved = (time: string) => timestampOf(Date.parse(time) + frozenFor);
  return contacts.map((contact) => {
    const { countsFrom, removed } = contact;
    return {
      ...contact,
      ...(countsFrom !== undefined && Date.parse(countsFrom) > at && { countsFrom: moved(countsFrom) }),
      ...(removed && { removed: { ...removed, at: moved(removed.at) } }),
    };
  });
}

/** A contact that was confirmed or removed ahead of this instance's clock waits its full length from now at most. */
export function withoutLead(contact: ListedContact, now: number): ListedContact {
  const atMost = (time: string, most: number) => (Date.parse(time) > most ? timestampOf(most) : time);
  const { countsFrom, removed } = contact;
  return {
    ...contact,
    ...(countsFrom !== undefined && { countsFrom: atMost(countsFrom, now + COUNTS_AFTER) }),
    ...(removed && { removed: { ...removed, at: atMost(removed.at, now) } }),
  };
}
