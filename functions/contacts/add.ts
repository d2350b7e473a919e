import * as z from "zod";
import { addressOf, loadContact } from "../../shared/acts/contacts.ts";
import { requireTextable, sendCode } from "../../shared/acts/sendCode.ts";
import { tellOthers } from "../../shared/acts/tell.ts";
import { hintOf, readAddress } from "../../shared/contact/address.ts";
import { codeAnswerOf, codeSentAnswer } from "../../shared/contact/answers.ts";
import { added, refusePlace } from "../../shared/contact/contacts.ts";
import { explain } from "../../shared/contact/explain.ts";
import { refuseSend } from "../../shared/contact/sends.ts";
import { chooseLanguage } from "../../shared/errors/language.ts";
import { randomId as id } from "../../shared/formats.ts";
import { forOwner, type OwnerCall } from "../../shared/http/endpoint.ts";
import { placeOfAddress } from "../../shared/keys/places.ts";
import { type Contact, contactKind, type ListedContact } from "../../shared/model/contact.ts";
import { listContacts } from "../../shared/store/read.ts";
import { randomId } from "../../shared/system.ts";
import { timestampOf } from "../../shared/words.ts";

const declaration = {
  name: "contacts-add",
  method: "POST",
  route: "contacts",
  summary: "Adds an e-mail address or a telephone number, and sends a code to it.",
  body: z.strictObject({
    kind: contactKind,
    /** An e-mail address, or a telephone number in E.164. */
    address: z.string().min(1).max(320),
  }),
  answers: { 201: codeSentAnswer },
  problems: [
    "contact-address-invalid",
    "contact-region-refused",
    "contact-present",
    "too-many-contacts",
    "contact-not-found",
    "contact-confirmed",
    "code-sent-recently",
    "code-not-sent",
    "keys-unavailable",
    "key-unusable",
  ],
} as const;

type AddCall = OwnerCall<typeof declaration>;

/**
 * POST contacts: where else the owner is told of what happens and, after 7 days, is asked for codes. It belongs to the
 * account that is signed in, whoever's backup that is in.
 */
export const addContact = forOwner(
  {
    proof: "spent",
    stepUp: "needed",
    standing: "trusted-if-on",
    frozen: "stops",
    oldApps: "refused",
    idempotencyKey: "needed",
  },
  declaration,
  async (call) => {
    const { owner, device, identity, services, body, request, now } = call;
    const { kind } = body;
    const address = readAddress(kind, body.address);
    if (address === undefined) throw explain({ reason: "contact-address-invalid" });
    requireTextable(call, kind, address);
    const refusal = refusePlace(owner.item, now);
    if (refusal) throw explain(refusal);
    await requireAbsent(call, kind, address);

    const contactId = randomId(services.system);
    const sealed = await services.serviceKey.seal(
      placeOfAddress(identity.userId, contactId),
      Buffer.from(address),
    );
    const contact: Contact = {
      schema: 1,
      kind,
      address: sealed,
      hint: hintOf(kind, address),
      language: chooseLanguage(request.header("accept-language")),
    };
    const listed: ListedContact = { id: contactId, kind, addedAt: timestampOf(now), by: device.deviceId };
    const next = added(owner.item, listed, now);
    const sent = await sendCode(
      call,
      { contactId, contact, address, etag: undefined },
      {
        owner: next,
        type: "contact-added",
        operations: tellOthers(call, next, { type: "contact-added" }),
        outcome: { contactId },
      },
    );
    return { status: 201, body: codeAnswerOf(listed, sent, owner.item, now) };
  },
  async (call, outcome) => {
    const { owner, now } = call;
    const contactId = id.parse(outcome.contactId);
    const { listed, contact, etag } = await loadContact(call, contactId);
    const isConfirmed = listed.confirmedAt !== undefined;
    const isSent = (contact.codes ?? []).length > 0 && refuseSend(contact.sends, now);
    if (isConfirmed || isSent) {
      return { status: 201, body: codeAnswerOf(listed, contact, owner.item, now) };
    }
    // The code surely did not go out, or that was a while ago and nobody knows: this one is another.
    const address = await addressOf(call, contactId, contact);
    const recipient = { contactId, contact, address, etag };
    const sent = await sendCode(call, recipient, { owner: owner.item, type: "contact-code-sent" });
    return { status: 201, body: codeAnswerOf(listed, sent, owner.item, now) };
  },
);

/** @throws {Problem} contact-present: the owner has this address or number already */
async function requireAbsent(call: AddCall, kind: Contact["kind"], address: string): Promise<void> {
  const { owner, identity, services } = call;
  const same = owner.item.contacts?.filter((listed) => listed.kind === kind && !listed.removed) ?? [];
  if (same.length === 0) return;
  const stored = await listContacts(services.store, identity.userId);
  for (const { id: contactId } of same) {
    const { item } = stored.get(contactId) ?? {};
    if (item && (await addressOf(call, contactId, item)) === address) {
      throw explain({ reason: "contact-present" });
    }
  }
}
