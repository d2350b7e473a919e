import { describe, expect, it } from "vitest";
import { newPhone, recovered, startStage } from "../behaviours/stage.ts";
import { fakeNotify } from "../support/notify.ts";
import { giveContact } from "../support/reached.ts";
import { expectOk, problemOf, registeredPhone, startService } from "../support/service.ts";
import { operate } from "./stage.ts";

const NUMBER = "+46701740605";
const settings = { TEXT_PREFIXES: "+46,+49", TEXT_CODES_PER_HOUR: "16" };

const close = (service: Parameters<typeof operate>[0], prefix: string, closed: boolean) =>
  operate(service, "PUT", `texts/${encodeURIComponent(prefix)}`, { closed });

describe("a prefix that an operator closes", () => {
  it("gets no code from then on, until it is opened again; others do", async () => {
    const service = await startService({ settings });
    const phone = await registeredPhone(service);
    expect(await close(service, "+4670", true)).toEqual({ status: 204, body: undefined });
    expect(problemOf(await phone.addContact("phone", NUMBER)).code).toBe("contact-region-refused");
    expectOk(await phone.addContact("phone", "+491701740605"));
    await close(service, "+4670", false);
    expectOk(await phone.addContact("phone", NUMBER));
  });

  it("gets no text of a notice, and a mail stands for it where there is one", async () => {
    const platforms = fakeNotify();
    const { service, old } = await startStage({
      settings,
      wrap: (adapters) => ({ ...adapters, notify: platforms.notify }),
    });
    await giveContact(service, old, { kind: "email", address: "alice.anderson@example.com" });
    await giveContact(service, old, { kind: "phone", address: NUMBER });
    await close(service, "+46", true);
    await recovered(await newPhone(service));
    const channels = platforms.taken.map(({ channel }) => channel);
    expect(channels).toContain("mail");
    expect(channels).not.toContain("text");
  });

  it("is told with the texts of the hour, and what there may be", async () => {
    const service = await startService({ settings });
    const texts = async () => (await operate(service, "GET", "status")).body.texts;
    const caps = { codes: 16, notices: expect.any(Number) };
    expect(await texts()).toEqual({ closed: [], codesThisHour: 0, noticesThisHour: 0, caps });
    const phone = await registeredPhone(service);
    expectOk(await phone.addContact("phone", NUMBER));
    await Promise.all([
      close(service, "+49", true),
      close(service, "+46", true),
      close(service, "+49", true),
    ]);
    expect(await texts()).toEqual({ closed: ["+46", "+49"], codesThisHour: 1, noticesThisHour: 0, caps });
  });

  it.each(["46", "+0", "+", "+46x", "+123456789", "%2B46%20"])("has to be one: %s", async (prefix) => {
    const service = await startService();
    const path = prefix.startsWith("%") ? prefix : encodeURIComponent(prefix);
    const { status, body } = await operate(service, "PUT", `texts/${path}`, { closed: true });
    expect([status, body.code]).toEqual([400, "parameter-invalid"]);
  });
});
