import { describe, expect, it } from "vitest";
import { codesOnly, contents, contentsOf } from "../support/accounts.ts";
import {
  backedUpPhone,
  expectOk,
  problemOf,
  registeredPhone,
  START,
  startService,
  type TestPhone,
} from "../support/service.ts";
import { phoneWithoutTrust } from "./stage.ts";

const DAY = 24 * 60 * 60;

describe("a backup that nobody has signed in for", () => {
  it("is out of date after 30 days without an upload, and not a second sooner [G7] [G8] [H3]", async () => {
    const { service, phone } = await startWithVersion();
    const outOfDateAt = new Date(START + 30 * DAY * 1000).toISOString();
    service.advance(30 * DAY - 1);
    expect(await healthOf(phone)).toMatchObject({
      indicator: "none",
      health: { outOfDate: false, outOfDateAt },
    });
    service.advance(1);
    expect(await healthOf(phone)).toMatchObject({
      indicator: "red-dot",
      health: { outOfDate: true, outOfDateAt },
    });
  });

  it("stays up to date while a phone uploads, for 90 days [G7] [H3]", async () => {
    const { service, phone } = await startWithVersion();
    for (let days = 20; days <= 80; days += 20) {
      service.advance(20 * DAY);
      await phone.signIn({ signedInSecondsAgo: 20 * DAY });
      expectOk(await phone.upload(contents));
      expect(await healthOf(phone, 20 * DAY)).toMatchObject({ indicator: "none" });
    }
    const outOfDateAt = new Date(START + 90 * DAY * 1000).toISOString();
    expect(await healthOf(phone, DAY)).toMatchObject({ health: { outOfDate: false, outOfDateAt } });
    service.advance(10 * DAY);
    expect(await healthOf(phone, DAY)).toMatchObject({ indicator: "red-dot", health: { outOfDate: true } });
  });

  it("is up to date again once its owner has signed in, which a refresh tells it [G7] [G8]", async () => {
    const { service, phone } = await startWithVersion();
    service.advance(31 * DAY);
    await phone.signIn({ signedInSecondsAgo: DAY });
    const refused = await phone.refresh();
    expect(problemOf(refused)).toMatchObject({
      status: 401,
      code: "step-up-required",
      remedy: "sign-in-again",
      missing: ["recent-sign-in"],
    });
    expect(await healthOf(phone, DAY)).toMatchObject({ indicator: "red-dot" });

    await phone.signIn();
    const refreshed = await phone.refresh();
    expectOk(refreshed);
    expect(refreshed.body).toMatchObject({ indicator: "none", health: { outOfDate: false } });
    expect((await phone.status()).body).toEqual(refreshed.body);
    service.advance(30 * DAY);
    expect(await healthOf(phone, DAY)).toMatchObject({ indicator: "red-dot" });
  });

  it("is up to date again with an upload after a recent sign-in too [G7]", async () => {
    const { service, phone } = await startWithVersion();
    service.advance(91 * DAY);
    await phone.signIn({ signedInSecondsAgo: DAY });
    expectOk(await phone.upload(contents));
    expect(await healthOf(phone, DAY)).toMatchObject({ indicator: "red-dot" });
    await phone.signIn();
    expectOk(await phone.upload(contents));
    expect(await healthOf(phone)).toMatchObject({ indicator: "none" });
  });

  it("can be recovered all the same, which brings it up to date [G7] [D14]", async () => {
    const { service, phone } = await startWithVersion();
    service.advance(31 * DAY);
    const next = await registeredPhone(service);
    const recovered = await next.recover();
    expectOk(recovered);
    expect(recovered.contents).toEqual(contents);
    expect(await healthOf(phone)).toMatchObject({ health: { outOfDate: false } });
  });

  it("can't be refreshed if there is none [G7]", async () => {
    const service = await startService();
    const phone = await registeredPhone(service);
    expect(problemOf(await phone.refresh())).toMatchObject({ code: "trust-required" });
    expectOk(await phone.enable());
    expectOk(await phone.disable());
    expect(problemOf(await phone.refresh())).toMatchObject({ code: "backup-off" });
  });
});

describe("the indicator", () => {
  it("is an exclamation mark on the phone whose recovery waits for a sign-in, until then [G8]", async () => {
    const { service, phone: old } = await startWithVersion();
    const next = await registeredPhone(service);
    expectOk(await next.recover());
    expect(await healthOf(next)).toMatchObject({ indicator: "exclamation" });
    expect(await healthOf(old)).toMatchObject({ indicator: "none" });

    const refreshed = await next.refresh();
    expectOk(refreshed);
    expect(refreshed.body).toMatchObject({ indicator: "none" });
  });

  it("is none where what was recovered works at once [G8] [E9]", async () => {
    const service = await startService();
    const old = await backedUpPhone(service);
    expectOk(await old.upload(codesOnly(3)));
    const next = await registeredPhone(service);
    expectOk(await next.recover());
    expect(await healthOf(next)).toMatchObject({ indicator: "none" });
  });

  it("of a recovery that waits comes before that of a backup out of date; one sign-in clears both [G8]", async () => {
    const { service, phone: old } = await startWithVersion();
    const next = await registeredPhone(service);
    expectOk(await next.recover());
    service.advance(31 * DAY);
    expect(await healthOf(next)).toMatchObject({ indicator: "exclamation", health: { outOfDate: true } });
    expect(await healthOf(old)).toMatchObject({ indicator: "red-dot" });
    expectOk(await next.refresh());
    for (const phone of [next, old]) expect(await healthOf(phone)).toMatchObject({ indicator: "none" });
  });

  it("changes the ETag of the status: an app that asks whether anything is new is told [G8]", async () => {
    const { service, phone } = await startWithVersion();
    const { etag } = phone.state().backup ?? {};
    const ask = () => phone.send({ method: "GET", path: "/v1/backup", headers: { "If-None-Match": etag } });
    expect((await ask()).status).toBe(304);
    service.advance(31 * DAY);
    await phone.signIn();
    expect(await ask()).toMatchObject({ status: 200, body: { indicator: "red-dot" } });
  });
});

describe("the health of a backup", () => {
  it("tells of the last upload that was refused: when, why and from which phone [H3]", async () => {
    const { service, phone } = await startWithVersion();
    service.advance(60);
    expect(problemOf(await phone.upload(contentsOf(1)))).toMatchObject({ code: "sharp-drop" });
    const { current, health } = await healthOf(phone);
    expect(health).toMatchObject({
      lastFailure: {
        at: new Date(START + 60_000).toISOString(),
        code: "sharp-drop",
        device: { deviceId: phone.deviceId, name: "Pixel", platform: "android" },
      },
    });
    expect(current).toMatchObject({
      uploadedAt: new Date(START).toISOString(),
      accounts: contents.accounts.length,
      device: { deviceId: phone.deviceId },
    });
  });

  it("tells every phone of the owner, and names the one that failed [H3]", async () => {
    const { service, phone: old } = await startWithVersion();
    const empty = await phoneWithoutTrust(service, old, { name: "New phone" });
    expect(problemOf(await empty.upload(contentsOf(0)))).toMatchObject({ code: "overwrite-refused" });
    expect(await healthOf(old)).toMatchObject({
      health: { lastFailure: { code: "overwrite-refused", device: { name: "New phone" } } },
    });
  });

  it("is without a failure again after the next upload [H3]", async () => {
    const { phone } = await startWithVersion();
    expect(problemOf(await phone.upload(contentsOf(1)))).toMatchObject({ code: "sharp-drop" });
    expectOk(await phone.upload(contents));
    expect((await healthOf(phone)).health).not.toHaveProperty("lastFailure");
  });

  it("costs an upload that is refused 1 read and 1 commit, and 1 read if it is so again at once [H3]", async () => {
    const { service, phone } = await startWithVersion();
    const refused = async () => problemOf(await phone.upload(contentsOf(1)));
    const { counts } = await service.counted(refused);
    expect(counts).toEqual({ read: 1, list: 0, commit: 1, unwrap: 0 });
    service.advance(59);
    expect((await service.counted(refused)).counts).toEqual({ read: 1, list: 0, commit: 0, unwrap: 0 });
    service.advance(1);
    expect((await service.counted(refused)).counts).toEqual({ read: 1, list: 0, commit: 1, unwrap: 0 });
  });
});

async function startWithVersion() {
  const service = await startService();
  const phone = await backedUpPhone(service);
  expectOk(await phone.upload(contents));
  return { service, phone };
}

/** The status of a backup that is on. @param signedInSecondsAgo how long ago the owner has signed in on this phone */
async function healthOf(phone: TestPhone, signedInSecondsAgo = 0) {
  await phone.signIn({ signedInSecondsAgo });
  const status = await phone.status();
  expectOk(status);
  return status.body.state === "on" ? status.body : expect.fail("backup is not on");
}
