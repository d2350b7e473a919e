import { addressOf, loadContact } from "../../shared/acts/contacts.ts";
import { sendCode } from "../../shared/acts/sendCode.ts";
import { codeAnswerOf, codeSentAnswer, contactParams } from "../../shared/contact/answers.ts";
import { explain } from "../../shared/contact/explain.ts";
import { forOwner } from "../../shared/http/endpoint.ts";

/** POST contacts/{contactId}/send: another code, in the place of the one before. */
export const sendContactCode = forOwner(
  { proof: "spent", stepUp: "not-needed", standing: "trusted-if-on", frozen: "stops", oldApps: "refused" },
  {
    name: "contacts-send",
    method: "POST",
    route: "contacts/{contactId}/send",
    summary: "Sends another code to a contact that is not confirmed yet.",
    params: contactParams,
    answers: { 200: codeSentAnswer },
    problems: [
      "contact-not-found",
      "contact-confirmed",
      "contact-region-refused",
      "code-sent-recently",
      "code-not-sent",
      "keys-unavailable",
      "key-unusable",
    ],
  },
  async (call) => {
    const { owner, params, now } = call;
    const { contactId } = params;
    const { listed, contact, etag } = await loadContact(call, contactId);
    if (listed.confirmedAt !== undefined) throw explain({ reason: "contact-confirmed" });
    const address = await addressOf(call, contactId, contact);
    const sent = await sendCode(
      call,
      { contactId, contact, address, etag },
      { owner: owner.item, type: "contact-code-sent" },
    );
    return { status: 200, body: codeAnswerOf(listed, sent, owner.item, now) };
  },
);
