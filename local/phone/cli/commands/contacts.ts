import type { CodeSent, Contact, ContactKind } from "../../acts/contacts.ts";
import type { Phone } from "../../acts/phone.ts";
import type { Refused, Result } from "../../acts/problem.ts";
import { type CommandLine, UsageError } from "../commandLine.ts";
import { type Outcome, told } from "../outcome.ts";
import { formatContacts } from "../print/contacts.ts";
import { timeOf } from "../print/time.ts";

const USAGE = [
  "contacts takes nothing after it, or one of:",
  "add ADDRESS-OR-NUMBER, confirm CONTACT-ID CODE, send CONTACT-ID, remove CONTACT-ID",
].join(" ");

/** Where else the owner is told of what happens. */
export async function contacts(phone: Phone, { operands }: CommandLine): Promise<Outcome> {
  const [act, what = "", code = ""] = operands;
  switch (`${act ?? "list"} ${operands.length}`) {
    case "list 0": {
      const result = await phone.contacts();
      return result.ok ? told(formatContacts(result.body), result.body) : result;
    }
    case "add 2":
      return sent(await phone.addContact(kindOf(what), what));
    case "send 2":
      return sent(await phone.sendContactCode(what));
    case "confirm 3":
      return confirmed(await phone.confirmContact(what, code));
    case "remove 2": {
      const result = await phone.removeContact(what);
      if (!result.ok) return result;
      return told("It is removed. If it was confirmed, it is told for 7 days more.", {});
    }
    default:
      throw new UsageError(USAGE);
  }
}

function kindOf(address: string): ContactKind {
  return address.includes("@") ? "email" : "phone";
}

function sent(result: Result<CodeSent>): Outcome {
  if (!result.ok) return result;
  const { contactId, hint, code } = result.body;
  const text = [
    `A code was sent to ${hint}. It is good until ${timeOf(code.expiresAt)}.`,
    `When it is there: contacts confirm ${contactId} CODE`,
    `If it does not come: contacts send ${contactId}, from ${timeOf(code.sendAgainAt)} on. Codes left today: ${code.sendsLeft}.`,
  ];
  return told(text.join("\n"), result.body);
}

function confirmed(result: Result<Contact> | Refused): Outcome {
  if (!result.ok) return result;
  const { hint, countsFrom } = result.body;
  const from = countsFrom === undefined ? "" : ` Accounts are verified by it from ${timeOf(countsFrom)} on.`;
  return told(`${hint} is confirmed: it is told of what happens.${from}`, result.body);
}
