import { describe, expect, it } from "vitest";
import { contents } from "../support/accounts.ts";
import { partitionOf } from "../support/partition.ts";
import {
  backedUpPhone,
  expectOk,
  problemOf,
  registeredPhone,
  startService,
  type TestPhone,
  type TestService,
} from "../support/service.ts";

const storageSecret = new Uint8Array(32).fill(7);
const on = {
  android: { platform: "android", name: "Android phone" },
  ios: { platform: "ios", name: "iPhone", storageSecret },
} as const;

describe("a phone of the other platform", () => {
  it.each([
    ["android", "ios"],
    ["ios", "android"],
  ] as const)("is refused the %s backup on %s, unless that was allowed [G1] [H8]", async (from, to) => {
    const service = await startService();
    await withBackup(service, from);
    const next = await registeredPhone(service, on[to]);
    expect(problemOf(await next.recover())).toMatchObject({
      status: 409,
      code: "platform-changed",
      remedy: "add-accounts-by-hand",
      otherwise: "start-anew",
      retryable: false,
      backupPlatform: from,
    });
  });

  it("is told that apart from there being no backup [G1]", async () => {
    const service = await startService();
    await withBackup(service, "ios");
    const stranger = await registeredPhone(service, { ...on.android, owner: "mallory" });
    expect(problemOf(await stranger.recover())).toMatchObject({ status: 404, code: "backup-none" });
  });

  it("can't allow it to itself: that is for a trusted phone [H8]", async () => {
    const service = await startService();
    await withBackup(service, "android");
    const next = await registeredPhone(service, on.ios);
    const before = await partitionOf(service, next);
    expect(problemOf(await next.choosePolicy({ otherPlatform: true }))).toMatchObject({
      status: 409,
      code: "trust-required",
      remedy: "recover-or-start-anew",
    });
    expect(await partitionOf(service, next)).toEqual(before);
    expect(problemOf(await next.recover())).toMatchObject({ code: "platform-changed" });
  });

  it("is allowed with a recent sign-in alone, on a trusted phone [H8]", async () => {
    const service = await startService();
    const old = await withBackup(service, "android");
    await old.signIn({ signedInSecondsAgo: 3000 });
    expect(problemOf(await old.choosePolicy({ otherPlatform: true }))).toMatchObject({
      status: 401,
      code: "step-up-required",
    });
    const policy = await old.policy();
    expectOk(policy);
    expect(policy.body.otherPlatform).toBe(false);
  });

  it("recovers an Android backup once it was allowed: every account arrives [H8]", async () => {
    const service = await startService();
    const old = await withBackup(service, "android");
    expectOk(await old.choosePolicy({ otherPlatform: true }));
    const next = await registeredPhone(service, on.ios);
    const recovered = await next.recover({ unbound: true });
    expectOk(recovered);
    expect(recovered.contents).toEqual(contents);
    expect(recovered.body).toMatchObject({ platform: "android", content: { storageBound: false } });
  });

  it("is refused again once the owner allows it no more [H8]", async () => {
    const service = await startService();
    const old = await withBackup(service, "android");
    expectOk(await old.choosePolicy({ otherPlatform: true }));
    expectOk(await old.choosePolicy({ otherPlatform: false }));
    const next = await registeredPhone(service, on.ios);
    expect(problemOf(await next.recover())).toMatchObject({ code: "platform-changed" });
  });

  it("is told where the backup opens with the storage account of the old phone alone [H8]", async () => {
    const service = await startService();
    const old = await withBackup(service, "ios");
    expectOk(await old.choosePolicy({ otherPlatform: true }));
    const next = await registeredPhone(service, on.android);
    expect(problemOf(await next.recover())).toMatchObject({
      status: 409,
      code: "storage-bound",
      remedy: "use-original-phone",
    });
  });

  it("recovers an iOS backup once the old phone has made a version without it [H8]", async () => {
    const service = await startService();
    const old = await withBackup(service, "ios");
    expectOk(await old.choosePolicy({ otherPlatform: true }));
    expectOk(await old.upload(contents, { storageBound: false }));
    const next = await registeredPhone(service, on.android);
    const recovered = await next.recover();
    expectOk(recovered);
    expect(recovered.contents).toEqual(contents);
    expect(recovered.body).toMatchObject({
      version: 2,
      platform: "ios",
      content: { storageBound: false },
    });
    // The version before is as it was.
    expect(problemOf(await next.recover({ version: 1 }))).toMatchObject({ code: "storage-bound" });
  });

  it("leaves the old platform's own phones as they were: they recover both versions [H8]", async () => {
    const service = await startService();
    const old = await withBackup(service, "ios");
    expectOk(await old.choosePolicy({ otherPlatform: true }));
    expectOk(await old.upload(contents, { storageBound: false }));
    const next = await registeredPhone(service, on.ios);
    for (const version of [1, 2]) {
      const recovered = await next.recover({ version, unbound: version === 2 });
      expectOk(recovered);
      expect(recovered.contents).toEqual(contents);
    }
    const without = await registeredPhone(service, { platform: "ios" });
    expect(problemOf(await without.recover())).toMatchObject({ code: "storage-account-missing" });
  });
});

describe("an iOS phone", () => {
  it("makes no version without its storage account unless the other platform is allowed [H8] [A7]", async () => {
    const service = await startService();
    const old = await withBackup(service, "ios");
    expect(problemOf(await old.upload(contents, { storageBound: false }))).toMatchObject({
      status: 409,
      code: "envelope-mismatch",
      header: "ssb",
    });
  });
});

async function withBackup(service: TestService, platform: keyof typeof on): Promise<TestPhone> {
  const phone = await backedUpPhone(service, on[platform]);
  expectOk(await phone.upload(contents));
  return phone;
}
