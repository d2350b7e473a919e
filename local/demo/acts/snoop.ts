import type { Stage } from "../stage.ts";
import { readStatus } from "../steps.ts";

const HOUR = 3600;

/** Neither another owner nor a stolen token gets at a backup. */
export async function snoop(stage: Stage): Promise<void> {
  const { tell, check, refused } = stage;
  tell.act("A stranger finds nothing");
  tell.say("Mallory signs in with an account of his own, and looks for a backup.");
  const strange = await stage.registeredPhone({ owner: "Mallory", name: "Moto G" });
  const body = await readStatus(stage, strange);
  check.equal("a stranger is told that backup is off, and nothing else", body, {
    state: "off",
    nextVersion: 1,
    trusted: false,
    recoveries: [],
  });
  await refused(strange.recover(), "backup-none", "a stranger has nothing to recover");

  tell.say(
    "Then he steals an access token of Alice's, an hour after she signed in. He has none of her phones.",
  );
  const thief = await stage.phone({ owner: "Alice", name: "Moto G", hands: "Mallory" });
  await thief.signIn("the token that is stolen", HOUR);
  await refused(thief.status(), "device-not-registered", "without a phone of hers, her token reads nothing");
  await refused(thief.register(), "step-up-required", "nor does it make his phone one of hers");
}
