import type { Contents } from "../../phone/protocol/accounts.ts";
import type { PhoneOfStory } from "../phone.ts";
import type { Stage } from "../stage.ts";
import { presentVersion, readStatus, upload } from "../steps.ts";

/** How many of her accounts the faulty app still has. */
const LEFT = 3;

/** An upload that loses most accounts is refused, unless the owner says so. */
export async function loseMost(stage: Stage, old: PhoneOfStory, contents: Contents): Promise<void> {
  const { tell, check, refused } = stage;
  const few = { ...contents, accounts: contents.accounts.slice(0, LEFT) };
  tell.act("A sharp drop is noticed");
  tell.say(`The app on her old phone has a fault: it has lost all but ${LEFT} accounts, and backs up what is left.
    This phone is trusted and may upload, but a sharp drop, none or fewer than half of its accounts, only with her word.`);
  const problem = await refused(
    old.upload(few),
    "sharp-drop",
    "an upload that loses most accounts is refused",
  );
  check.equal("the answer tells how many accounts there were offered", problem?.offered, LEFT);
  const status = await readStatus(stage, old);
  check.equal(
    "the status tells that the last upload was refused, and why",
    status.state === "on" ? status.health.lastFailure?.code : undefined,
    "sharp-drop",
  );

  tell.say("Alice does not read what the app tells her, and agrees to replace the version.");
  await upload(stage, old, few, { replaces: presentVersion(status)?.version ?? 0 });
}
