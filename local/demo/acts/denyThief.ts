import type { Contact } from "../../phone/acts/contacts.ts";
import type { PhoneOfStory } from "../phone.ts";
import type { Stage } from "../stage.ts";
import { reached, readStatus } from "../steps.ts";

const WAITING_DAYS = 3;
const FROZEN_DAYS = 30;

/** Whoever has taken over the recovery account has to wait, is seen, and is shut out by one answer from an old phone. */
export async function denyThief(stage: Stage, old: PhoneOfStory, mailbox: Contact): Promise<void> {
  const { tell, check, accepted, refused, outbox } = stage;
  tell.act("A thief is denied, and frozen out");
  tell.say(`From now on Alice lets recoveries on new phones wait for ${WAITING_DAYS} days, the waiting time: till then they get
    nothing. Mallory gets at her recovery account again, and signs in as Alice on another phone.`);
  await accepted(
    old.choosePolicy({ waitingSeconds: WAITING_DAYS * 86_400 }),
    ({ body }) => `recoveries wait for ${body.waitingSeconds / 86_400} days`,
  );
  const thief = await stage.registeredPhone({ owner: "Alice", name: "Moto G", hands: "Mallory" });
  const { answer: begun, arrived } = await outbox.arriving(() =>
    accepted(thief.recover(), ({ body }) => `${body.state}: neither envelope nor key`),
  );
  check.equal("his recovery waits", begun.body.state, "waiting");
  check.that(
    "her phone and her mailbox are told of it",
    [old.name, mailbox.hint].every((name) => reached(arrived).includes(name)),
  );
  const { recoveryId } = begun.body;
  await refused(thief.open(recoveryId), "recovery-waiting", "he can't open it before");
  for (const [request, claim] of [
    [() => thief.key(), "nor ask for the key"],
    [() => thief.exportAll(), "nor take out what is stored"],
    [() => thief.revoke(old.deviceId), "nor take her phone's access away"],
    [() => thief.disable(), "nor destroy the backup"],
  ] as const) {
    await refused(request(), "trust-required", claim);
  }

  tell.say("Her phone's status shows who waits. She answers: this wasn't me.");
  const status = await readStatus(stage, old);
  const waiting = status.state === "on" ? status.recoveries.filter(({ state }) => state === "waiting") : [];
  check.equal(
    "she sees on which phone a recovery waits",
    waiting.map(({ device }) => device.name),
    [thief.name],
  );
  await accepted(old.deny(recoveryId), () => "denied: his phone is revoked, and the backup frozen");
  await refused(thief.open(recoveryId), "device-not-registered", "his phone is no longer one of hers");
  await accepted(thief.register(), () => "he registers it again");
  await refused(thief.recover(), "backup-frozen", "nothing leaves the backup while it is frozen");
  await refused(thief.liftFreeze(), "trust-required", "and he can't lift that");
  await old.signIn("Alice changes her password, and signs in again");
  await accepted(old.revoke(thief.deviceId), () => "she takes his phone's access away again");

  tell.say(`Her phone could lift the freeze now. Had she lost it meanwhile, the freeze would not lock her out: it ends by
    itself.`);
  const frozen = await readStatus(stage, old);
  check.equal(
    `the status tells until when it lasts: ${FROZEN_DAYS} days`,
    frozen.frozen && Date.parse(frozen.frozen.until) - Date.parse(frozen.frozen.at),
    FROZEN_DAYS * 86_400_000,
  );
  await stage.pass(FROZEN_DAYS, `${FROZEN_DAYS} days pass`);
  await old.signIn("Alice signs in on the Pixel 6");
  check.equal("the freeze has ended", (await readStatus(stage, old)).frozen, undefined);
}
