import { isTextable } from "../contact/address.ts";
import { newCode, withCode } from "../contact/code.ts";
import { explain, explainSend } from "../contact/explain.ts";
import { APART, refuseSend, withSend } from "../contact/sends.ts";
import { Problem } from "../errors/problem.ts";
import { uuidOf } from "../formats.ts";
import { placeOfCode } from "../keys/places.ts";
import { withoutTry, withTry } from "../limits/tries.ts";
import type { Contact, ContactKind } from "../model/contact.ts";
import type { Owner } from "../model/owner.ts";
import type { Sent } from "../notify/port.ts";
import { ids } from "../store/items.ts";
import type { Operation } from "../store/port.ts";
import { readContact, readOwner } from "../store/read.ts";
import type { OwnerAct } from "./act.ts";
import { isClosed } from "./closedTexts.ts";
import { commit, forget } from "./commit.ts";
import { costOfCode } from "./counts.ts";
import { NotSent } from "./notSent.ts";
import type { Outcome } from "./outcome.ts";
import { uncontended } from "./retry.ts";
import { requireTriesLeft } from "./standing.ts";

/** Milliseconds that the first attempt and, if it had no answer, the second may take: 8 s in all. */
const FIRST_LIMIT = 5_000;
const SECOND_LIMIT = 3_000;

/** A contact to which a code is to be sent. */
interface Recipient {
  readonly contactId: string;
  /** As it is, or as it is created with this. */
  readonly contact: Contact;
  readonly address: string;
  /** Undefined if it is created with this. */
  readonly etag: string | undefined;
}

/** What is committed besides the code. */
interface Writing {
  readonly owner: Owner;
  readonly type: "contact-added" | "contact-code-sent";
  readonly operations?: readonly Operation[];
  readonly outcome?: Outcome;
}

/** Why texts can't go to a number. @throws {Problem} contact-region-refused */
export function requireTextable(
  { services }: Pick<OwnerAct, "services">,
  kind: ContactKind,
  address: string,
): void {
  const { textPrefixes } = services.config.notify;
  if (kind === "phone" && !isTextable(address, textPrefixes))
    throw explain({ reason: "contact-region-refused" });
}

/**
 * Sends a new code to a contact that is not confirmed. It is counted before it is sent: a crash counts one too many,
 * never too few. What the platform surely refused is taken back.
 * @returns the contact as it is then
 * @throws {Problem} too-many-tries, code-sent-recently, contact-region-refused
 * @throws {NotSent} and no problem: a problem of an act that is committed would have it answered from its outcome
 */
export async function sendCode(act: OwnerAct, recipient: Recipient, writing: Writing): Promise<Contact> {
  const { services, device, identity, now } = act;
  const { contactId, contact, address, etag } = recipient;
  requireTriesLeft(act, ["contact-sends"]);
  const refusal = refuseSend(contact.sends, now);
  if (refusal) throw explainSend(refusal, now);
  requireTextable(act, contact.kind, address);
  if (contact.kind === "phone" && (await isClosed(services.activations, address))) {
    throw explain({ reason: "contact-region-refused" });
  }
  const cost = await costOfCode(act, contact.kind, address);

  const code = newCode(services.system);
  const [hmac = ""] = await services.serviceKey.codes(placeOfCode(identity.userId, contactId), code);
  const sent: Contact = { ...withCode(contact, hmac, now), sends: withSend(contact.sends, now) };
  const { owner, type, operations = [], outcome } = writing;
  const id = ids.contact(contactId);
  await commit(
    act,
    { ...owner, tries: withTry(owner.tries, "contact-sends", device, now) },
    {
      event: { type, device, details: { code: contact.kind } },
      operations: [
        etag === undefined ? { kind: "create", id, body: sent } : { kind: "replace", id, body: sent, etag },
        ...operations,
      ],
      ...(outcome && { outcome }),
    },
  );

  const back = (before: Contact) => takeBack(act, contactId, sent, before);
  await cost.commit().catch(async (error: unknown) => {
    await Promise.all([cost.takeBack().catch(countedAll), back(contact)]);
    throw error instanceof Problem ? new NotSent(1, { cause: error }) : error;
  });
  const result = await deliver(act, contact, address, code);
  switch (result.outcome) {
    case "sent":
      return sent;
    case "unknown":
      throw new NotSent(APART / 1000);
    case "busy":
      await Promise.all([cost.takeBack().catch(countedAll), back(contact)]);
      throw new NotSent(result.retryAfter);
    case "refused": {
      // Not counted, but not tried again at once either: the next try would be refused as well.
      const { count = 0, since = sent.sends?.since ?? "" } = contact.sends ?? {};
      const last = sent.sends?.last ?? since;
      await Promise.all([
        cost.takeBack().catch(countedAll),
        back({ ...contact, sends: { count, since, last } }),
      ]);
      throw new NotSent(APART / 1000);
    }
  }
}

/** Sends it once more under the same id if there was no answer: a platform that took it drops the second. */
export async function deliver(
  { services: { notify, system } }: OwnerAct,
  { kind, language }: Pick<Contact, "kind" | "language">,
  to: string,
  code: string,
): Promise<Sent> {
  const message = {
    id: uuidOf(system.random(16), 4),
    to,
    language,
    content: { kind: "code", code },
  } as const;
  const send = (timeLimit: number) =>
    kind === "email" ? notify.mail({ ...message, timeLimit }) : notify.text({ ...message, timeLimit });
  const first = await send(FIRST_LIMIT);
  return first.outcome === "unknown" ? await send(SECOND_LIMIT) : first;
}

/** Makes the contact what it was, and the try undone, unless something else has been sent to it since. */
async function takeBack(act: OwnerAct, contactId: string, sent: Contact, before: Contact): Promise<void> {
  const { services, identity, device } = act;
  const { store, system } = services;
  await uncontended(system, async () => {
    const owner = await readOwner(store, identity.userId);
    const stored = await readContact(store, identity.userId, contactId);
    if (!owner || !stored || stored.item.codes?.at(-1)?.code !== sent.codes?.at(-1)?.code) return;
    const tries = withoutTry(owner.item.tries, "contact-sends", device);
    await forget({ ...act, owner }, { ...owner.item, tries }, [
      { kind: "replace", id: ids.contact(contactId), body: before, etag: stored.etag },
    ]);
  }).catch(countedAll);
}

/** What can't be taken back stays counted: one too many, never too few. */
export function countedAll(): void {}
