import { randomUUID } from "node:crypto";
import { makeUpload } from "../../local/phone/acts/upload.ts";
import { publicJwk } from "../../local/phone/protocol/keys.ts";
import { system } from "../../shared/system.ts";
import { contents } from "../support/accounts.ts";
import { begunExport } from "../support/export.ts";
import { expectOk, registeredPhone, type TestService } from "../support/service.ts";
import { challengeSamples } from "./challenges.ts";
import { contactSamples } from "./contacts.ts";
import { ios, phoneWithBackup, shown } from "./phones.ts";
import { providerSamples } from "./providers.ts";
import { recoverySamples } from "./recoverySamples.ts";
import { operatorSamples } from "./roleSamples.ts";
import type { Sample } from "./scene.ts";

/** A request that needs nobody's word; the phone is there to send more than it must. */
function anyone(path: string) {
  return async (service: TestService): Promise<Sample> => ({ phone: await phoneWithBackup(service), path });
}

/** By an endpoint's name: the state in which its request is valid, and the request. */
export const samples: Readonly<Record<string, (service: TestService) => Promise<Sample>>> = {
  "devices-register": async (service) => {
    await phoneWithBackup(service);
    const phone = await registeredPhone(service, ios);
    const body = { name: "Renamed", sealingKey: publicJwk(phone.state().keys.sealing) };
    return { phone, path: `/v1/devices/${phone.deviceId}`, body };
  },

  "devices-list": async (service) => ({ phone: await phoneWithBackup(service), path: "/v1/devices" }),

  "devices-revoke": async (service) => {
    const { deviceId } = await registeredPhone(service, ios);
    return { phone: await phoneWithBackup(service), path: `/v1/devices/${deviceId}` };
  },

  "backup-enable": async (service) => {
    const phone = await registeredPhone(service, ios);
    return {
      phone,
      path: "/v1/backup/enable",
      headers: { "Idempotency-Key": randomUUID() },
      body: { storageCheck: shown(phone) },
    };
  },

  "backup-status": async (service) => ({ phone: await phoneWithBackup(service), path: "/v1/backup" }),

  "backup-upload": async (service) => {
    const phone = await phoneWithBackup(service);
    const { headers, body } = await makeUpload({
      contents,
      state: phone.state(),
      ...ios,
      system: { now: service.now, random: system.random },
    });
    return { phone, path: "/v1/backup", headers, body };
  },

  "backup-key": async (service) => {
    const phone = await phoneWithBackup(service);
    return { phone, path: "/v1/backup/key", headers: { "X-Storage-Check": shown(phone) } };
  },

  "backup-disable": async (service) => ({
    phone: await phoneWithBackup(service),
    path: "/v1/backup?confirm=delete",
  }),

  "backup-refresh": async (service) => {
    const phone = await phoneWithBackup(service);
    // The next sign-in is a newer one.
    service.advance(1);
    return { phone, path: "/v1/backup/refresh" };
  },

  "backup-versions": async (service) => ({
    phone: await phoneWithBackup(service),
    path: "/v1/backup/versions",
  }),

  "backup-versions-restore": async (service) => {
    const phone = await phoneWithBackup(service);
    expectOk(await phone.upload(contents));
    const headers = { "Idempotency-Key": randomUUID() };
    return { phone, path: "/v1/backup/versions/1/restore", headers };
  },

  "backup-policy-read": async (service) => ({
    phone: await phoneWithBackup(service),
    path: "/v1/backup/policy",
  }),

  "backup-policy-choose": async (service) => ({
    phone: await phoneWithBackup(service),
    path: "/v1/backup/policy",
    body: { conflict: "any-account", otherPlatform: true },
  }),

  "activity-read": async (service) => ({
    phone: await phoneWithBackup(service),
    path: "/v1/activity?page=0",
  }),

  "me-export": async (service) => ({ phone: await phoneWithBackup(service), path: "/v1/me/export" }),

  "me-export-next": async (service) => {
    const phone = await phoneWithBackup(service);
    return { phone, path: "/v1/me/export/next", body: { next: await begunExport(service, phone) } };
  },

  "me-erase": async (service) => ({
    phone: await phoneWithBackup(service),
    path: "/v1/me?confirm=erase",
  }),

  ...recoverySamples,
  ...contactSamples,
  ...providerSamples,
  ...challengeSamples,

  ...operatorSamples,

  "service-health": anyone("/v1/health"),
  "service-ready": anyone("/v1/ready"),
  "service-openapi": anyone("/v1/openapi.json"),
  "service-problem": anyone("/v1/problems/backup-off"),
  "service-problems": anyone("/v1/problems"),
};
