import { base64url } from "jose";
import type { Contact } from "../../phone/acts/contacts.ts";
import type { RecoveryReleased } from "../../phone/acts/recovery/answers.ts";
import { type Contents, knownAccounts } from "../../phone/protocol/accounts.ts";
import { accountReferences } from "../../phone/protocol/manifest.ts";
import type { PhoneOfStory } from "../phone.ts";
import type { Stage } from "../stage.ts";
import { reached, recoverAtOnce } from "../steps.ts";

/** A new phone gets everything, and learns which accounts need one more step. @returns the phone, and what has arrived on it */
export async function recover(
  stage: Stage,
  old: PhoneOfStory,
  mailbox: Contact,
  contents: Contents,
): Promise<{ readonly next: PhoneOfStory; readonly arrived: Contents }> {
  const { tell, check, refused, outbox } = stage;
  tell.act("She recovers on a new phone");
  tell.say(`Alice has bought a new phone. There is nothing on it but the app. A recovery brings it the envelope and the key
    that opens it, and makes it trusted. Her other phones get a notice of each step by push, her contacts by mail: it says
    that something happened, and not what.`);
  const next = await stage.phone({ owner: "Alice", name: "Pixel 10" });
  await next.signIn("Alice signs in on the Pixel 10");
  await refused(
    next.recover(),
    "device-not-registered",
    "a sign-in alone recovers nothing: the phone must be registered as hers",
  );
  const registering = await outbox.arriving(() =>
    stage.register(next, "the Pixel 10 is one of Alice's phones"),
  );
  const others = [old.name, mailbox.hint];
  check.equal("her old phone and her mailbox are told of it", reached(registering.arrived), others);
  const recovering = await outbox.arriving(() => recoverAtOnce(stage, next));
  check.equal("and that it has recovered", reached(recovering.arrived), others);
  const { contents: arrived, body } = recovering.answer;
  const states = statesOf(arrived, body, next.state().owner?.referenceSalt ?? "");

  tell.table([
    ["NO", "KIND", "ISSUER", "USER NAME", "STATE"],
    ...knownAccounts(arrived).map(({ kind, issuer, userName }, index) => [
      String(index + 1).padStart(2),
      kind,
      issuer,
      userName,
      states[index] ?? "",
    ]),
  ]);
  check.equal(
    `all ${contents.accounts.length} are there, in the same order`,
    arrived.accounts,
    contents.accounts,
  );
  check.equal("the app's settings are the same", arrived.settings, contents.settings);
  check.equal(
    "those with push are to be verified again, the others are ready at once",
    states,
    contents.accounts.map(({ push }) => (push ? "verify" : "ready")),
  );
  const means = new Map(body.accounts.filter(({ push }) => push).map(({ kind, means }) => [kind, means]));
  check.equal(
    "a personal account with push needs a fresh sign-in, a code to a contact, and an answered push",
    means.get("personal"),
    ["fresh-sign-in", "contact-code", "push-answer"],
  );
  check.equal(
    "an account of work or school with push needs an activation code from there, and an answered push",
    means.get("work-or-school"),
    ["activation-code", "push-answer"],
  );
  return { next, arrived };
}

/** What the service says of each account that has arrived, found by its reference: the service has no names. */
function statesOf({ accounts }: Contents, recovery: RecoveryReleased, referenceSalt: string): string[] {
  const salt = base64url.decode(referenceSalt);
  const told = new Map(recovery.accounts.map(({ ref, state }) => [ref, state]));
  return accountReferences(salt, accounts).map((ref) => {
    const state = told.get(ref) ?? "not in the recovery";
    return state === "action-required" ? "verify" : state;
  });
}
