import * as z from "zod";
import { answerOf, contactAnswer } from "../../shared/contact/answers.ts";
import { keptContacts } from "../../shared/contact/contacts.ts";
import { forOwner } from "../../shared/http/endpoint.ts";
import { listContacts } from "../../shared/store/read.ts";

/** GET contacts: where else the owner is told, and what still counts after it was removed. */
export const listOwnContacts = forOwner(
  { proof: "read", stepUp: "not-needed", standing: "trusted-if-on", frozen: "goes-on", oldApps: "allowed" },
  {
    name: "contacts-list",
    method: "GET",
    route: "contacts",
    summary: "Lists the contacts of this account, by hints alone.",
    answers: { 200: z.strictObject({ contacts: z.array(contactAnswer) }) },
    problems: [],
  },
  async ({ owner: { item }, identity, services, now }) => {
    const kept = keptContacts(item, now);
    const stored = kept.length > 0 ? await listContacts(services.store, identity.userId) : new Map();
    const contacts = kept.flatMap((listed) => {
      const contact = stored.get(listed.id)?.item;
      return contact ? [answerOf(listed, contact, item, now)] : [];
    });
    return { status: 200, body: { contacts } };
  },
);
