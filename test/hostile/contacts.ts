import { randomUUID } from "node:crypto";
import { lastCodeTo } from "../support/codes.ts";
import { expectOk, type TestService } from "../support/service.ts";
import { phoneWithBackup } from "./phones.ts";
import type { Sample } from "./scene.ts";

const ADDRESS = "alice.liddell@wonderland.example";

/** An owner with a contact that is not confirmed, to which another code may be sent. */
async function withContact(service: TestService) {
  const phone = await phoneWithBackup(service);
  const added = await phone.addContact("email", ADDRESS);
  expectOk(added);
  service.advance(60);
  return { phone, contactId: added.body.contactId };
}

export const contactSamples: Readonly<Record<string, (service: TestService) => Promise<Sample>>> = {
  "devices-push": async (service) => ({
    phone: await phoneWithBackup(service),
    path: "/v1/devices/me/push",
    body: { platform: "apns", environment: "sandbox", token: "c0ffee00".repeat(8), language: "ja" },
  }),

  "contacts-add": async (service) => ({
    phone: await phoneWithBackup(service),
    path: "/v1/contacts",
    headers: { "Idempotency-Key": randomUUID() },
    body: { kind: "email", address: ADDRESS },
  }),

  "contacts-send": async (service) => {
    const { phone, contactId } = await withContact(service);
    return { phone, path: `/v1/contacts/${contactId}/send` };
  },

  "contacts-confirm": async (service) => {
    const { phone, contactId } = await withContact(service);
    const body = () => ({ code: lastCodeTo(service, ADDRESS) });
    const renewed = async () => {
      expectOk(await phone.sendContactCode(contactId));
      return { body: body() };
    };
    return { phone, path: `/v1/contacts/${contactId}/code`, body: body(), renewed };
  },

  "contacts-list": async (service) => ({ phone: await phoneWithBackup(service), path: "/v1/contacts" }),

  "contacts-remove": async (service) => {
    const { phone, contactId } = await withContact(service);
    return { phone, path: `/v1/contacts/${contactId}` };
  },
};
