import type { Phone } from "../../../local/phone/acts/phone.ts";
import { recoveryKeyBody } from "../../support/recoveryKey.ts";
import { expectOk } from "../../support/service.ts";
import { registered, type Scenario, type Stage, withVersions } from "./stage.ts";

/** Seconds that a recovery waits if it has to: a sign-in is still recent afterwards. */
const WAIT = 60;

const storageSecret = new Uint8Array(32).fill(7);
const ios = { platform: "ios", storageSecret } as const;

interface Waiting {
  /** Has the backup. */
  readonly old: Phone;
  /** Waits for it. */
  readonly fresh: Phone;
  readonly recoveryId: string;
}

/** A new phone whose recovery will wait. */
async function aboutToWait(stage: Stage): Promise<Pick<Waiting, "old" | "fresh">> {
  const old = await withVersions(stage, 1);
  expectOk(await old.choosePolicy({ waitingSeconds: WAIT }));
  return { old, fresh: await registered(stage) };
}

async function waiting(stage: Stage): Promise<Waiting> {
  const phones = await aboutToWait(stage);
  const begun = await phones.fresh.recover();
  expectOk(begun);
  return { ...phones, recoveryId: begun.body.recoveryId };
}

/** The calls of recoveries, and of what guards them, by the endpoint's name. */
export const recoveryScenarios: Readonly<Record<string, readonly Scenario[]>> = {
  "recoveries-preview": [
    {
      title: "on a new phone",
      prepare: async (stage) => {
        await withVersions(stage, 1);
        const fresh = await registered(stage);
        return () => fresh.preview();
      },
    },
  ],
  "recoveries-begin": [
    {
      title: "on a new phone",
      prepare: async (stage) => {
        await withVersions(stage, 1);
        const fresh = await registered(stage);
        return () => fresh.recover();
      },
    },
    {
      title: "on a new phone that has to wait",
      prepare: async (stage) => {
        const { fresh } = await aboutToWait(stage);
        return () => fresh.recover();
      },
    },
  ],
  "recoveries-read": [
    {
      title: "by the phone that began it",
      prepare: async (stage) => {
        const phone = await withVersions(stage, 1);
        const begun = await phone.recover();
        expectOk(begun);
        return () => phone.readRecovery(begun.body.recoveryId);
      },
    },
  ],
  "recoveries-open": [
    {
      title: "after the wait",
      prepare: async (stage) => {
        const { fresh, recoveryId } = await waiting(stage);
        stage.wait(WAIT);
        return () => fresh.open(recoveryId);
      },
    },
  ],
  "recoveries-cancel": [
    {
      title: "one that waits",
      prepare: async (stage) => {
        const { fresh, recoveryId } = await waiting(stage);
        return () => fresh.cancel(recoveryId);
      },
    },
  ],
  "recoveries-approve": [
    {
      title: "one that waits on another phone",
      prepare: async (stage) => {
        const { old, recoveryId } = await waiting(stage);
        return () => old.approve(recoveryId);
      },
    },
  ],
  "recoveries-deny": [
    {
      title: "one that waits on another phone",
      prepare: async (stage) => {
        const { old, recoveryId } = await waiting(stage);
        return () => old.deny(recoveryId);
      },
    },
    {
      title: "one that another phone has opened",
      prepare: async (stage) => {
        const { old, fresh, recoveryId } = await waiting(stage);
        expectOk(await old.approve(recoveryId));
        expectOk(await fresh.open(recoveryId));
        return () => old.deny(recoveryId);
      },
    },
  ],
  "backup-freeze-lift": [
    {
      title: "after a denial",
      prepare: async (stage) => {
        const { old, recoveryId } = await waiting(stage);
        expectOk(await old.deny(recoveryId));
        return () => old.liftFreeze();
      },
    },
  ],
  "backup-recovery-key-set": [
    {
      title: "with the same material again",
      prepare: async (stage) => {
        const phone = await withVersions(stage, 1, ios);
        const body = await recoveryKeyBody(phone.state(), storageSecret);
        return () => phone.setRecoveryKey({ body });
      },
    },
  ],
  "backup-recovery-key-remove": [
    {
      title: "one that was set up",
      prepare: async (stage) => {
        const phone = await withVersions(stage, 1, ios);
        expectOk(await phone.setRecoveryKey());
        return () => phone.removeRecoveryKey();
      },
    },
  ],
};
