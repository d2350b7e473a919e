import * as z from "zod";
import type { Phone } from "../../local/phone/phone.ts";
import { type Result, readAnswer } from "../../local/phone/problem.ts";
import type { PhoneOptions } from "../../local/phone/session.ts";
import { NEWEST } from "../../shared/backup/history.ts";
import type { ProblemCode } from "../../shared/errors/catalogue.ts";
import { contents } from "../support/accounts.ts";
import { expectOk } from "../support/service.ts";

/** Gives phones of one owner, whom no other case knows. */
export interface Stage {
  /** A new phone, or the one that `state` is of. */
  readonly phone: (options?: Partial<PhoneOptions>) => Promise<Phone>;
}

export type Call = () => Promise<Result<unknown>>;

export interface Scenario {
  readonly title: string;
  /** Brings about what the call builds on. @returns the call, which a phone makes until it knows what came of it */
  readonly prepare: (stage: Stage) => Promise<Call>;
  /** How a retry is answered where the first try was carried out; left out, like the first. */
  readonly retried?: ProblemCode;
}

/** How the phones of `local/phone` make each endpoint's call: under the endpoint's name. */
export const scenarios: Readonly<Record<string, readonly Scenario[]>> = {
  "devices-register": [
    {
      title: "an owner's first phone",
      prepare: async ({ phone }) => {
        const first = await phone();
        return () => first.register();
      },
    },
    {
      title: "another phone",
      prepare: async (stage) => {
        await registered(stage);
        const another = await stage.phone();
        return () => another.register();
      },
    },
    {
      title: "a phone with another name",
      prepare: async (stage) => {
        const before = await registered(stage);
        const renamed = await stage.phone({ state: before.state(), name: "Renamed" });
        return () => renamed.register();
      },
    },
  ],
  "devices-list": [
    {
      title: "the owner's phones",
      prepare: async (stage) => {
        const phone = await registered(stage);
        return () => phone.devices();
      },
    },
  ],
  "devices-revoke": [
    {
      title: "another phone",
      prepare: async (stage) => {
        const [phone, lost] = [await registered(stage), await registered(stage)];
        return () => phone.revoke(lost.deviceId);
      },
    },
    {
      title: "the phone itself",
      prepare: async (stage) => {
        const phone = await registered(stage);
        return () => phone.revoke(phone.deviceId);
      },
      retried: "device-not-registered",
    },
  ],
  "backup-enable": [
    {
      title: "on Android",
      prepare: async (stage) => {
        const phone = await registered(stage);
        return () => phone.enable();
      },
    },
    {
      title: "on iOS",
      prepare: async (stage) => {
        const phone = await registered(stage, { platform: "ios", storageSecret: new Uint8Array(32).fill(7) });
        return () => phone.enable();
      },
    },
  ],
  "backup-status": [
    {
      title: "of a backup",
      prepare: async (stage) => {
        const phone = await withVersions(stage, 1);
        return () => phone.status();
      },
    },
  ],
  "backup-upload": [
    {
      title: "the first version",
      prepare: async (stage) => {
        const phone = await withVersions(stage, 0);
        return () => phone.upload(contents);
      },
    },
    {
      title: "a version that drops an old one",
      prepare: async (stage) => {
        const phone = await withVersions(stage, NEWEST);
        return () => phone.upload(contents);
      },
    },
  ],
  "backup-key": [
    {
      title: "for a phone that has lost it",
      prepare: async (stage) => {
        const phone = await withVersions(stage, 1);
        return () => phone.key();
      },
    },
  ],
  "backup-refresh": [
    {
      title: "on a phone that has recovered accounts with push",
      prepare: async (stage) => {
        await withVersions(stage, 1);
        const fresh = await registered(stage);
        expectOk(await fresh.recover());
        return () => fresh.refresh();
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
  "backup-disable": [
    {
      title: "with a version",
      prepare: async (stage) => {
        const phone = await withVersions(stage, 1);
        return () => phone.disable();
      },
    },
  ],
  "backup-versions": [
    {
      title: "of a backup with one",
      prepare: async (stage) => {
        const phone = await withVersions(stage, 1);
        return () => phone.versions();
      },
    },
  ],
  "backup-versions-restore": [
    {
      title: "an older version",
      prepare: async (stage) => {
        const phone = await withVersions(stage, 2);
        return () => phone.restore(1);
      },
    },
  ],
  "backup-policy-read": [
    {
      title: "that nobody has changed",
      prepare: async (stage) => {
        const phone = await withVersions(stage, 1);
        return () => phone.policy();
      },
    },
  ],
  "backup-policy-choose": [
    {
      title: "another conflict policy",
      prepare: async (stage) => {
        const phone = await withVersions(stage, 1);
        return () => phone.choosePolicy({ conflict: "any-account" });
      },
    },
  ],
  "activity-read": [
    {
      title: "of a few events",
      prepare: async (stage) => {
        const phone = await withVersions(stage, 1);
        return () => phone.activity();
      },
    },
  ],
  "me-export": [
    {
      title: "of a backup with a version",
      prepare: async (stage) => {
        const phone = await withVersions(stage, 1);
        return () => phone.exportAll();
      },
    },
  ],
  "service-health": [anonymous("/v1/health")],
  "service-ready": [anonymous("/v1/ready")],
  "service-problem": [anonymous("/v1/problems/store-unavailable")],
};

async function registered({ phone }: Stage, options?: Partial<PhoneOptions>): Promise<Phone> {
  const made = await phone(options);
  expectOk(await made.register());
  return made;
}

/** A phone that has turned backup on and uploaded `count` versions, each of other contents. */
async function withVersions(stage: Stage, count: number): Promise<Phone> {
  const phone = await registered(stage);
  expectOk(await phone.enable());
  for (let version = 1; version <= count; version++) {
    expectOk(await phone.upload({ ...contents, accounts: contents.accounts.slice(version % 5) }));
  }
  return phone;
}

function anonymous(path: string): Scenario {
  return {
    title: "asked by anyone",
    prepare: async (stage) => {
      const phone = await stage.phone();
      return async () =>
        readAnswer(
          await phone.send({ method: "GET", path, proof: false }),
          z.record(z.string(), z.unknown()),
        );
    },
  };
}
