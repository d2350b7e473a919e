import type { Contents } from "../../phone/protocol/accounts.ts";
import { makeStorageSecret } from "../../phone/protocol/storage.ts";
import { machine } from "../../phone/protocol/system.ts";
import type { Stage } from "../stage.ts";
import { recoverAtOnce, upload } from "../steps.ts";

/**
 * On iOS the content key needs a secret from iCloud too: the recovery account alone is refused, unless there is a
 * recovery key that was written down beforehand.
 */
export async function recoverOnIos(stage: Stage, contents: Contents): Promise<void> {
  const { tell, check, accepted, refused } = stage;
  const platform = "ios";
  tell.act("An iPhone needs iCloud as well");
  tell.say(`Bob's iPhone makes the key of its envelope from two: the one that the service seals to it, and a secret
    that it keeps in his iCloud.`);
  const storageSecret = makeStorageSecret(machine);
  const old = await stage.registeredPhone({ owner: "Bob", name: "iPhone 12", platform, storageSecret });
  await accepted(old.enable(), () => "backup is on; its new key comes sealed to this phone");
  await upload(stage, old, contents);

  tell.say("His new iPhone is not signed in to iCloud yet.");
  const setup = { owner: "Bob", name: "iPhone 17", platform } as const;
  const without = await stage.registeredPhone(setup);
  await refused(without.recover(), "storage-account-missing", "the recovery account alone is refused");
  const next = await stage.phone({ ...setup, storageSecret, state: without.state() });
  await next.signIn("Bob signs in again, and this time to his iCloud too");
  const recovery = await recoverAtOnce(stage, next);
  check.equal("with both, everything is there", recovery.contents, contents);

  tell.say(`He writes down a recovery key, which no phone keeps and the service never sees. Then he loses his phones,
    and his iCloud with them.`);
  const { recoveryKey } = await accepted(
    next.setRecoveryKey(),
    ({ recoveryKey }) => `on his paper stands ${recoveryKey}`,
  );
  const last = await stage.registeredPhone({ owner: "Bob", name: "iPhone Air", platform });
  const saved = await recoverAtOnce(stage, last, { recoveryKey }, ", and what the recovery key opens");
  check.equal("with the recovery account and the paper, everything is there", saved.contents, contents);
}
