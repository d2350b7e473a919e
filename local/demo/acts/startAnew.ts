import type { Contents } from "../../phone/protocol/accounts.ts";
import { makeStorageSecret } from "../../phone/protocol/storage.ts";
import { machine } from "../../phone/protocol/system.ts";
import type { Stage } from "../stage.ts";
import { presentVersion, reached, readStatus, upload } from "../steps.ts";

/** An owner whose backup can't be opened any more is not locked out: she begins anew. */
export async function startAnew(stage: Stage, contents: Contents): Promise<void> {
  const { tell, check, accepted, refused, outbox } = stage;
  const iPhone = { owner: "Carol", platform: "ios" } as const;
  const iCloud = () => makeStorageSecret(machine);
  tell.act("Nobody is locked out: Carol starts anew");
  tell.say("Carol's iPhone is gone and its iCloud account with it, and she wrote nothing down.");
  const lost = await stage.registeredPhone({ ...iPhone, name: "iPhone SE", storageSecret: iCloud() });
  await accepted(lost.enable(), () => "backup is on; its new key comes sealed to this phone");
  await upload(stage, lost, contents);

  const next = await stage.registeredPhone({ ...iPhone, name: "iPhone 16", storageSecret: iCloud() });
  const problem = await refused(
    next.recover(),
    "storage-account-mismatch",
    "in another iCloud account the backup can't be opened",
  );
  check.equal("but there is a way on: starting anew", problem?.otherwise, "start-anew");
  const { arrived } = await outbox.arriving(() =>
    accepted(next.recover({ purpose: "start-anew" }), () => "a new key"),
  );
  check.equal("her other phone is told", reached(arrived), [lost.name]);
  await readStatus(stage, next);
  await upload(stage, next, { ...contents, accounts: contents.accounts.slice(0, 2) });
  const status = await readStatus(stage, next);
  check.equal("she has a backup again, from her new phone", presentVersion(status)?.device.name, next.name);
  check.equal("and what was there is kept", status.state === "on" && status.versions, 2);
}
