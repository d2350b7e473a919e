import assert from "node:assert/strict";
import * as acts from "./acts.ts";
import { type Member, nextContents, registeredOf } from "./family.ts";

const DAY = 24 * 60 * 60 * 1000;

/** Days within which an owner who can sign in gets back, if phones of others that are trusted hold all places. */
const BACK_WITHIN = 134;

interface Ending {
  /** Has the phone do one thing. */
  readonly step: (act: () => Promise<unknown>) => Promise<void>;
  /** Lets time pass until then. */
  readonly wait: (until: number) => Promise<void>;
}

/**
 * Whatever has happened, a new phone with a fresh sign-in gets to a backup that is stored, by doing what the answers say
 * [G9]: it recovers or, where that can't be, starts anew.
 */
export async function backAtLast(fresh: Member, { step, wait }: Ending): Promise<void> {
  const { world, journal } = fresh.family;
  const { clock } = world;
  const until = clock.time + BACK_WITHIN * DAY;
  let stored = false;
  let anew = false;
  while (!stored) {
    assert(clock.time < until, `an owner is locked out for ${BACK_WITHIN} days`);
    let code: string | undefined;
    await step(async () => {
      acts.signIn(fresh);
      const { recovery } = fresh.phone.state();
      const { backup } = journal.latest().owner ?? {};
      if (fresh.unfinished) await fresh.unfinished.again();
      else if (!registeredOf(fresh)) code = await acts.register(fresh);
      else if (registeredOf(fresh)?.trusted && backup?.state === "on") {
        code = await acts.upload(fresh, nextContents(fresh.family));
        stored = code === undefined;
      } else if (recovery) code = await acts.open(fresh, recovery.recoveryId);
      else if (anew || backup?.state === "on") {
        code = await acts.recover(fresh, anew ? { purpose: "start-anew" } : {});
      } else code = await acts.turnOn(fresh);
    });
    const { freeze, recoveries } = journal.latest().owner ?? {};
    const waits = recoveries?.find(
      ({ device, state }) => state === "waiting" && device.deviceId === fresh.phone.deviceId,
    );
    switch (code) {
      case "backup-frozen":
        await wait(Date.parse(freeze?.until ?? ""));
        break;
      case "recovery-waiting":
        await wait(Date.parse(waits?.releaseAt ?? ""));
        break;
      case "too-many-refusals":
      case "too-many-tries":
      case "too-many-devices":
        await wait(clock.time + DAY);
        break;
      case "platform-changed":
      case "storage-account-mismatch":
      case "start-anew-required":
        // It may be trusted all the same, and ask for a backup that another has begun on another platform.
        anew = true;
        if (registeredOf(fresh)?.trusted) await step(() => acts.recover(fresh, { purpose: "start-anew" }));
    }
  }
}
