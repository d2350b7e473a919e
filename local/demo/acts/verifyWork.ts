import { ActivationRefused, readActivation } from "../../phone/protocol/activation.ts";
import { pendingOf } from "../accounts.ts";
import type { PhoneOfStory } from "../phone.ts";
import type { Stage } from "../stage.ts";
import { approve, heldAccount, startChallenge } from "../verifying.ts";

const WORK = "alice.lind@northwind.example";

/** A work account works on the new phone by the code of its provider, and by the number that its page shows. */
export async function verifyWork(stage: Stage, next: PhoneOfStory): Promise<void> {
  const { tell, check, accepted, refused, origin } = stage;
  tell.act("She verifies a work account, by the QR code of its provider");
  tell.say(`Her account at Northwind is her employer's: neither her password nor her mailbox verifies it. On a computer at work
    she opens Set up security info, and the page shows a QR code.`);
  const account = heldAccount(next, WORK);
  if (account.push?.kind !== "work-or-school") throw new Error("the sample has another account");
  const { tenant, subject } = account.push;
  const { challengeId } = await startChallenge(stage, next, account);
  const asHerself = await next.signInTo(
    { owner: "alice.lind", kind: "work-or-school", profile: "entra", tenant },
    "she signs in to Northwind, with a second factor",
  );
  await refused(
    next.signInToAccount(challengeId, asHerself),
    "proof-not-accepted",
    "of an account that a recovery brought, a sign-in is no proof",
  );
  const northwind = stage.provider({ name: "northwind-it", profile: "entra", tenant });
  const { activationId, code, qr } = await northwind.issue(
    { subject, organization: account.issuer, userName: account.userName },
    "northwind-page-0001",
  );
  const scan = (text: string) => {
    try {
      return readActivation(text, origin);
    } catch (error) {
      if (error instanceof ActivationRefused) return error.message;
      throw error;
    }
  };
  check.equal(
    "a QR code that leads anywhere else is refused on the phone, which follows no address",
    scan(qr.replace(origin, "https://evil.example")),
    "this QR code is not for the service that keeps your backup",
  );
  check.equal("hers holds the code that the page shows below it", scan(qr), code);
  await refused(
    next.giveActivation(challengeId, code.startsWith("1") ? "2".repeat(12) : "1".repeat(12)),
    "activation-code-wrong",
    "a code that nobody has issued verifies nothing",
  );
  await accepted(
    next.giveActivation(challengeId, qr),
    ({ body }) => `the code of her QR code: ${body.state}`,
  );

  tell.say(
    `The push comes to the phone, and a number to the page: whoever can't see both screens can't answer.`,
  );
  const { body } = await approve(stage, next, challengeId, async () => {
    const { number } = await northwind.watch(activationId);
    if (number === undefined) throw new Error("the provider's page shows no number");
    return number;
  });
  check.equal("the account works on the Pixel 10", body.state, "verified");
  const { state, credentialId = "" } = await northwind.watch(activationId);
  check.equal("Northwind has its key", state, "verified");
  check.equal("and sees that it counts", (await northwind.credential(credentialId)).state, "live");
  check.equal("two accounts wait on", pendingOf(next).length, 2);
}
