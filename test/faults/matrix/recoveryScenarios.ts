import type { RecoverRequest } from "../../../local/phone/acts/recovery/recovery.ts";
import { contents } from "../../support/accounts.ts";
import { recoveryKeyBody } from "../../support/recoveryKey.ts";
import { expectOk } from "../../support/service.ts";
import {
  registered,
  type Scenario,
  STALE,
  type Stage,
  type StagePhone,
  trusted,
  withVersions,
} from "./stage.ts";

/** Seconds that a recovery waits if it has to: a sign-in is still recent afterwards. */
const WAIT = 60;

const storageSecret = new Uint8Array(32).fill(7);
const ios = { platform: "ios", storageSecret } as const;

interface Waiting {
  /** Turned backup on. */
  readonly old: StagePhone;
  /** Waits for it. */
  readonly fresh: StagePhone;
  readonly recoveryId: string;
}

const anew = { purpose: "start-anew" } as const;

/** A new phone whose recovery will wait. */
async function aboutToWait(stage: Stage): Promise<Pick<Waiting, "old" | "fresh">> {
  const old = await withVersions(stage, 1);
  expectOk(await old.choosePolicy({ waitingSeconds: WAIT }));
  return { old, fresh: await registered(stage) };
}

async function waiting(stage: Stage, request?: RecoverRequest): Promise<Waiting> {
  const phones = await aboutToWait(stage);
  const begun = await phones.fresh.recover(request);
  expectOk(begun);
  return { ...phones, recoveryId: begun.body.recoveryId };
}

/** Its wait is over, and it was opened: the new phone is trusted, and can be denied. */
async function opened(stage: Stage, request?: RecoverRequest): Promise<Waiting> {
  const phones = await waiting(stage, request);
  expectOk(await phones.old.approve(phones.recoveryId));
  expectOk(await phones.fresh.open(phones.recoveryId));
  return phones;
}

/** The calls of recoveries, and of what guards them: under the endpoint's name. */
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
    {
      title: "of starting anew",
      prepare: async (stage) => {
        await withVersions(stage, 1);
        const fresh = await registered(stage);
        return () => fresh.preview(anew);
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
    {
      title: "of a backup with no version",
      prepare: async (stage) => {
        await withVersions(stage, 0);
        const fresh = await registered(stage);
        return () => fresh.recover();
      },
    },
    {
      title: "of an older version, once more on a trusted phone",
      prepare: async (stage) => {
        const phone = await withVersions(stage, 2);
        return () => phone.recover({ version: 1 });
      },
    },
    {
      title: "anew, in place of what is there",
      prepare: async (stage) => {
        await withVersions(stage, 1);
        const fresh = await registered(stage);
        return () => fresh.recover(anew);
      },
    },
    {
      title: "anew, while a trusted phone has turned backup off",
      prepare: async (stage) => {
        const old = await withVersions(stage, 1);
        expectOk(await old.disable());
        const fresh = await registered(stage);
        return () => fresh.recover(anew);
      },
    },
    {
      title: "anew, on a new phone that has to wait",
      prepare: async (stage) => {
        const { fresh } = await aboutToWait(stage);
        return () => fresh.recover(anew);
      },
    },
    {
      title: "anew, in place of a recovery that waits",
      prepare: async (stage) => {
        const { fresh } = await waiting(stage);
        return () => fresh.recover(anew);
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
    {
      title: "after the wait, to start anew",
      prepare: async (stage) => {
        const { fresh, recoveryId } = await waiting(stage, anew);
        stage.wait(WAIT);
        return () => fresh.open(recoveryId);
      },
    },
    {
      title: "again",
      prepare: async (stage) => {
        const { fresh, recoveryId } = await opened(stage);
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
    {
      title: "one that was opened",
      prepare: async (stage) => {
        const { fresh, recoveryId } = await opened(stage);
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
        const { old, recoveryId } = await opened(stage);
        return () => old.deny(recoveryId);
      },
    },
    {
      title: "one by which another phone has started anew",
      prepare: async (stage) => {
        const { old, fresh, recoveryId } = await opened(stage, anew);
        expectOk(await fresh.upload(contents));
        return () => old.deny(recoveryId);
      },
    },
    {
      title: "one whose phone has turned backup off",
      prepare: async (stage) => {
        const { old, fresh, recoveryId } = await opened(stage);
        expectOk(await fresh.disable());
        return () => old.deny(recoveryId);
      },
    },
    {
      title: "with a stale sign-in",
      prepare: async (stage) => {
        const { old, recoveryId } = await opened(stage);
        await old.signIn(STALE);
        return () => old.deny(recoveryId);
      },
    },
    {
      title: "on a phone that was revoked since",
      prepare: async (stage) => {
        const { old, fresh, recoveryId } = await opened(stage);
        expectOk(await fresh.revoke(old.deviceId));
        return () => old.deny(recoveryId);
      },
    },
    {
      title: "a second one, while the backup is frozen",
      prepare: async (stage) => {
        const { old, recoveryId } = await waiting(stage);
        const second = await registered(stage);
        const begun = await second.recover();
        expectOk(begun);
        expectOk(await old.deny(recoveryId));
        return () => old.deny(begun.body.recoveryId);
      },
    },
    {
      title: "by a phone whose own recovery can still be denied, which freezes nothing",
      prepare: async (stage) => {
        const old = await withVersions(stage, 1);
        const second = await trusted(stage);
        expectOk(await old.choosePolicy({ waitingSeconds: WAIT }));
        const third = await registered(stage);
        const begun = await third.recover();
        expectOk(begun);
        return () => second.deny(begun.body.recoveryId);
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
