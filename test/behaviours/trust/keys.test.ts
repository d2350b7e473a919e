import { describe, expect, it } from "vitest";
import { BEHIND } from "../../../shared/backup/history.ts";
import { contents, contentsOf } from "../../support/accounts.ts";
import {
  expectOk,
  expectOpened,
  problemOf,
  type TestPhone,
  type TestService,
} from "../../support/service.ts";
import {
  DAY,
  HOUR,
  later,
  newPhone,
  recovered,
  startStage,
  startWithRecoveryKey,
  statusOf,
  waiting,
} from "../stage.ts";
import {
  android,
  anew,
  backupOf,
  iPhone,
  iPhoneElsewhere,
  keptOf,
  opens,
  phonesOf,
  trustedPhone,
  uploadWithoutKey,
} from "./stage.ts";

describe("a user key that is current no more", () => {
  it("is dropped at once where nothing was ever uploaded under it [D11]", async () => {
    const { service, old, next } = await startStage();
    for (let count = 0; count < 4; count++) expectOk(await next.recover(anew));
    expect(await keyNumbersOf(service, old)).toEqual([1, 5]);
  });

  it("stays as long as a version is kept that it opens, and no longer [H1]", async () => {
    const { service, old, next } = await startStage({ wait: HOUR });
    const id = await waiting(next, anew);
    await later(service, HOUR, next, old);
    expectOk(await next.open(id));
    expectOk(await next.upload(contentsOf(7)));
    expectOk(await next.revoke(old.deviceId));
    await uploadDaily(service, next, 30);
    expect([await keyNumbersOf(service, next), (await keptOf(service, next)).at(-1)]).toEqual([[1, 2, 3], 1]);
    await uploadDaily(service, next, 3 + BEHIND);
    expect(await keptOf(service, next)).not.toContain(1);
    expect(await keyNumbersOf(service, next)).toEqual([3]);
  });

  it("stays as long as the recovery lives that names its version, though no other is left [H10] [H1]", async () => {
    const { service, old, next } = await startStage();
    const gone = await trustedPhone(service);
    expectOk(await old.choosePolicy({ waitingSeconds: HOUR }));
    const id = await waiting(next, { version: 1 });
    expectOk(await old.revoke(gone.deviceId));
    expectOk(await old.status());
    for (let count = 0; count < 12; count++) expectOk(await old.upload(contentsOf(7)));
    const { versions } = await backupOf(service, old);
    expect(versions.filter(({ key }) => key === 1).map(({ version }) => version)).toEqual([1]);
    await later(service, HOUR, next);
    const opened = await next.open(id);
    expectOpened(opened);
    expect(opened.contents).toEqual(contents);
    expect(opened.body.key.number).toBe(1);
  });

  it("comes with an older version that is recovered, and the current one with the newest [H1]", async () => {
    const { service, old, next } = await startStage();
    await recovered(next);
    expectOk(await old.revoke(next.deviceId));
    expectOk(await old.status());
    expectOk(await old.upload(contentsOf(7)));
    const third = await newPhone(service);
    for (const [version, number, accounts] of [
      [1, 1, 6],
      [2, 2, 7],
    ] as const) {
      const opened = await third.recover({ version });
      expectOpened(opened);
      expect([opened.body.key.number, opened.contents.accounts.length]).toEqual([number, accounts]);
    }
  });

  async function uploadDaily(service: TestService, phone: TestPhone, days: number): Promise<void> {
    for (let day = 0; day < days; day++) {
      await later(service, DAY, phone);
      expectOk(await phone.status());
      expectOk(await phone.upload(contentsOf(7)));
    }
  }
});

describe("what is uploaded after a trusted phone is gone", () => {
  it("is closed to it, whoever removed it, and open to those that stayed [H5]", async () => {
    const { service, old, next } = await startStage();
    await recovered(next);
    const stays = await trustedPhone(service);
    expectOk(await next.revoke(next.deviceId));
    for (const phone of [old, stays]) {
      expectOk(await phone.status());
      expectOk(await phone.upload(contentsOf(7)));
      const [newest] = (await backupOf(service, old)).versions;
      if (!newest) throw new Error("there is no version");
      expect(newest.key).toBe(2);
      expect(await opens(service, phone, newest)).toBe(true);
      expect(await opens(service, next, newest)).toBe(false);
    }
  });
});

describe("a recovery key on paper", () => {
  it("opens what was uploaded under the user key that it was made under, and status says which [H9]", async () => {
    const { service, old, next, recoveryKey } = await startWithRecoveryKey();
    expectOk(await old.upload(contentsOf(7)));
    const gone = await newPhone(service, { platform: "ios", storageSecret: old.storageSecret() });
    await recovered(gone);
    expectOk(await old.revoke(gone.deviceId));
    expectOk(await old.status());
    expectOk(await old.upload(contentsOf(8)));
    expect(problemOf(await next.recover({ recoveryKey }))).toMatchObject({
      code: "recovery-key-none",
      otherwise: "start-anew",
    });
    // A phone that has nothing but the paper finds the newest version that it opens.
    const status = await statusOf(next);
    expect(status).toMatchObject({
      recoveryKey: { key: 1, versions: 2, newest: 2 },
      current: { version: 3, key: 2 },
    });
    const opened = await next.recover({ recoveryKey, version: Number(status.recoveryKey?.newest) });
    expectOpened(opened);
    expect(opened.contents).toEqual(contentsOf(7));
  });

  it("opens what comes when it was written again under the new key [H9]", async () => {
    const { service, old, next } = await startWithRecoveryKey();
    const gone = await newPhone(service, { platform: "ios", storageSecret: old.storageSecret() });
    await recovered(gone);
    expectOk(await old.revoke(gone.deviceId));
    expectOk(await old.status());
    expectOk(await old.upload(contentsOf(8)));
    const set = await old.setRecoveryKey();
    expectOk(set);
    expect(await statusOf(next)).toMatchObject({ recoveryKey: { key: 2 }, current: { key: 2 } });
    const opened = await next.recover({ recoveryKey: set.recoveryKey });
    expectOpened(opened);
    expect(opened.contents).toEqual(contentsOf(8));
  });
});

describe("two trusted phones", () => {
  it.each([
    ["of two platforms", android, iPhone, "platform-changed"],
    ["in two iCloud accounts", iPhone, iPhoneElsewhere, "storage-account-mismatch"],
  ] as const)(
    "%s don't take the backup from each other: each asks its owner first [G1] [A8]",
    async (_, first, second, code) => {
      const { service, old } = await startStage({ phones: first });
      const other = await newPhone(service, { name: "Other phone", ...second });
      const secrets = new Map([
        [old, old.storageSecret()],
        [other, other.storageSecret()],
      ]);
      expectOk(await other.recover(anew));
      expectOk(await other.upload(contentsOf(7)));
      for (const [phone, by] of [
        [old, other],
        [other, old],
      ] as const) {
        const before = await backupOf(service, by);
        // The app tries again and again, and takes nothing over by that.
        for (let tries = 0; tries < 3; tries++) {
          expectOk(await phone.status());
          expect(problemOf(await phone.upload(contentsOf(8)))).toMatchObject({
            code,
            otherwise: "start-anew",
          });
        }
        // Nor one that doesn't ask for the key first.
        const storageSecret = secrets.get(phone);
        const straight = await uploadWithoutKey(phone, contentsOf(8), storageSecret && { storageSecret });
        expect(straight).toMatchObject({ problem: { code, otherwise: "start-anew" } });
        const { lastFailure: _, ...after } = await backupOf(service, by);
        expect(after).toEqual(before);
        // The owner says so: nothing waits, since the phone is trusted.
        expectOk(await phone.recover(anew));
        expectOk(await phone.upload(contentsOf(8)));
      }
      expect(await phonesOf(old)).toEqual(["Old phone*", "New phone", "Other phone*"]);
    },
  );
});

describe("an owner who moves to the other platform", () => {
  it("recovers there where that was allowed beforehand, then starts anew, and goes on there [H8]", async () => {
    const { service, old } = await startStage({ phones: iPhone });
    expectOk(await old.choosePolicy({ otherPlatform: true }));
    expectOk(await old.upload(contentsOf(7), { storageBound: false }));
    const moved = await newPhone(service, android);
    await recovered(moved);
    expectOk(await moved.status());
    expect(problemOf(await moved.upload(contentsOf(8)))).toMatchObject({ code: "platform-changed" });
    expectOk(await moved.recover(anew));
    expectOk(await moved.upload(contentsOf(8)));
    expect(await statusOf(moved)).toMatchObject({ platform: "android", current: { version: 3 } });
  });
});

async function keyNumbersOf(service: TestService, phone: TestPhone): Promise<number[]> {
  return (await backupOf(service, phone)).keys.map(({ number }) => number);
}
