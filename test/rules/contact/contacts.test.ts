import { describe, expect, it } from "vitest";
import {
  added,
  COUNTS_AFTER,
  confirmed,
  doesCount,
  hasContact,
  isTold,
  keptContacts,
  laterContacts,
  refusePlace,
  removed,
  stateOf,
  withoutContactsOf,
  withoutLead,
} from "../../../shared/contact/contacts.ts";
import { explain } from "../../../shared/contact/explain.ts";
import { toldContacts } from "../../../shared/contact/told.ts";
import { newOwner } from "../../../shared/devices/registration.ts";
import type { ListedContact } from "../../../shared/model/contact.ts";
import type { Freeze } from "../../../shared/model/freeze.ts";
import { range } from "../backup/owner.ts";

const DAY = 24 * 60 * 60 * 1000;
const NOW = Date.parse("2026-11-22T08:00:00.000Z");
const [ours, thiefs] = ["o".repeat(43), "t".repeat(43)];

const at = (time: number) => new Date(time).toISOString();

function contact(id: string, more: Partial<ListedContact> = {}): ListedContact {
  return { id: id.padEnd(22, "-"), kind: "email", addedAt: at(NOW), by: ours, ...more };
}

const counting = { confirmedAt: at(NOW - 20 * DAY), countsFrom: at(NOW - 13 * DAY) };
const frozenAt = (time: number) => ({ at: at(time) }) as Freeze;
const gone = (time: number, by = ours) => ({ removed: { at: at(time), by } });

describe("a contact", () => {
  it.each<[string, Partial<ListedContact>, boolean, boolean]>([
    ["that is not confirmed", {}, false, false],
    ["that was just confirmed", { confirmedAt: at(NOW), countsFrom: at(NOW + COUNTS_AFTER) }, false, true],
    ["a millisecond too young", { confirmedAt: at(NOW), countsFrom: at(NOW + 1) }, false, true],
    ["old enough", { confirmedAt: at(NOW), countsFrom: at(NOW) }, true, true],
    ["removed a moment less than 7 days ago", { ...counting, ...gone(NOW - 7 * DAY + 1) }, true, true],
    ["removed 7 days ago", { ...counting, ...gone(NOW - 7 * DAY) }, false, false],
    [
      "removed when it began to count",
      { ...counting, countsFrom: at(NOW - DAY), ...gone(NOW - DAY) },
      true,
      true,
    ],
    [
      "removed before it counted",
      { ...counting, countsFrom: at(NOW - DAY), ...gone(NOW - DAY - 1) },
      false,
      true,
    ],
  ])("%s counts: %#", (_, more, counts, told) => {
    expect(doesCount(contact("a", more), NOW)).toBe(counts);
    expect(isTold(contact("a", more), NOW)).toBe(told);
    expect(toldContacts({ contacts: [contact("a", more)] }, NOW)).toHaveLength(told ? 1 : 0);
  });

  it("is judged by the time at which the backup was frozen, if that is earlier", () => {
    const young = contact("a", { confirmedAt: at(NOW), countsFrom: at(NOW + 7 * DAY) });
    const removedOne = contact("b", { ...counting, ...gone(NOW - 6 * DAY) });
    const freeze = frozenAt(NOW);
    const later = NOW + 30 * DAY;
    expect(doesCount(young, later, freeze)).toBe(false);
    expect(doesCount(removedOne, later, freeze)).toBe(true);
    expect(toldContacts({ contacts: [removedOne], freeze }, later)).toEqual([removedOne]);
    expect(keptContacts({ contacts: [removedOne], freeze }, later)).toEqual([removedOne]);
    expect(doesCount(young, NOW + 7 * DAY, frozenAt(NOW + 8 * DAY))).toBe(true);
  });

  it("has a state", () => {
    expect(stateOf(contact("a"))).toBe("unconfirmed");
    expect(stateOf(contact("a", counting))).toBe("confirmed");
    expect(stateOf(contact("a", { ...counting, ...gone(NOW) }))).toBe("removed");
    expect(hasContact({})).toBe(false);
    expect(hasContact({ contacts: [contact("a")] })).toBe(false);
    expect(hasContact({ contacts: [contact("a", { ...counting, ...gone(NOW) })] })).toBe(false);
    expect(hasContact({ contacts: [contact("a"), contact("b", counting)] })).toBe(true);
  });
});

describe("an owner's contacts", () => {
  const owner = newOwner(NOW);

  it("are added in their order; those whose time is over go with that", () => {
    const before = {
      ...owner,
      contacts: [contact("a", gone(NOW - 14 * DAY)), contact("b", gone(NOW - 14 * DAY + 1))],
    };
    const { addedAt: _, ...third } = contact("c");
    expect(added(before, third, NOW).contacts).toEqual([before.contacts[1], contact("c")]);
    expect(added(owner, third, NOW).contacts).toEqual([contact("c")]);
  });

  it("are confirmed and removed one at a time; one that was never confirmed leaves nothing", () => {
    const both = { ...owner, contacts: [contact("a"), contact("b", counting)] };
    const [a, b] = both.contacts as [ListedContact, ListedContact];
    const confirmedAt = { confirmedAt: at(NOW), countsFrom: at(NOW + 7 * DAY) };
    expect(confirmed(both, a.id, NOW).contacts).toEqual([{ ...a, ...confirmedAt }, b]);
    expect(removed(both, a, thiefs, NOW).contacts).toEqual([b]);
    expect(removed(both, b, thiefs, NOW).contacts).toEqual([a, { ...b, ...gone(NOW, thiefs) }]);
  });

  it("have 5 places, and 20 with those that were removed, of which the first gives its up", () => {
    const five = range(1, 5).map((n) => contact(`${n}`));
    expect(refusePlace({}, NOW)).toBeUndefined();
    expect(refusePlace({ contacts: five.slice(1) }, NOW)).toBeUndefined();
    const refusal = refusePlace({ contacts: five }, NOW);
    expect(refusal).toEqual({ reason: "too-many-contacts" });
    expect(refusal && explain(refusal).members).toEqual({ limit: 5 });
    const many = range(1, 20).map((n) => contact(`${n}`, { ...counting, ...gone(NOW - n * 1000) }));
    const full = refusePlace({ contacts: many }, NOW);
    const freesAt = NOW - 20_000 + 14 * DAY;
    expect(full).toEqual({ reason: "too-many-contacts", freesAt });
    expect(full && explain(full).members).toEqual({ limit: 20, freesAt: at(freesAt) });
    expect(refusePlace({ contacts: many.slice(1) }, NOW)).toBeUndefined();
    expect(refusePlace({ contacts: many }, freesAt)).toBeUndefined();
  });

  it("lose with a denied phone those that it added, and get back those that it removed", () => {
    const contacts = [
      contact("a", counting),
      contact("b", { ...counting, by: thiefs }),
      contact("c", { ...counting, ...gone(NOW - DAY, thiefs) }),
      contact("d", { ...counting, ...gone(NOW - DAY) }),
      contact("e", { ...counting, by: thiefs, ...gone(NOW - DAY) }),
      contact("f", { ...counting, ...gone(NOW - 14 * DAY, thiefs) }),
    ];
    const [a, , , d] = contacts;
    expect(withoutContactsOf({ ...owner, contacts }, thiefs, NOW).contacts).toEqual([
      a,
      contact("c", counting),
      d,
    ]);
    expect(withoutContactsOf(owner, thiefs, NOW)).toEqual(owner);
  });

  it("wait the time of a freeze longer; what counted before goes on", () => {
    const waits = contact("a", { confirmedAt: at(NOW), countsFrom: at(NOW + 1) });
    const counts = contact("b", { confirmedAt: at(NOW), countsFrom: at(NOW) });
    const left = contact("c", { ...counting, ...gone(NOW - DAY) });
    expect(laterContacts([waits, counts, left, contact("d")], NOW, 3 * DAY)).toEqual([
      { ...waits, countsFrom: at(NOW + 1 + 3 * DAY) },
      counts,
      { ...left, ...gone(NOW + 2 * DAY) },
      contact("d"),
    ]);
  });

  it("begin now where another instance's clock was ahead", () => {
    const ahead = contact("a", {
      confirmedAt: at(NOW + DAY),
      countsFrom: at(NOW + 8 * DAY),
      ...gone(NOW + 1),
    });
    expect(withoutLead(ahead, NOW)).toMatchObject({ countsFrom: at(NOW + 7 * DAY), ...gone(NOW) });
    const sound = contact("b", { ...counting, countsFrom: at(NOW + 7 * DAY), ...gone(NOW) });
    expect(withoutLead(sound, NOW)).toEqual(sound);
    expect(withoutLead(contact("c"), NOW)).toEqual(contact("c"));
  });
});
