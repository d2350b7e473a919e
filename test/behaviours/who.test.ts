import { describe, expect, it } from "vitest";
import { contentKey } from "../../local/phone/protocol/contentKey.ts";
import { EnvelopeRefused, openEnvelope } from "../../local/phone/protocol/envelope.ts";
import { contents } from "../support/accounts.ts";
import {
  backedUpPhone,
  expectOk,
  phoneOf,
  problemOf,
  registeredPhone,
  startService,
  type TestPhone,
} from "../support/service.ts";
import { recoveredOn, startStage } from "./stage.ts";

const iCloud = new Uint8Array(32).fill(7);
const otherICloud = new Uint8Array(32).fill(8);

describe("the app", () => {
  it("backs up and recovers on iOS with version 5.7.0 [A1]", async () => {
    await backsUpAndRecovers("ios", "5.7.0");
  });

  it("is refused on iOS with version 5.6.9, and told the oldest that will do [A1]", async () => {
    await isTooOld("ios", "5.6.9", "5.7.0");
  });

  it("is refused where it turned out to be faulty, and told the version to get [A1] [A2]", async () => {
    const settings = { MINIMUM_APP_VERSIONS: '{"android":"6.9.2"}' };
    const service = await startService({ settings });
    const android = await phoneOf(service, { platform: "android", version: "6.9.1" });
    expect(problemOf(await android.register())).toMatchObject({
      status: 403,
      code: "app-version-unsupported",
      remedy: "update-app",
      minimumVersion: "6.9.2",
    });
    expectOk(await (await phoneOf(service, { platform: "android", version: "6.9.2" })).register());
    const ios = await phoneOf(service, { platform: "ios", version: "5.7.0", storageSecret: iCloud });
    expectOk(await ios.register());
  });

  it("backs up and recovers on Android with version 6.6.0 [A2]", async () => {
    await backsUpAndRecovers("android", "6.6.0");
  });

  it("is refused on Android with version 6.5.12, and told the oldest that will do [A2]", async () => {
    await isTooOld("android", "6.5.12", "6.6.0");
  });

  it.each([
    ["android", "6.10.0"],
    ["android", "6.6"],
    ["android", "10.0"],
    ["ios", "5.7"],
    ["ios", "5.10.1"],
  ] as const)("compares versions as numbers: %s %s is new enough [A3]", async (platform, version) => {
    const service = await startService();
    const phone = await phoneOf(service, { platform, version, storageSecret: iCloud });
    expectOk(await phone.register());
  });

  it.each([
    ["X-Client-Version", undefined, "client-version-invalid"],
    ["X-Client-Version", "six", "client-version-invalid"],
    ["X-Client-Version", "6.6.0-beta", "client-version-invalid"],
    ["X-Client-Version", "1.2.3.4.5", "client-version-invalid"],
    ["X-Client-Version", "6..6", "client-version-invalid"],
    ["X-Client-Platform", undefined, "client-platform-invalid"],
    ["X-Client-Platform", "windows", "client-platform-invalid"],
    ["X-Client-Platform", "Android", "client-platform-invalid"],
  ])("with %s: %s gets a 400 [A3]", async (header, value, code) => {
    const service = await startService();
    const phone = await registeredPhone(service);
    expect(problemOf(await phone.status({ headers: { [header]: value } }))).toMatchObject({
      status: 400,
      code,
    });
  });
});

describe("the recovery account", () => {
  it.each(["ios", "android"] as const)(
    "is personal: a work or school account is refused on %s [A4]",
    async (platform) => {
      const service = await startService();
      const phone = await phoneOf(service, {
        platform,
        storageSecret: iCloud,
        signIn: { kind: "work-or-school" },
      });
      for (const result of [
        await phone.register(),
        await phone.status(),
        await phone.enable(),
        await phone.recover(),
      ]) {
        expect(problemOf(result)).toMatchObject({
          status: 403,
          code: "work-account-refused",
          remedy: "use-personal-account",
        });
      }
    },
  );

  it("is needed: without a token there is a 401 [A4]", async () => {
    const service = await startService();
    const phone = await registeredPhone(service);
    const answer = await phone.send({
      method: "GET",
      path: "/v1/backup",
      headers: { Authorization: undefined },
    });
    expect(answer).toMatchObject({ status: 401, body: { code: "token-missing", remedy: "sign-in" } });
    expect(answer.headers.get("WWW-Authenticate")).toBe("Bearer");
  });

  it.each(["oidc", "entra", "entra-personal"] as const)(
    "may come from an issuer of the %s profile [A4]",
    async (profile) => {
      const { next } = await startStage({ phones: { signIn: { profile } } });
      await recoveredOn(next);
    },
  );

  it("must be the one that made the backup, on Android [A9]", async () => {
    const service = await startService();
    const phone = await backedUpPhone(service);
    expectOk(await phone.upload(contents));

    const stranger = await registeredPhone(service, { owner: "mallory" });
    expect(problemOf(await stranger.recover())).toMatchObject({ status: 404, code: "backup-none" });
    await phone.signIn({ owner: "mallory" });
    expect(problemOf(await phone.recover())).toMatchObject({ status: 401, code: "device-not-registered" });
  });
});

describe("the storage account", () => {
  it("is needed on iOS: without it nothing is turned on, uploaded or recovered [A5]", async () => {
    const service = await startService();
    const without = await registeredPhone(service, { platform: "ios" });
    expectMissing(await without.enable());

    const phone = await backedUpPhone(service, { platform: "ios", storageSecret: iCloud });
    expectMissing(await phone.upload(contents, { body: { storageCheck: undefined } }));
    expectOk(await phone.upload(contents));
    expectMissing(await without.recover());
    expectMissing(await without.recover({ purpose: "start-anew" }));
    expectMissing(await phone.key({ headers: { "X-Storage-Check": undefined } }));
  });

  it("is not needed on Android [A6]", async () => {
    const { next } = await startStage({ phones: { platform: "android" } });
    await recoveredOn(next);
  });

  it("and the recovery account are both needed on iOS to get and to decrypt the backup [A7]", async () => {
    const service = await startService();
    const phone = await backedUpPhone(service, { platform: "ios", storageSecret: iCloud });
    expectOk(await phone.upload(contents));

    // iCloud alone: somebody else's recovery account.
    const stranger = await registeredPhone(service, {
      platform: "ios",
      owner: "mallory",
      storageSecret: iCloud,
    });
    expect(problemOf(await stranger.recover())).toMatchObject({ code: "backup-none" });

    // The recovery account alone: what the service would give away does not open.
    const next = await registeredPhone(service, { platform: "ios", storageSecret: iCloud });
    const { key, version = 0, content: { envelope } = { envelope: "" } } = (await recoveredOn(next)).body;
    const { userKey } = await keyOf(next);
    const userId = next.state().owner?.userId ?? "";
    const binding = { kid: key.id, uid: userId, plt: "ios", ver: version } as const;
    for (const storageSecret of [new Uint8Array(), otherICloud]) {
      const wrong = contentKey({ userKey, storageSecret, userId, platform: "ios" });
      await expect(openEnvelope(envelope, wrong, binding)).rejects.toThrow(EnvelopeRefused);
    }
    const right = contentKey({ userKey, storageSecret: iCloud, userId, platform: "ios" });
    expect(await openEnvelope(envelope, right, binding)).toEqual(contents);
  });

  it("must be the one that the backup was made with [A7] [A8]", async () => {
    const service = await startService();
    const phone = await backedUpPhone(service, { platform: "ios", storageSecret: iCloud });
    expectOk(await phone.upload(contents));
    const other = await registeredPhone(service, { platform: "ios", storageSecret: otherICloud });
    // A trusted phone that has changed to another account since.
    const elsewhere = { headers: { "X-Storage-Check": "c".repeat(43) } };
    for (const result of [await other.recover(), await phone.key(elsewhere)]) {
      expect(problemOf(result)).toMatchObject({
        status: 403,
        code: "storage-account-mismatch",
        remedy: "use-original-storage-account",
      });
    }
  });
});

it("keeps accounts of every kind in one backup [A10]", async () => {
  const { next } = await startStage();
  const recovered = await recoveredOn(next);
  expect(recovered.body.accounts.map(({ kind }) => kind)).toEqual(contents.accounts.map(({ kind }) => kind));
  expect(new Set(recovered.contents.accounts.map(({ kind }) => kind))).toEqual(
    new Set(["personal", "work-or-school", "third-party"]),
  );
});

async function backsUpAndRecovers(platform: "ios" | "android", version: string) {
  const storageSecret = platform === "ios" ? iCloud : undefined;
  const { next } = await startStage({ phones: { platform, version, storageSecret } });
  expect((await recoveredOn(next)).contents).toEqual(contents);
}

async function isTooOld(platform: "ios" | "android", version: string, minimumVersion: string) {
  const service = await startService();
  const storageSecret = platform === "ios" ? iCloud : undefined;
  const phone = await backedUpPhone(service, { platform, storageSecret });
  expectOk(await phone.upload(contents));
  const headers = { "X-Client-Version": version };
  const results = [
    await phone.register({ headers }),
    await phone.enable({ headers }),
    await phone.upload(contents, { headers }),
    await phone.key({ headers }),
    await phone.recover({}, { headers }),
  ];
  for (const result of results) {
    expect(problemOf(result)).toMatchObject({
      status: 403,
      code: "app-version-unsupported",
      remedy: "update-app",
      minimumVersion,
    });
  }
}

function expectMissing(result: { readonly ok: boolean }) {
  expect(problemOf(result)).toMatchObject({
    status: 403,
    code: "storage-account-missing",
    remedy: "sign-in-to-storage-account",
  });
}

async function keyOf(phone: TestPhone) {
  const result = await phone.key();
  expectOk(result);
  return result;
}
