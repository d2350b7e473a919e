import type { ListedContact } from "../model/contact.ts";
import type { Owner } from "../model/owner.ts";
import { isTold } from "./contacts.ts";

/** The contacts that are told of what happens: confirmed ones, and for 7 days those that were removed [E14]. */
export function toldContacts(
  { contacts = [], freeze }: Pick<Owner, "contacts" | "freeze">,
  now: number,
): readonly ListedContact[] {
  return contacts.filter((contact) => isTold(contact, now, freeze));
}
