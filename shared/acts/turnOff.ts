import { withoutUnusedKeys } from "../backup/keys.ts";
import { turnedOff } from "../backup/states.ts";
import { actorOf } from "../model/event.ts";
import { deleteEnvelope } from "../store/operations.ts";
import { BATCH_OPERATIONS } from "../store/port.ts";
import type { OwnerAct } from "./act.ts";
import { commit, forget } from "./commit.ts";
import { tellOthers } from "./tell.ts";

/** Operations that the last commit has besides its versions: owner, event, proof, notices, and some to spare. */
const BESIDES = 10;

/**
 * Turns backup off [F1–F4]: the wrapped keys go with the last versions, in one commit, so that nothing which is still
 * held opens a copy of the database made earlier. Phones stay. A long history is shortened first, oldest versions first:
 * a crash on the way leaves a backup with a shorter one, and the phone tries again.
 */
export async function turnOff(act: OwnerAct): Promise<void> {
  let { owner } = act;
  for (;;) {
    const { item } = owner;
    const { backup } = item;
    if (backup.state !== "on") return;
    const most = BATCH_OPERATIONS - BESIDES;
    if (backup.versions.length <= most) {
      const { device, now } = act;
      return await commit({ ...act, owner }, turnedOff(item, actorOf(device), now), {
        event: { type: "backup-deleted", device },
        operations: [
          ...backup.versions.map(deleteEnvelope),
          ...tellOthers(act, item, { type: "backup-deleted" }),
        ],
      });
    }
    const oldest = backup.versions.filter(({ version }) => version !== backup.current).slice(-most);
    const versions = backup.versions.filter((version) => !oldest.includes(version));
    const next = withoutUnusedKeys({ ...item, backup: { ...backup, versions } });
    owner = await forget({ ...act, owner }, next, oldest.map(deleteEnvelope));
  }
}
