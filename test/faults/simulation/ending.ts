import type { Member } from "./family.ts";
import { liftFreeze } from "./otherPhonesActs.ts";
import { open, recover } from "./recoveryActs.ts";
import { isFrozen, mayLift, phoneOf } from "./state.ts";

interface Ending {
  /** Has a phone do one thing. */
  readonly step: (member: Member, act: () => Promise<void>) => Promise<void>;
  /** Lets some time pass. */
  readonly wait: () => void;
}

/**
 * Has a new phone recover, whatever has happened. Only two other ends are allowed, and only if they are true: the owner
 * began too many recoveries today, or the backup is frozen and no phone is left that may lift the freeze.
 */
export async function recoverAtLast(fresh: Member, { step, wait }: Ending): Promise<void> {
  const { ledger, journal, members } = fresh.family;
  while (ledger.acknowledged() > 0 && fresh.backAt === 0) {
    if (fresh.unfinished) {
      await step(fresh, fresh.unfinished.again);
      continue;
    }
    const state = journal.latest();
    if (phoneOf(state, fresh.phone.deviceId)?.holdsBackup) return;
    const lifter = members.find(({ phone }) => mayLift(state, phone.deviceId));
    const { recovery } = fresh.phone.state();
    if (lifter) await step(lifter, () => liftFreeze(lifter));
    else if (isFrozen(state)) return;
    else if (recovery) {
      wait();
      await step(fresh, () => open(fresh, recovery.recoveryId));
    } else await step(fresh, () => recover(fresh));
  }
}
