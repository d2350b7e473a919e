import { commit } from "../../shared/acts/commit.ts";
import { tellOthers } from "../../shared/acts/tell.ts";
import { contactParams } from "../../shared/contact/answers.ts";
import { removed } from "../../shared/contact/contacts.ts";
import { forOwner } from "../../shared/http/endpoint.ts";
import { ids, REMOVED_CONTACT_TTL } from "../../shared/store/items.ts";
import type { Operation } from "../../shared/store/port.ts";
import { readContact } from "../../shared/store/read.ts";

/**
 * DELETE contacts/{contactId}: one that was confirmed goes on being told, and counting, for 7 days, and a denial puts it
 * back for 14: who takes the account over would otherwise begin by removing it.
 */
export const removeContact = forOwner(
  { proof: "spent", stepUp: "needed", standing: "trusted-if-on", frozen: "stops", oldApps: "allowed" },
  {
    name: "contacts-remove",
    method: "DELETE",
    route: "contacts/{contactId}",
    summary: "Removes a contact; a repeat is harmless.",
    params: contactParams,
    answers: { 204: null },
    problems: [],
  },
  async (call) => {
    const { owner, device, identity, services, params, now } = call;
    const { contactId } = params;
    const listed = owner.item.contacts?.find(({ id }) => id === contactId);
    if (!listed || listed.removed) return { status: 204 };
    const next = removed(owner.item, listed, device.deviceId, now);
    const stored = await readContact(services.store, identity.userId, contactId);
    const isKept = listed.confirmedAt !== undefined;
    const operations: Operation[] = stored
      ? [
          isKept
            ? {
                kind: "replace",
                id: ids.contact(contactId),
                body: stored.item,
                etag: stored.etag,
                ttl: REMOVED_CONTACT_TTL,
              }
            : { kind: "delete", id: ids.contact(contactId), etag: stored.etag },
        ]
      : [];
    await commit(call, next, {
      event: { type: "contact-removed", device, details: { code: listed.kind } },
      operations: [...operations, ...tellOthers(call, next, { type: "contact-removed" })],
    });
    return { status: 204 };
  },
);
