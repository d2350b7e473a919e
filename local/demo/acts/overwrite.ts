import type { Contents } from "../../phone/protocol/accounts.ts";
import type { PhoneOfStory } from "../phone.ts";
import type { Stage } from "../stage.ts";
import { describeStatus, presentVersion } from "../status.ts";

/** A phone that has not recovered may not put its emptiness over the backup. */
export async function overwrite(stage: Stage, old: PhoneOfStory, contents: Contents): Promise<void> {
  const { tell, check, accepted, refused } = stage;
  tell.act("An empty phone can't overwrite the backup");
  tell.say(`On a third phone Alice skips the recovery and backs up what is there: nothing. With many apps, this is
    how the only backup is lost.`);
  const empty = await stage.registeredPhone({ owner: "Alice", name: "Pixel 8a" });
  await accepted(empty.key(), () => "the key, sealed to this phone too");
  await accepted(empty.status(), ({ body }) => describeStatus(body));
  const problem = await refused(
    empty.upload({ ...contents, accounts: [] }),
    "overwrite-refused",
    "the empty backup is refused",
  );
  check.equal("the way out is told: recover first", problem?.remedy, "recover-first");

  const status = await accepted(old.status(), ({ body }) => describeStatus(body));
  const present = presentVersion(status.body);
  check.equal(
    "the backup is what it was",
    [present?.version, present?.accounts],
    [1, contents.accounts.length],
  );
}
