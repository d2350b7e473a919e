import * as z from "zod";
import { commit, count } from "../../shared/acts/commit.ts";
import { loadContact } from "../../shared/acts/contacts.ts";
import { requireTriesLeft } from "../../shared/acts/standing.ts";
import { tellOthers } from "../../shared/acts/tell.ts";
import { answerOf, contactAnswer, contactParams } from "../../shared/contact/answers.ts";
import { contactCode, judgeCode, readCode } from "../../shared/contact/code.ts";
import { confirmed } from "../../shared/contact/contacts.ts";
import { CODE_REFUSALS, explain } from "../../shared/contact/explain.ts";
import { forOwner } from "../../shared/http/endpoint.ts";
import { placeOfCode } from "../../shared/keys/places.ts";

/** POST contacts/{contactId}/code: the owner reads what is sent there. From now on it is told; it counts after 7 days. */
export const confirmContact = forOwner(
  { proof: "spent", stepUp: "not-needed", standing: "trusted-if-on", frozen: "stops", oldApps: "refused" },
  {
    name: "contacts-confirm",
    method: "POST",
    route: "contacts/{contactId}/code",
    summary: "Confirms a contact by the code that was sent to it; a repeat is harmless.",
    params: contactParams,
    body: z.strictObject({ code: contactCode }),
    answers: { 200: contactAnswer },
    problems: [
      "contact-not-found",
      "contact-confirmed",
      "contact-code-wrong",
      "contact-code-expired",
      "contact-code-superseded",
      "keys-unavailable",
      "key-unusable",
    ],
  },
  async (call) => {
    const { owner, device, identity, services, params, body, now } = call;
    const { contactId } = params;
    const { listed, contact } = await loadContact(call, contactId);
    const isConfirmed = listed.confirmedAt !== undefined;
    if (!isConfirmed) requireTriesLeft(call, ["contact-codes"]);
    const code = readCode(body.code) ?? "";
    const hmacs = await services.serviceKey.codes(placeOfCode(identity.userId, contactId), code);
    const verdict = judgeCode(contact, hmacs, now);
    if (isConfirmed) {
      // The answer to the first try was lost. Any other code is of no use here.
      if (verdict === "right") return { status: 200, body: answerOf(listed, contact, owner.item, now) };
      throw explain({ reason: "contact-confirmed" });
    }
    if (verdict === "wrong") {
      return await count(call, device, "contact-codes", explain({ reason: CODE_REFUSALS[verdict] }));
    }
    // It was sent there once: no guess, and nothing to count.
    if (verdict !== "right") throw explain({ reason: CODE_REFUSALS[verdict] });

    const next = confirmed(owner.item, contactId, now);
    await commit(call, next, {
      event: { type: "contact-confirmed", device, details: { code: contact.kind } },
      operations: tellOthers(call, next, { type: "contact-confirmed" }),
    });
    const told = next.contacts?.find(({ id }) => id === contactId) ?? listed;
    return { status: 200, body: answerOf(told, contact, owner.item, now) };
  },
);
