import { describe, expect, it } from "vitest";
import { contents } from "../support/accounts.ts";
import {
  backedUpPhone,
  expectOk,
  phoneOf,
  problemOf,
  registeredPhone,
  START,
  startService,
} from "../support/service.ts";

const iCloud = new Uint8Array(32).fill(7);

describe("backup", () => {
  it("is off for a new owner, and takes no upload [B1]", async () => {
    const service = await startService();
    const phone = await registeredPhone(service);
    const status = await phone.status();
    expectOk(status);
    expect(status.body).toEqual({ state: "off", nextVersion: 1, trusted: false, recoveries: [] });

    const envelope = `${"a".repeat(40)}..${"a".repeat(16)}.a.${"a".repeat(22)}`;
    const answer = await phone.send({
      method: "PUT",
      path: "/v1/backup",
      headers: { "If-None-Match": "*" },
      body: { envelope, manifest: { accounts: [] } },
    });
    expect(answer).toMatchObject({ status: 409, body: { code: "backup-off", remedy: "turn-backup-on" } });
  });

  it.each(["ios", "android"] as const)(
    "has the platform of the phone that turned it on: %s [B2]",
    async (platform) => {
      const service = await startService();
      const phone = await registeredPhone(service, { platform, storageSecret: iCloud });
      const enabled = await phone.enable();
      expectOk(enabled);
      expect(enabled.body.platform).toBe(platform);
      const status = await phone.status();
      expectOk(status);
      expect(status.body).toMatchObject({ state: "on", platform });
    },
  );

  it("keeps the platform it was turned on with: a phone of the other can't upload to it [B2]", async () => {
    const service = await startService();
    await backedUpPhone(service, { platform: "ios", storageSecret: iCloud });
    const android = await registeredPhone(service, { platform: "android" });
    expect(problemOf(await android.enable())).toMatchObject({ code: "backup-already-on" });
    expect(problemOf(await android.recover())).toMatchObject({
      code: "platform-changed",
      backupPlatform: "ios",
    });
  });

  it("gives its key no more to a phone that was removed, also where that repeats how it turned it on [D6]", async () => {
    const service = await startService();
    const first = await registeredPhone(service);
    const turnOn = {
      method: "POST",
      path: "/v1/backup/enable",
      headers: { "Idempotency-Key": "k".repeat(22) },
      body: {},
    };
    expect(await first.send(turnOn)).toMatchObject({ status: 201 });
    expect(await first.send(turnOn)).toMatchObject({ status: 201 });
    expectOk(await first.status());
    expectOk(await first.upload(contents));
    const second = await registeredPhone(service);
    expectOk(await second.recover());
    expectOk(await second.revoke(first.deviceId));
    await first.signIn({ signedInSecondsAgo: 1 });
    expectOk(await first.register());
    const again = await first.send(turnOn);
    expect(again).toMatchObject({ status: 409, body: { code: "backup-already-on" } });
    expect(JSON.stringify(again.body)).not.toContain("sealed");
  });

  it("is turned on after a recent sign-in alone, and the answer says what is missing [B3]", async () => {
    const service = await startService();
    const phone = await registeredPhone(service);

    await phone.signIn({ signedInSecondsAgo: 601 });
    const refused = await phone.enable();
    expect(problemOf(refused)).toMatchObject({
      status: 401,
      code: "step-up-required",
      remedy: "sign-in-again",
      missing: ["recent-sign-in"],
      maxAge: 600,
    });
    expect(refused.headers.get("WWW-Authenticate")).toBe(
      'Bearer error="insufficient_user_authentication", max_age="600"',
    );
    const status = await phone.status();
    expectOk(status);
    expect(status.body.state).toBe("off");

    await phone.signIn({ signedInSecondsAgo: 600 });
    expectOk(await phone.enable());
  });

  it("asks who has a second factor for it, in the words of the issuer [B3]", async () => {
    const service = await startService();
    const phone = await registeredPhone(service, { signIn: { profile: "entra" } });
    await phone.signIn({ secondFactor: false, signedInSecondsAgo: 3000 });
    const refused = await phone.enable();
    expect(problemOf(refused)).toMatchObject({ missing: ["recent-sign-in", "second-factor"] });
    const challenge = refused.headers.get("WWW-Authenticate") ?? "";
    expect(challenge).toContain(
      'Bearer error="insufficient_user_authentication", max_age="600", acr_values="c1", ' +
        'Bearer error="insufficient_claims", claims="',
    );
    const claims = /claims="([^"]+)"/.exec(challenge)?.[1] ?? "";
    expect(JSON.parse(Buffer.from(claims, "base64").toString())).toEqual({
      access_token: { acrs: { essential: true, value: "c1" } },
    });
  });

  it("shows after the first upload when it was, from which phone and with how many accounts [B5]", async () => {
    const service = await startService();
    const phone = await backedUpPhone(service, { name: "Alice's old phone" });
    service.advance(90);
    const uploaded = await phone.upload(contents);
    expectOk(uploaded);
    expect(uploaded.body).toEqual({
      version: 1,
      uploadedAt: new Date(START + 90_000).toISOString(),
      accounts: contents.accounts.length,
      nextVersion: 2,
    });
    const status = await phone.status();
    expectOk(status);
    expect(status.body).toMatchObject({
      state: "on",
      nextVersion: 2,
      versions: 1,
      current: {
        version: 1,
        uploadedAt: new Date(START + 90_000).toISOString(),
        accounts: contents.accounts.length,
        device: { deviceId: phone.deviceId, name: "Alice's old phone", platform: "android" },
      },
    });
    expect(status.headers.get("ETag")).toBe(uploaded.headers.get("ETag"));
  });

  it("status is answered with 304 to whoever has it already, and in full when it changed", async () => {
    const service = await startService();
    const phone = await backedUpPhone(service);
    const uploaded = await phone.upload(contents);
    const etag = uploaded.headers.get("ETag") ?? "";
    const again = await phone.send({ method: "GET", path: "/v1/backup", headers: { "If-None-Match": etag } });
    expect(again).toMatchObject({ status: 304, body: undefined });
    expect(again.headers.get("ETag")).toBe(etag);
    expectOk(await phone.upload(contents));
    const changed = await phone.send({
      method: "GET",
      path: "/v1/backup",
      headers: { "If-None-Match": etag },
    });
    expect(changed.status).toBe(200);
  });

  it("is turned on once: a retry gets the same key, another phone is told that there is a backup", async () => {
    const service = await startService();
    const phone = await registeredPhone(service);
    const body = {};
    const headers = { "Idempotency-Key": "an-act-of-turning-on" };
    const request = { method: "POST", path: "/v1/backup/enable", body, headers };
    const first = await phone.send(request);
    const second = await phone.send(request);
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(keyId(second.body)).toBe(keyId(first.body));

    const other = { storageCheck: "a".repeat(43) };
    expect(await phone.send({ ...request, body: other })).toMatchObject({
      status: 422,
      body: { code: "idempotency-key-reused" },
    });
    const next = await registeredPhone(service);
    expect(problemOf(await next.enable())).toMatchObject({ status: 409, code: "backup-already-on" });
  });
});

describe("a phone", () => {
  it("is registered once, and may change its name", async () => {
    const service = await startService();
    const phone = await phoneOf(service, { name: "Phone" });
    const first = await phone.register();
    service.advance(10);
    const second = await phone.register({ body: { name: "My phone" } });
    expectOk(first);
    expectOk(second);
    expect(second.body).toEqual({ ...first.body, name: "My phone" });
    const listed = await phone.devices();
    expectOk(listed);
    expect(listed.body.devices).toMatchObject([
      { deviceId: phone.deviceId, name: "My phone", thisPhone: true },
    ]);
  });

  it("that is revoked is a stranger's", async () => {
    const service = await startService();
    const [old, lost] = [await backedUpPhone(service), await registeredPhone(service)];
    expectOk(await old.revoke(lost.deviceId));
    expectOk(await old.revoke(lost.deviceId));
    for (const result of [
      await lost.status(),
      await lost.recover(),
      await lost.key(),
      await lost.devices(),
    ]) {
      expect(problemOf(result)).toMatchObject({ status: 401, code: "device-not-registered" });
    }
    expectOk(await old.status());
  });

  it("can't be registered, nor revoke another, without a recent sign-in", async () => {
    const service = await startService();
    const old = await registeredPhone(service);
    const next = await phoneOf(service);
    await next.signIn({ signedInSecondsAgo: 5000 });
    expect(problemOf(await next.register())).toMatchObject({ code: "step-up-required" });
    await old.signIn({ signedInSecondsAgo: 5000 });
    expect(problemOf(await old.revoke(next.deviceId))).toMatchObject({ code: "step-up-required" });
  });

  it("is one of at most ten a day, and says until when [G9]", async () => {
    const service = await startService();
    for (let count = 0; count < 10; count++) await registeredPhone(service);
    const oneMore = await phoneOf(service);
    expect(problemOf(await oneMore.register())).toMatchObject({
      status: 429,
      code: "too-many-tries",
      of: "registrations",
      retryAt: new Date(START + 24 * 60 * 60 * 1000).toISOString(),
    });
  });

  it("is one of at most twenty: the next takes the place of the untrusted one that came first [G9]", async () => {
    const service = await startService();
    const trusted = await backedUpPhone(service);
    const first = await registeredPhone(service, { name: "First" });
    for (let count = 0; count < 18; count++) {
      if (count % 8 === 0) service.advance(24 * 60 * 60);
      await registeredPhone(service);
    }
    service.advance(24 * 60 * 60);
    const next = await registeredPhone(service, { name: "Next" });
    await first.signIn();
    expect(problemOf(await first.status())).toMatchObject({ code: "device-not-registered" });
    await trusted.signIn();
    const listed = await trusted.devices();
    expectOk(listed);
    expect(listed.body.devices).toHaveLength(20);
    expect(listed.body.devices.map(({ deviceId }) => deviceId)).toContain(next.deviceId);
  });
});

function keyId(body: unknown): string {
  return (body as { key: { id: string } }).key.id;
}
