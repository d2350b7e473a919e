import type { PhoneOfStory } from "../phone.ts";
import type { Stage } from "../stage.ts";
import { readStatus } from "../steps.ts";

const DAY = 24 * 3600;

/** Backup is off until its owner turns it on, and that needs a sign-in of the last few minutes. */
export async function turnOn(stage: Stage): Promise<PhoneOfStory> {
  const { tell, check, accepted, refused } = stage;
  tell.act("Alice turns backup on");
  tell.say(`She signs in with her recovery account, the one that she will sign in with on her next phone. Her phone makes
    two key pairs that never leave it. With one it signs a proof for each of its requests, so that a stolen token is of no
    use elsewhere; to the other the service seals, that is encrypts, the keys that it sends. The phone is then registered:
    it has a place among hers, and no more.`);
  const old = await stage.registeredPhone({ owner: "Alice", name: "Pixel 6" });
  check.equal("backup is off until its owner turns it on", (await readStatus(stage, old)).state, "off");

  tell.say(`Forty days later she taps "Back up my accounts". Her sign-in still counts, but it is old: what matters takes a
    step-up, a sign-in of the last ten minutes. The phone that turns backup on is trusted: it may use the backup.`);
  await old.signIn("a token for the sign-in of 40 days ago", 40 * DAY);
  const problem = await refused(
    old.enable(),
    "step-up-required",
    "an old sign-in is not enough to turn backup on",
  );
  check.equal("the app is told what is missing: a recent sign-in", problem?.missing, ["recent-sign-in"]);
  await old.signIn("Alice signs in again, with her second factor");
  const on = await accepted(old.enable(), () => "backup is on; its new key comes sealed to this phone");
  check.equal("backup is on, and waits for its first version", on.body.nextVersion, 1);
  return old;
}
