import { explain } from "../contact/explain.ts";
import { placeOfAddress } from "../keys/places.ts";
import type { Contact, ListedContact } from "../model/contact.ts";
import type { Owner } from "../model/owner.ts";
import { ids } from "../store/items.ts";
import type { Operation } from "../store/port.ts";
import { listContacts, readContact } from "../store/read.ts";
import type { Act, OwnerAct } from "./act.ts";

/** A contact as the owner's item lists it, and as it is stored. */
interface LoadedContact {
  readonly listed: ListedContact;
  readonly contact: Contact;
  readonly etag: string;
}

/** A contact that was not removed: one point read. @throws {Problem} contact-not-found */
export async function loadContact(act: OwnerAct, contactId: string): Promise<LoadedContact> {
  const { owner, identity, services } = act;
  const listed = owner.item.contacts?.find(({ id, removed }) => id === contactId && !removed);
  const stored = listed && (await readContact(services.store, identity.userId, contactId));
  if (!stored) throw explain({ reason: "contact-not-found" });
  return { listed, contact: stored.item, etag: stored.etag };
}

/** @throws {KeyUnavailable} */
export async function addressOf(
  { services, identity }: Pick<Act, "services" | "identity">,
  contactId: string,
  { address }: Contact,
): Promise<string> {
  const bytes = await services.serviceKey.unseal(placeOfAddress(identity.userId, contactId), address);
  return Buffer.from(bytes).toString();
}

/**
 * What a denial changes of the contacts: those that are no longer listed are deleted, and those that are back are kept for
 * good again. One list, if there are any such. @param next the owner once the recovery is denied
 */
export async function settleContacts(
  { owner, identity, services }: OwnerAct,
  next: Owner,
): Promise<{ readonly next: Owner; readonly operations: readonly Operation[] }> {
  const { contacts = [] } = next;
  const removedBefore = new Set(owner.item.contacts?.flatMap(({ id, removed }) => (removed ? [id] : [])));
  const listed = new Set(contacts.map(({ id }) => id));
  const gone = owner.item.contacts?.filter(({ id }) => !listed.has(id)) ?? [];
  const back = contacts.filter(({ id, removed }) => !removed && removedBefore.has(id));
  if (gone.length + back.length === 0) return { next, operations: [] };
  const stored = await listContacts(services.store, identity.userId);
  const lost = back.filter(({ id }) => !stored.has(id));
  return {
    next: { ...next, contacts: contacts.filter((contact) => !lost.includes(contact)) },
    operations: [
      ...gone.flatMap(({ id }): Operation[] =>
        stored.has(id) ? [{ kind: "delete", id: ids.contact(id) }] : [],
      ),
      ...back.flatMap(({ id }): Operation[] => {
        const { item: body, etag } = stored.get(id) ?? {};
        return body && etag !== undefined ? [{ kind: "replace", id: ids.contact(id), body, etag }] : [];
      }),
    ],
  };
}
