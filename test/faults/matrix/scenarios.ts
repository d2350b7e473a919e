import * as z from "zod";
import { readAnswer } from "../../../local/phone/acts/problem.ts";
import { NEWEST } from "../../../shared/backup/history.ts";
import { contents } from "../../support/accounts.ts";
import { expectOk } from "../../support/service.ts";
import { recoveryScenarios } from "./recoveryScenarios.ts";
import { registered, type Scenario, withVersions } from "./stage.ts";

/** How the phones of `local/phone` make each endpoint's call, by the endpoint's name. */
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
  ...recoveryScenarios,
  "service-health": [anonymous("/v1/health")],
  "service-ready": [anonymous("/v1/ready")],
  "service-problem": [anonymous("/v1/problems/store-unavailable")],
};

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
