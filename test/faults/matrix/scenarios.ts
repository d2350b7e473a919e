import * as z from "zod";
import { readAnswer } from "../../../local/phone/acts/problem.ts";
import { NEWEST } from "../../../shared/backup/history.ts";
import { LIMITS } from "../../../shared/limits/tries.ts";
import { MOST_DEVICES } from "../../../shared/model/device.ts";
import { contents } from "../../support/accounts.ts";
import { expectOk } from "../../support/service.ts";
import { challengeScenarios } from "./challengeScenarios.ts";
import { contactScenarios } from "./contactScenarios.ts";
import { recoveryScenarios } from "./recoveryScenarios.ts";
import { registered, type Scenario, STALE, type Stage, trusted, withVersions } from "./stage.ts";

const TOKEN = {
  environment: "production",
  token: "token-of-this-phone".padEnd(40, "-"),
  language: "en",
} as const;

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
    {
      title: "a phone for which the oldest that is not trusted gives up its place",
      prepare: async (stage) => {
        await withVersions(stage, 1);
        await fillPlaces(stage, registered);
        const phone = await stage.phone();
        return () => phone.register();
      },
    },
    {
      title: "a phone for which a trusted one gives up its place, unused for 90 days",
      prepare: async (stage) => {
        await withVersions(stage, 1);
        await fillPlaces(stage, trusted);
        stage.wait(90 * DAY);
        const phone = await stage.phone();
        return () => phone.register();
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
      title: "another phone that is trusted: what is uploaded from then on has a new key",
      prepare: async (stage) => {
        const phone = await withVersions(stage, 1);
        const lost = await trusted(stage);
        return () => phone.revoke(lost.deviceId);
      },
    },
    {
      title: "the phone itself, which is trusted",
      prepare: async (stage) => {
        const phone = await withVersions(stage, 1);
        return () => phone.revoke(phone.deviceId);
      },
      retried: "device-not-registered",
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
  "devices-push": [
    {
      title: "a token for the first time",
      prepare: async (stage) => {
        const phone = await registered(stage);
        return () => phone.sayPushToken(TOKEN);
      },
    },
    {
      title: "another token",
      prepare: async (stage) => {
        const phone = await registered(stage);
        expectOk(await phone.sayPushToken(TOKEN));
        return () => phone.sayPushToken({ ...TOKEN, token: TOKEN.token.toUpperCase() });
      },
    },
    {
      title: "the same token",
      prepare: async (stage) => {
        const phone = await registered(stage);
        expectOk(await phone.sayPushToken(TOKEN));
        return () => phone.sayPushToken(TOKEN);
      },
    },
  ],
  ...contactScenarios,
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
    {
      title: "again, after it was turned off",
      prepare: async (stage) => {
        const phone = await withVersions(stage, 1);
        expectOk(await phone.disable());
        return () => phone.enable();
      },
    },
  ],
  "backup-status": [
    {
      title: "of a backup that is frozen, on a new phone",
      prepare: async (stage) => {
        const old = await withVersions(stage, 1);
        const thief = await registered(stage);
        const begun = await thief.recover();
        expectOk(begun);
        expectOk(await old.deny(begun.body.recoveryId));
        const phone = await registered(stage);
        return () => phone.status();
      },
    },
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
    {
      title: "a version with a loss, on a stale sign-in",
      prepare: async (stage) => {
        const phone = await withVersions(stage, 1);
        await phone.signIn(STALE);
        const fewer = { ...contents, accounts: contents.accounts.slice(1) };
        return () => phone.upload(fewer);
      },
    },
    {
      title: "a version that loses nearly all, as its owner agreed to",
      prepare: async (stage) => {
        const phone = await withVersions(stage, 1);
        const fewer = { ...contents, accounts: contents.accounts.slice(0, 1) };
        return () => phone.upload(fewer, { replaces: 1 });
      },
    },
    {
      title: "a version under the new key, after another phone was revoked",
      prepare: async (stage) => {
        const phone = await withVersions(stage, 1);
        const lost = await trusted(stage);
        expectOk(await phone.revoke(lost.deviceId));
        expectOk(await phone.key());
        expectOk(await phone.status());
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
      title: "of a backup with a version, told each time",
      prepare: async (stage) => {
        const phone = await withVersions(stage, 1);
        return () => phone.exportAll();
      },
      repeated: true,
    },
    {
      title: "of a backup with two keys, told to the other phone each time",
      prepare: async (stage) => {
        const phone = await withVersions(stage, 1);
        const other = await trusted(stage);
        expectOk(await other.recover({ purpose: "start-anew" }));
        return () => phone.exportAll();
      },
      repeated: true,
    },
  ],
  ...recoveryScenarios,
  ...challengeScenarios,
  "service-health": [anonymous("/v1/health")],
  "service-openapi": [anonymous("/v1/openapi.json")],
  "service-problem": [anonymous("/v1/problems/store-unavailable")],
  "service-problems": [anonymous("/v1/problems")],
};

/** In seconds. */
const DAY = 24 * 60 * 60;

/** Has as many more phones as an owner may have, as many a day as may be. */
async function fillPlaces(stage: Stage, make: (stage: Stage) => Promise<unknown>): Promise<void> {
  for (let count = 1; count < MOST_DEVICES; count++) {
    if (count % (LIMITS.registrations.perOwner - 1) === 0) stage.wait(DAY);
    await make(stage);
  }
  stage.wait(DAY);
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
