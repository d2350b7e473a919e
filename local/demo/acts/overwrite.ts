import { base64url } from "jose";
import type { Contents } from "../../phone/protocol/accounts.ts";
import { generateKeys } from "../../phone/protocol/keys.ts";
import { machine } from "../../phone/protocol/system.ts";
import type { PhoneOfStory } from "../phone.ts";
import type { Stage } from "../stage.ts";
import { presentVersion, readStatus } from "../steps.ts";

/** An empty phone that has not recovered may not overwrite the backup. */
export async function overwrite(stage: Stage, old: PhoneOfStory, contents: Contents): Promise<void> {
  const { tell, check, refused } = stage;
  tell.act("An empty phone can't overwrite the backup");
  tell.say(`On a third phone Alice skips the recovery and backs up what is there: nothing. With many apps, this is
    how the only backup is lost. Here the phone is registered, but not trusted: it gets no key, and an envelope that a
    faulty app seals with a key of its own is not taken.`);
  const madeUp = { id: base64url.encode(machine.random(16)), value: base64url.encode(machine.random(32)) };
  const empty = await stage.registeredPhone({
    owner: "Alice",
    name: "Pixel 8a",
    state: { keys: await generateKeys(), accounts: [], credentials: [], unanswered: {}, userKey: madeUp },
  });
  await readStatus(stage, empty);
  const problem = await refused(
    empty.upload({ ...contents, accounts: [] }),
    "overwrite-refused",
    "the empty backup is refused",
  );
  check.equal("the ways on are told: recover, or start anew", problem?.remedy, "recover-or-start-anew");

  const present = presentVersion(await readStatus(stage, old));
  check.equal(
    "the backup is what it was",
    [present?.version, present?.accounts],
    [1, contents.accounts.length],
  );
}
