import type { PhoneOfStory } from "../phone.ts";
import type { Stage } from "../stage.ts";
import { readStatus } from "../steps.ts";

/** Turning off destroys the backup, and says so to whoever comes to recover it. */
export async function turnOff(stage: Stage, old: PhoneOfStory): Promise<void> {
  const { tell, check, accepted, refused } = stage;
  tell.act("Alice turns backup off");
  tell.say(
    "It can't be undone, so it has to be confirmed. Every version is deleted, and the key is destroyed.",
  );
  await old.signIn("Alice signs in on the Pixel 6 again");
  await refused(
    old.disable({ path: "/v1/backup" }),
    "confirmation-required",
    "without a confirmation nothing happens",
  );
  await accepted(old.disable(), () => "no version and no key is left");
  check.equal("the status tells that it was turned off", (await readStatus(stage, old)).state, "deleted");

  const late = await stage.registeredPhone({ owner: "Alice", name: "Pixel 9" });
  const problem = await refused(
    late.recover(),
    "backup-deleted",
    "a phone that comes later recovers nothing",
  );
  check.equal("but is told from which phone it was turned off", problem?.device, {
    name: old.name,
    platform: "android",
  });
}
