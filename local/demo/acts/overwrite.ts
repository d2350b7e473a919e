import type { Contents } from "../../phone/protocol/accounts.ts";
import type { PhoneOfStory } from "../phone.ts";
import type { Stage } from "../stage.ts";
import { presentVersion, readStatus } from "../steps.ts";

/** An empty phone that has not recovered may not overwrite the backup. */
export async function overwrite(stage: Stage, old: PhoneOfStory, contents: Contents): Promise<void> {
  const { tell, check, accepted, refused } = stage;
  tell.act("An empty phone can't overwrite the backup");
  tell.say(`On a third phone Alice skips the recovery and backs up what is there: nothing. With many apps, this is
    how the only backup is lost.`);
  const empty = await stage.registeredPhone({ owner: "Alice", name: "Pixel 8a" });
  await accepted(empty.key(), () => "the key, sealed to this phone too");
  await readStatus(stage, empty);
  const problem = await refused(
    empty.upload({ ...contents, accounts: [] }),
    "overwrite-refused",
    "the empty backup is refused",
  );
  check.equal("the way out is told: recover first", problem?.remedy, "recover-first");

  const present = presentVersion(await readStatus(stage, old));
  check.equal(
    "the backup is what it was",
    [present?.version, present?.accounts],
    [1, contents.accounts.length],
  );
}
