import type { Contents } from "../../phone/protocol/accounts.ts";
import type { PhoneOfStory } from "../phone.ts";
import type { Stage } from "../stage.ts";
import { recoverAtOnce } from "../steps.ts";

/** What an upload replaced is still there, and comes back. */
export async function restoreVersion(stage: Stage, old: PhoneOfStory, contents: Contents): Promise<void> {
  const { tell, check, accepted } = stage;
  tell.act("An older version comes back");
  tell.say(
    "What she replaced is in the history, the versions that are kept. She makes the one with all her accounts present again.",
  );
  const { body } = await accepted(old.versions(), ({ body }) => `${body.versions.length} versions are kept`);
  tell.table([
    ["VERSION", "ACCOUNTS", "FROM"],
    ...body.versions.map(({ version, accounts, device }) => [
      String(version).padStart(7),
      String(accounts).padStart(8),
      device.name,
    ]),
  ]);
  const whole = body.versions.find(({ accounts }) => accounts === contents.accounts.length);
  check.that("the version with all her accounts is among them", whole !== undefined);
  const restored = await accepted(
    old.restore(whole?.version ?? 0),
    ({ body }) => `version ${body.version}, the same as version ${whole?.version}`,
  );
  const next = await stage.registeredPhone({ owner: "Alice", name: "Pixel Tablet" });
  const recovery = await recoverAtOnce(stage, next);
  check.equal(
    "a new phone recovers the version that was made present",
    recovery.body.version,
    restored.body.version,
  );
  check.equal("and everything is there again", recovery.contents, contents);
}
