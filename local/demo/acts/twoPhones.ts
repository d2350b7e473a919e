import type { Contact } from "../../phone/acts/contacts.ts";
import { codeOn } from "../accounts.ts";
import type { PhoneOfStory } from "../phone.ts";
import type { Stage } from "../stage.ts";
import { approve, codeIn, heldAccount, OWN_ACCOUNT, startChallenge } from "../verifying.ts";

/** The development issuer plays the provider of the personal accounts, too. */
const CONTOSO = { name: "contoso-accounts", profile: "oidc" } as const;

/** Each phone has codes of its own for a personal account: two at one instant, and both are good, each once. */
export async function twoPhones(
  stage: Stage,
  old: PhoneOfStory,
  next: PhoneOfStory,
  mailbox: Contact,
): Promise<void> {
  const { tell, check, accepted, outbox } = stage;
  tell.act("Two phones, two codes at one instant");
  tell.say(`She verifies the same account on her old phone, which keeps working beside the new one. Where no push arrives, an
    account like this shows codes of 8 digits, from a secret that each phone got for itself.`);
  await old.signIn("Alice signs in on the Pixel 6");
  const account = heldAccount(old, OWN_ACCOUNT.userName);
  const { challengeId } = await startChallenge(stage, old, account);
  const token = await old.signInTo(OWN_ACCOUNT.signIn, "she types her password");
  await accepted(old.signInToAccount(challengeId, token), ({ body }) => `missing now: ${body.proofs.join()}`);
  const sending = await outbox.arriving(() =>
    accepted(old.sendChallengeCode(challengeId, mailbox.contactId), () => "a code is sent"),
  );
  const code = codeIn(sending.arrived, mailbox.hint);
  await accepted(old.giveChallengeCode(challengeId, code), ({ body }) => `it is right: ${body.state}`);
  await approve(stage, old, challengeId);

  const now = stage.now();
  const codes = [old, next].map((phone) => ({ phone: phone.name, code: codeOn(phone, account.ref, now) }));
  tell.table([["PHONE", "CODE"], ...codes.map(({ phone, code }) => [phone, code])]);
  const [first = "", second = ""] = codes.map(({ code }) => code);
  check.that(
    "the phones show different codes at the same instant",
    /^\d{8}$/.test(first) && first !== second,
  );
  const contoso = stage.provider(CONTOSO);
  const verify = (code: string) => contoso.verifyCode(OWN_ACCOUNT.issuer, OWN_ACCOUNT.signIn.owner, code);
  check.equal("the account's provider takes both", [await verify(first), await verify(second)], [true, true]);
  check.equal("and neither twice", [await verify(first), await verify(second)], [false, false]);
}
