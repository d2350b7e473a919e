import type { Contact } from "../../phone/acts/contacts.ts";
import { pendingOf } from "../accounts.ts";
import type { PhoneOfStory } from "../phone.ts";
import type { Stage } from "../stage.ts";
import { approve, codeIn, heldAccount, OWN_ACCOUNT, startChallenge, toldAccount } from "../verifying.ts";

/** A personal account with push works on the new phone once its owner has shown the password, the mailbox, and the phone. */
export async function verifyPersonal(stage: Stage, next: PhoneOfStory, mailbox: Contact): Promise<void> {
  const { tell, check, accepted, refused, outbox } = stage;
  tell.act("She verifies a personal account on the new phone");
  tell.say(`What makes an account with push work never leaves a phone, so it is in no backup: on the Pixel 10 four accounts
    wait. Each is verified by itself, in what the service calls a challenge. One of them is the account that she signs in with
    anyway. Its password is not enough: a code goes to a contact of that account, and at last the phone itself has to answer.`);
  await next.signIn("Alice signs in on the Pixel 10");
  const waiting = pendingOf(next);
  check.equal("the accounts with push are action required", waiting.length, 4);

  const account = heldAccount(next, OWN_ACCOUNT.userName);
  const { challengeId } = await startChallenge(stage, next, account);
  await refused(
    next.sendChallengeCode(challengeId, mailbox.contactId),
    "challenge-proof-missing",
    "before the sign-in no code is sent, and no contact is shown",
  );
  const token = await next.signInTo(OWN_ACCOUNT.signIn, "she types her password: the account's own sign-in");
  await accepted(
    next.signInToAccount(challengeId, token),
    ({ body }) => `missing now: ${body.proofs.join()}`,
  );
  const read = await accepted(
    next.readChallenge(challengeId),
    ({ body }) => `a code can go to ${body.contacts?.map(({ hint }) => hint).join(", ")}`,
  );
  const contact = read.body.contacts?.[0];
  check.equal("her mailbox counts, and is told by its hint alone", contact?.hint, mailbox.hint);
  const sending = await outbox.arriving(() =>
    accepted(next.sendChallengeCode(challengeId, contact?.contactId ?? ""), () => "a code is sent"),
  );
  const code = codeIn(sending.arrived, mailbox.hint);
  const problem = await refused(
    next.giveChallengeCode(challengeId, code === "123456" ? "123457" : "123456"),
    "contact-code-wrong",
    "a wrong code proves nothing",
  );
  check.equal("it is counted: she has four tries left", problem?.triesLeft, 4);
  await accepted(next.giveChallengeCode(challengeId, code), ({ body }) => `the right one: ${body.state}`);

  tell.say(`Only now does the phone make a key for the account. A push brings a nonce, random bytes that nothing else has, and
    the answer to it is signed with that key.`);
  const { body } = await approve(stage, next, challengeId);
  check.equal("the account works on the Pixel 10", body.state, "verified");
  check.equal(
    "the other three wait on",
    pendingOf(next),
    waiting.filter(({ ref }) => ref !== account.ref),
  );
  check.equal("the recovery says so, too", await toldAccount(stage, next, account), {
    state: "ready",
    means: [],
  });
}
