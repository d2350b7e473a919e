import type { Contents } from "../../phone/protocol/accounts.ts";
import type { PhoneOfStory } from "../phone.ts";
import type { Stage } from "../stage.ts";
import { presentVersion, readStatus, upload } from "../steps.ts";

/** Accounts and settings go up in one envelope that the phone has encrypted. */
export async function backUp(stage: Stage, old: PhoneOfStory, contents: Contents): Promise<void> {
  const { tell, check } = stage;
  const { accounts } = contents;
  const ofKind = (wanted: string) => accounts.filter(({ kind }) => kind === wanted).length;
  const withPush = accounts.filter(({ push }) => push).length;
  tell.act("Her accounts are backed up");
  tell.say(`She has ${accounts.length} accounts: ${ofKind("personal")} personal, ${ofKind("work-or-school")} of
    work or school, ${ofKind("third-party")} of third parties. ${withPush} of them ask by push notification, the
    others show one-time codes. The phone encrypts all of them, and the app's settings, into one envelope: a text
    that only her phones can open. Beside
    it the service is told of each account a keyed hash, its kind, whether it has push, and for work or school the
    organisation.`);
  const uploaded = await upload(stage, old, contents);
  check.equal("the service has counted every account", uploaded.accounts, accounts.length);

  const present = presentVersion(await readStatus(stage, old));
  check.equal(
    "the status tells the version, its accounts and the phone it is from",
    [present?.version, present?.accounts, present?.device.name],
    [1, accounts.length, old.name],
  );
}
