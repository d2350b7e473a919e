import { describe, expect, it } from "vitest";
import { publicJwk } from "../../local/phone/protocol/keys.ts";
import type { ProblemCode } from "../../shared/errors/catalogue.ts";
import { contents } from "../support/accounts.ts";
import {
  backedUpPhone,
  expectOk,
  phoneOf,
  registeredPhone,
  startService,
  type TestPhone,
  type TestService,
} from "../support/service.ts";
import { find } from "./endpoints.ts";
import { ELSEWHERE, ios, phoneWithBackup, shown } from "./phones.ts";
import { expectRefusal } from "./refusal.ts";
import { MARKER, requestOf, type Sample, sceneOf } from "./scene.ts";

const anew = { purpose: "start-anew" } as const;
const key = { "Idempotency-Key": MARKER };

/** The endpoint refuses the phone's request, though nothing is wrong with its form, and changes nothing. */
async function expectRefused(
  service: TestService,
  endpoint: string,
  sample: Sample,
  code: ProblemCode,
): Promise<void> {
  const scene = await sceneOf(service, find(endpoint), sample);
  await expectRefusal(scene, await requestOf(scene), code, code);
}

function beginning(phone: TestPhone, body: Readonly<Record<string, unknown>>): Sample {
  return { phone, path: "/v1/recoveries", headers: key, body: { accounts: [ELSEWHERE], ...body } };
}

function previewing(phone: TestPhone, body: Readonly<Record<string, unknown>>): Sample {
  return { phone, path: "/v1/recoveries/preview", body };
}

describe("starting anew", () => {
  it("finds nothing to begin anew where backup was never on and no other phone is trusted", async () => {
    const service = await startService();
    const phone = await registeredPhone(service, ios);
    const body = { ...anew, storageCheck: shown(phone) };
    await expectRefused(service, "recoveries-preview", previewing(phone, body), "backup-off");
    await expectRefused(service, "recoveries-begin", beginning(phone, body), "backup-off");
  });

  it("finds nothing either once the only trusted phone has turned backup off [F1]", async () => {
    const service = await startService();
    const phone = await phoneWithBackup(service);
    expectOk(await phone.disable());
    const body = { ...anew, storageCheck: shown(phone) };
    await expectRefused(service, "recoveries-begin", beginning(phone, body), "backup-off");
  });

  it("needs an iCloud account on an iPhone [A5]", async () => {
    const service = await startService();
    await phoneWithBackup(service);
    const phone = await registeredPhone(service, ios);
    await expectRefused(service, "recoveries-preview", previewing(phone, anew), "storage-account-missing");
    await expectRefused(service, "recoveries-begin", beginning(phone, anew), "storage-account-missing");
  });

  it("is the only way to turn on while another phone is trusted: a new one can't just do so [H5]", async () => {
    const service = await startService();
    const trusted = await phoneWithBackup(service);
    expectOk(await trusted.disable());
    const phone = await registeredPhone(service, ios);
    const sample = {
      phone,
      path: "/v1/backup/enable",
      headers: key,
      body: { storageCheck: shown(phone) },
    };
    await expectRefused(service, "backup-enable", sample, "start-anew-required");
  });
});

describe("an older version", () => {
  it("is out of reach of a phone that started anew after it [H1]", async () => {
    const service = await startService();
    await phoneWithBackup(service);
    const phone = await registeredPhone(service, ios);
    expectOk(await phone.recover(anew));
    expectOk(await phone.upload(contents));
    const sample = { phone, path: "/v1/backup/versions/1/restore", headers: key };
    await expectRefused(service, "backup-versions-restore", sample, "version-out-of-reach");
  });

  it("can't be made current where it is of another platform than the current key [H1]", async () => {
    const service = await startService();
    const phone = await phoneWithBackup(service);
    const other = await registeredPhone(service, { platform: "android" });
    expectOk(await other.recover(anew));
    expectOk(await other.upload(contents));
    const sample = { phone, path: "/v1/backup/versions/1/restore", headers: key };
    await expectRefused(service, "backup-versions-restore", sample, "version-elsewhere");
  });

  it("can't be made current where it is of another iCloud account than the current key [H1]", async () => {
    const service = await startService();
    const phone = await phoneWithBackup(service);
    const other = await registeredPhone(service, { ...ios, storageSecret: new Uint8Array(32).fill(8) });
    expectOk(await other.recover(anew));
    expectOk(await other.upload(contents));
    const sample = { phone, path: "/v1/backup/versions/1/restore", headers: key };
    await expectRefused(service, "backup-versions-restore", sample, "version-elsewhere");
  });
});

describe("a phone that was trusted until it was revoked", () => {
  const asked: readonly (readonly [endpoint: string, path: string])[] = [
    ["backup-key", "/v1/backup/key"],
    ["backup-versions", "/v1/backup/versions"],
    ["me-export", "/v1/me/export"],
    ["backup-refresh", "/v1/backup/refresh"],
    ["backup-disable", "/v1/backup?confirm=delete"],
    ["me-erase", "/v1/me?confirm=erase"],
    ["backup-recovery-key-remove", "/v1/backup/recovery-key"],
  ];

  async function revoked() {
    const service = await startService();
    const old = await phoneWithBackup(service);
    const phone = await registeredPhone(service, ios);
    expectOk(await phone.recover());
    expectOk(await old.revoke(phone.deviceId));
    return { service, phone };
  }

  it.each(asked)("is a stranger to %s", async (endpoint, path) => {
    const { service, phone } = await revoked();
    await expectRefused(service, endpoint, { phone, path }, "device-not-registered");
  });

  it.each(asked)("is as any other to %s once it has registered again", async (endpoint, path) => {
    const { service, phone } = await revoked();
    await phone.signIn();
    expectOk(await phone.register());
    await expectRefused(service, endpoint, { phone, path }, "trust-required");
  });
});

it("registers no second phone with an access token that its own phone has used", async () => {
  const service = await startService();
  const victim = await phoneWithBackup(service);
  const token = await victim.signIn();
  expectOk(await victim.upload(contents));
  const thief = await phoneOf(service, ios);
  const scene = await sceneOf(service, find("devices-register"), {
    phone: thief,
    path: `/v1/devices/${thief.deviceId}`,
    body: { name: MARKER, sealingKey: publicJwk(thief.state().keys.sealing) },
  });
  const { userId = "" } = victim.state().owner ?? {};
  const request = await requestOf({ ...scene, userId }, { token });
  const { headers } = await expectRefusal({ ...scene, userId }, request, "token-used-elsewhere", "stolen");
  expect(headers.get("WWW-Authenticate")).toBe('Bearer error="invalid_token"');
});

it("tells nobody which accounts are in a backup that waits, however they guess [D4]", async () => {
  const service = await startService();
  const old = await backedUpPhone(service, ios);
  expectOk(await old.upload(contents));
  expectOk(await old.choosePolicy({ waitingSeconds: 3_600 }));
  const refs = old.state().accounts.map(({ ref }) => ref);
  const thief = await registeredPhone(service, ios);
  const begun = await thief.recover({ onPhone: refs });
  expectOk(begun);
  const read = await thief.readRecovery(begun.body.recoveryId);
  expectOk(read);
  for (const { body } of [begun, read]) {
    expect(refs.filter((ref) => JSON.stringify(body).includes(ref))).toEqual([]);
  }
});
