import type { Contact } from "../../phone/acts/contacts.ts";
import type { PhoneOfStory } from "../phone.ts";
import type { Stage } from "../stage.ts";
import { addContact, recoverAtOnce } from "../steps.ts";
import { codeIn, heldAccount, OWN_ACCOUNT, startChallenge } from "../verifying.ts";

/** Whoever has the owner's sign-in gets the backup, but none of the accounts with push: the contact is not theirs. */
export async function stopAtContact(stage: Stage, old: PhoneOfStory, mailbox: Contact): Promise<void> {
  const { tell, check, accepted, refused, outbox } = stage;
  tell.act("A thief gets no further than the contact");
  tell.say(`Mallory has got Alice's sign-in again, the second factor included, and recovers on a phone of his own: he signs in
    as her, and nothing has to wait. Her accounts with push he has not got yet.`);
  const thief = await stage.registeredPhone({ owner: "Alice", name: "Moto X", hands: "Mallory" });
  const { recoveryId } = (await recoverAtOnce(stage, thief)).body;
  const { challengeId } = await startChallenge(stage, thief, heldAccount(thief, OWN_ACCOUNT.userName));
  const token = await thief.signInTo(OWN_ACCOUNT.signIn, "her password is what he has");
  await accepted(thief.signInToAccount(challengeId, token), ({ body }) => `missing: ${body.proofs.join()}`);
  await refused(
    thief.registerAccountKey(challengeId),
    "challenge-proof-missing",
    "no key of his is taken with the password alone",
  );
  const read = await accepted(
    thief.readChallenge(challengeId),
    ({ body }) => `a code would go to ${body.contacts?.map(({ hint }) => hint).join(", ")}`,
  );
  check.equal(
    "all that he sees of her mailbox is a hint",
    read.body.contacts?.map(({ hint }) => hint),
    [mailbox.hint],
  );
  const his = await addContact(stage, thief, "mallory@evil.example");
  await refused(
    thief.sendChallengeCode(challengeId, his.contact.contactId),
    "contact-not-counted",
    "a mailbox of his own does not count before 7 days have passed",
  );
  const sending = await outbox.arriving(() =>
    accepted(thief.sendChallengeCode(challengeId, mailbox.contactId), () => "he has a code sent there"),
  );
  check.that("it arrives in her mailbox, not with him", codeIn(sending.arrived, mailbox.hint) !== "");
  const guess = codeIn(sending.arrived, mailbox.hint) === "000000" ? "000001" : "000000";
  await refused(
    thief.giveChallengeCode(challengeId, guess),
    "contact-code-wrong",
    "he guesses, and is wrong",
  );

  tell.say("Alice, who is told of each step, answers: this wasn't me.");
  await accepted(old.deny(recoveryId), () => "denied: his phone is revoked, and the backup frozen");
  await refused(thief.readChallenge(challengeId), "device-not-registered", "his verification is over");
  await old.signIn("Alice changes her password, and signs in again");
  await accepted(old.liftFreeze(), () => "she lifts the freeze");
}
