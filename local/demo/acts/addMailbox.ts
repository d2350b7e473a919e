import type { Contact } from "../../phone/acts/contacts.ts";
import type { PhoneOfStory } from "../phone.ts";
import type { Stage } from "../stage.ts";
import { addContact, readStatus } from "../steps.ts";

/** An owner with one phone is told in a mailbox, too, of what happens to the backup. @returns the contact */
export async function addMailbox(stage: Stage, old: PhoneOfStory): Promise<Contact> {
  const { tell, check } = stage;
  tell.act("She adds a mailbox that is told, too");
  tell.say(`Her phone may be lost, or off, on the day that somebody else signs in as her. The app asks for an address or
    a number besides, a contact, which the service keeps encrypted and shows by a hint alone.`);
  check.equal("a contact is advised", adviceOf(await readStatus(stage, old)), "add-contact");
  const { contact, whenAdded } = await addContact(stage, old, "a.lind@mail.example");
  check.equal("the mailbox has got a code, which confirms it", whenAdded, [contact.hint]);
  check.equal("nothing more is advised", adviceOf(await readStatus(stage, old)), undefined);
  return contact;
}

function adviceOf(status: Awaited<ReturnType<typeof readStatus>>): string | undefined {
  return status.state === "on" ? status.advice : undefined;
}
