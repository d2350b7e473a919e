import type { Contact, Contacts } from "../../acts/contacts.ts";
import { formatTable } from "./table.ts";
import { timeOf } from "./time.ts";

export function formatContacts({ contacts }: Contacts): string {
  if (contacts.length === 0) return "You have no contacts: contacts add ADDRESS-OR-NUMBER.";
  const rows = contacts.map((contact) => [
    contact.kind,
    contact.hint,
    contact.state,
    contact.counts ? "yes" : "no",
    untilOf(contact),
    contact.contactId,
  ]);
  return formatTable([["KIND", "ADDRESS", "STATE", "COUNTS", "WHEN", "CONTACT-ID"], ...rows]);
}

function untilOf({ state, counts, countsFrom, removed }: Contact): string {
  if (removed) return `told until ${timeOf(removed.until)}`;
  return state === "confirmed" && !counts && countsFrom ? `counts from ${timeOf(countsFrom)}` : "-";
}
