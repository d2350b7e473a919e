import type { Contact } from "../../phone/acts/contacts.ts";
import type { PhoneOfStory } from "../phone.ts";
import type { Stage } from "../stage.ts";
import { addContact, reached, readStatus, recoverAtOnce } from "../steps.ts";

const DAYS = 8;

/** A thief who has recovered can't change quietly where the owner is told, and a denial undoes what he changed. */
export async function denyRelease(stage: Stage, old: PhoneOfStory, mailbox: Contact): Promise<void> {
  const { tell, check, accepted, refused, outbox } = stage;
  tell.act("A thief can't silence her");
  tell.say(
    "A contact counts 7 days after it was confirmed: a code that is sent there then helps to verify an account.",
  );
  await stage.pass(DAYS, `${DAYS} days pass`);
  await old.signIn("Alice signs in on the Pixel 6");
  const before = await listContacts(stage, old);
  check.equal(
    "her mailbox counts by now",
    before.map(({ contactId, counts }) => [contactId, counts]),
    [[mailbox.contactId, true]],
  );
  const { body } = await accepted(old.devices(), ({ body }) => `${body.devices.length} phones`);
  const phones = body.devices.map(({ name }) => name);

  tell.say(`Mallory gets at her recovery account, the second factor included, and signs in with it: for the service he is
    Alice, on one more phone. Nothing has to wait yet: he recovers, and may do what she may. He takes her mailbox out, and
    puts his own in.`);
  const thief = await stage.registeredPhone({ owner: "Alice", name: "Moto E", hands: "Mallory" });
  const { recoveryId } = (await recoverAtOnce(stage, thief)).body;
  const removing = await outbox.arriving(() =>
    accepted(
      thief.removeContact(mailbox.contactId),
      () => "it is removed; for 7 days it is told, and counts, all the same",
    ),
  );
  check.equal("all her phones are told, and the mailbox that is removed", reached(removing.arrived), [
    ...phones,
    mailbox.hint,
  ]);
  const his = await addContact(stage, thief, "mallory@evil.example");
  const everywhere = [...phones, mailbox.hint, his.contact.hint];
  check.equal("they are told that his is added, and he gets a code", his.whenAdded, everywhere);
  check.equal("and that it is confirmed, as is his own", his.whenConfirmed, everywhere);
  check.equal("his does not count before 7 days have passed", his.contact.counts, false);

  tell.say(`Alice reads her mail, opens the app on her old phone, and answers: this wasn't me. That denies the recovery, up to
    14 days after it: his phone is revoked, another key begins, and the backup is frozen. Nothing leaves it until she lifts
    the freeze, or 30 days are over.`);
  const status = await readStatus(stage, old);
  check.that(
    "she sees on which phone it was",
    status.recoveries.some((other) => other.recoveryId === recoveryId && other.device.name === thief.name),
  );
  const denying = await outbox.arriving(() =>
    accepted(old.deny(recoveryId), () => "denied: his phone is revoked, and the backup frozen"),
  );
  check.equal(
    "her other phones and her mailbox are told, and he is not",
    reached(denying.arrived),
    [...phones, mailbox.hint].filter((name) => name !== old.name),
  );
  check.equal("her mailbox is back as it was, and his is gone", await listContacts(stage, old), before);
  await refused(
    thief.addContact("email", "mallory@evil.example"),
    "device-not-registered",
    "and he can add none",
  );
  await old.signIn("Alice changes her password, and signs in again");
  await accepted(old.liftFreeze(), () => "she lifts the freeze, from the phone that denied");
}

/** Where the phone's owner is told, as the service lists it. */
async function listContacts({ accepted }: Stage, phone: PhoneOfStory): Promise<Contact[]> {
  const { body } = await accepted(phone.contacts(), ({ body }) =>
    body.contacts
      .map(({ hint, state, counts }) => `${hint} is ${state}${counts ? ", and counts" : ""}`)
      .join("; "),
  );
  return body.contacts;
}
