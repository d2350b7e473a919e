import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { ContactKind } from "../../../local/phone/acts/contacts.ts";
import { changesBetween, partitionOf } from "../../support/partition.ts";
import { expectOk, phoneOf, problemOf, registeredPhone } from "../../support/service.ts";
import { DAY, later, newPhone, waiting } from "../stage.ts";
import { STALE, trustedPhone } from "../trust/stage.ts";
import {
  ADDRESS,
  added,
  codesTo,
  codeTo,
  confirmed,
  contactOf,
  contactStage,
  contactsOf,
  NUMBER,
  toldOf,
} from "./stage.ts";

describe("a contact", () => {
  it.each<[ContactKind, string, string, string]>([
    ["email", "Alice.Liddell@Wonderland.Example", "Alice.Liddell@wonderland.example", "A•••@w•••.example"],
    ["email", "a@bücher.example", "a@xn--bcher-kva.example", "a•••@x•••.example"],
    ["phone", NUMBER, NUMBER, "•••• 05"],
  ])("of the kind %s is sent a code, and shown by a hint alone [E14]", async (kind, typed, sent, hint) => {
    const stage = await contactStage();
    const { phone, service } = stage;
    const result = await phone.addContact(kind, typed);
    expectOk(result);
    expect(result.body).toMatchObject({ kind, hint, state: "unconfirmed", counts: false });
    expect(result.body.code.sendsLeft).toBe(2);
    expect(codeTo(stage, sent)).toMatch(/^\d{6}$/);
    expect((await contactsOf(phone)).map((contact) => contact.hint)).toEqual([hint]);
    const stored = JSON.stringify(await partitionOf(service, phone));
    for (const secret of [typed, sent, codeTo(stage, sent)]) expect(stored).not.toContain(secret);
  });

  it("is written to in the language in which it was added [E14]", async () => {
    const stage = await contactStage({ phone: { language: "ja-JP, en;q=0.5" } });
    await added(stage.phone);
    expect(JSON.parse(stage.taken[0]?.content ?? "{}")).toMatchObject({ language: "ja" });
  });

  it("counts 7 days after it was confirmed, and not a millisecond sooner [E14]", async () => {
    const stage = await contactStage();
    const { phone, service } = stage;
    const { contactId, counts, countsFrom } = await confirmed(stage, phone);
    expect(counts).toBe(false);
    expect(Date.parse(countsFrom ?? "")).toBe(service.now() + 7 * DAY * 1000);
    await later(service, 7 * DAY - 0.001, phone);
    expect(await contactOf(phone, contactId)).toMatchObject({ state: "confirmed", counts: false });
    service.advance(0.001);
    expect(await contactOf(phone, contactId)).toMatchObject({ state: "confirmed", counts: true });
  });

  it("belongs to the account that is signed in, not to the backup that this account is in [E14]", async () => {
    const stage = await contactStage();
    const bob = await registeredPhone(stage.service, { owner: "bob" });
    await confirmed(stage, bob, "bob@wonderland.example");
    expect(await contactsOf(bob)).toHaveLength(1);
    expect(await contactsOf(stage.phone)).toEqual([]);
  });

  it("is advised by the status until there is one that is confirmed", async () => {
    const stage = await contactStage();
    const { phone } = stage;
    const advice = async () => {
      const status = await phone.status();
      expectOk(status);
      return status.body.state === "on" ? status.body.advice : expect.fail("it is off");
    };
    expect(await advice()).toBe("add-contact");
    const { contactId } = await added(phone);
    expect(await advice()).toBe("add-contact");
    expectOk(await phone.confirmContact(contactId, codeTo(stage)));
    expect(await advice()).toBeUndefined();
    expectOk(await phone.removeContact(contactId));
    expect(await advice()).toBe("add-contact");
  });

  it("is told to every other phone and every confirmed contact: added, confirmed and removed [H5] [E14]", async () => {
    const stage = await contactStage();
    const { phone, service, taken } = stage;
    const other = await newPhone(service);
    const token = "other-phone".padEnd(40, "-");
    expectOk(await other.sayPushToken({ environment: "production", token, language: "en" }));
    const before = await confirmed(stage, phone);

    let from = taken.length;
    const { contactId } = await added(phone, NUMBER);
    expect(toldOf(stage, from).toSorted()).toEqual([ADDRESS, token].toSorted());
    from = taken.length;
    expectOk(await phone.confirmContact(contactId, codeTo(stage, NUMBER)));
    expect(toldOf(stage, from).toSorted()).toEqual([ADDRESS, NUMBER, token].toSorted());
    from = taken.length;
    expectOk(await phone.removeContact(before.contactId));
    expect(toldOf(stage, from).toSorted()).toEqual([ADDRESS, NUMBER, token].toSorted());
  });

  it("is in the record, by its kind alone [H6]", async () => {
    const stage = await contactStage();
    const { phone } = stage;
    const { contactId } = await confirmed(stage, phone);
    expectOk(await phone.removeContact(contactId));
    const activity = await phone.activity();
    expectOk(activity);
    const told = activity.body.events.slice(0, 3).map(({ type, details }) => [type, details.code]);
    expect(told).toEqual([
      ["contact-removed", "email"],
      ["contact-confirmed", "email"],
      ["contact-added", "email"],
    ]);
  });
});

describe("adding one is refused, and changes nothing,", () => {
  it.each<[string, ContactKind, string]>([
    ["no at sign", "email", "alice.example"],
    ["a line break", "email", "alice@wonderland.example\r\nBcc: mallory@evil.example"],
    ["a line break in the local part", "email", "ali\nce@wonderland.example"],
    ["a quoted local part", "email", '"alice liddell"@wonderland.example'],
    ["a literal", "email", "alice@[192.0.2.1]"],
    ["an address in the place of a domain", "email", "alice@192.0.2.1"],
    ["an address in another notation", "email", "alice@0x7f.1"],
    ["an escape", "email", "alice@%77onderland.example"],
    ["a domain of one label", "email", "alice@localhost"],
    ["two at signs", "email", "alice@evil.example@wonderland.example"],
    ["a dot at the beginning", "email", ".alice@wonderland.example"],
    ["two dots", "email", "alice..liddell@wonderland.example"],
    ["letters that are not ASCII", "email", "älice@wonderland.example"],
    ["a comment", "email", "alice(x)@wonderland.example"],
    ["a second address", "email", "alice@wonderland.example,mallory@evil.example"],
    ["a local part of 65 characters", "email", `${"a".repeat(65)}@wonderland.example`],
    ["an underscore in the domain", "email", "alice@wonder_land.example"],
    ["a number", "email", NUMBER],
    ["no plus sign", "phone", "46701740605"],
    ["a zero after the country code", "phone", "+490170174060"],
    ["a zero after another country code", "phone", "+3530871234567"],
    ["a country code that begins with zero", "phone", "+0701740605"],
    ["16 digits", "phone", `+46${"7".repeat(14)}`],
    ["spaces", "phone", "+46 70 174 06 05"],
    ["full-width digits", "phone", "+４６701740605"],
    ["a line break", "phone", `${NUMBER}\n`],
    ["an e-mail address", "phone", ADDRESS],
  ])("with %s [E14]", async (_, kind, address) => {
    const { phone, service, taken } = await contactStage();
    const before = await partitionOf(service, phone);
    expect(problemOf(await phone.addContact(kind, address))).toMatchObject({
      code: "contact-address-invalid",
      remedy: "check-contact",
      status: 400,
    });
    expect(await partitionOf(service, phone)).toEqual(before);
    expect(taken).toEqual([]);
  });

  it("for someone's sixth, which one that is removed makes room for [E14]", async () => {
    const stage = await contactStage();
    const { phone, service } = stage;
    const addresses = ["a", "b", "c", "d", "e"].map((name) => `${name}@wonderland.example`);
    const ids: string[] = [];
    for (const address of addresses) ids.push((await added(phone, address)).contactId);
    service.advance(DAY);
    await phone.signIn();
    expect(problemOf(await phone.addContact("email", ADDRESS))).toMatchObject({
      code: "too-many-contacts",
      limit: 5,
      remedy: "remove-a-contact",
    });
    expectOk(await phone.removeContact(ids[0] ?? ""));
    await added(phone);
  });

  it("while so many that were removed are kept, until the first of them is not [E14]", async () => {
    const stage = await contactStage();
    const { phone, service } = stage;
    let first = 0;
    for (let n = 0; n < 20; n++) {
      if (n % 5 === 0) service.advance(DAY);
      await phone.signIn();
      const { contactId } = await confirmed(stage, phone, `${"abcdefghijklmnopqrst"[n]}@wonderland.example`);
      expectOk(await phone.removeContact(contactId));
      first ||= service.now();
    }
    service.advance(DAY);
    await phone.signIn();
    const freesAt = first + 14 * DAY * 1000;
    expect(problemOf(await phone.addContact("email", ADDRESS))).toMatchObject({
      code: "too-many-contacts",
      limit: 20,
      freesAt: new Date(freesAt).toISOString(),
      otherwise: "wait",
    });
    service.advance((freesAt - service.now()) / 1000);
    await phone.signIn();
    await added(phone);
  });

  it("for one that is there already, however its domain is written [E14]", async () => {
    const stage = await contactStage();
    const { phone, service } = stage;
    await added(phone);
    service.advance(60);
    expect(
      problemOf(await phone.addContact("email", ADDRESS.replace("wonderland", "WONDERLAND"))),
    ).toMatchObject({
      code: "contact-present",
      remedy: "use-another-contact",
    });
    expect(codesTo(stage)).toHaveLength(1);
  });

  it("by a phone that is not trusted while backup is on, and by a stale sign-in [E14]", async () => {
    const { phone, service } = await contactStage();
    const other = await newPhone(service);
    for (const refused of [
      await other.addContact("email", ADDRESS),
      await other.contacts(),
      await other.removeContact("a".repeat(22)),
      await other.sendContactCode("a".repeat(22)),
      await other.confirmContact("a".repeat(22), "123456"),
    ]) {
      expect(problemOf(refused).code).toBe("trust-required");
    }
    await phone.signIn(STALE);
    expect(problemOf(await phone.addContact("email", ADDRESS)).code).toBe("step-up-required");
    expect(problemOf(await phone.removeContact("a".repeat(22))).code).toBe("step-up-required");
  });

  it("while the backup is frozen, as is every change of one [E14] [H5]", async () => {
    const stage = await contactStage();
    const { phone, service } = stage;
    expectOk(await phone.choosePolicy({ waitingSeconds: DAY }));
    const { contactId } = await confirmed(stage, phone);
    const second = await added(phone, NUMBER);
    expectOk(await phone.deny(await waiting(await newPhone(service))));
    for (const refused of [
      await phone.addContact("email", "another@wonderland.example"),
      await phone.sendContactCode(second.contactId),
      await phone.confirmContact(second.contactId, codeTo(stage, NUMBER)),
      await phone.removeContact(contactId),
    ]) {
      expect(problemOf(refused).code).toBe("backup-frozen");
    }
    expect(await contactsOf(phone)).toHaveLength(2);
  });
});

it("is for a registered phone while backup is off, and of another account than the backup's [E14]", async () => {
  const stage = await contactStage();
  const carol = await registeredPhone(stage.service, { owner: "carol" });
  const { contactId } = await confirmed(stage, carol);
  expect(await contactOf(carol, contactId)).toMatchObject({ state: "confirmed" });
});

it("names no contact of another owner, or of nobody [E14]", async () => {
  const stage = await contactStage();
  const { contactId } = await added(stage.phone);
  const bob = await registeredPhone(stage.service, { owner: "bob" });
  for (const id of [contactId, "a".repeat(22)]) {
    const send = await bob.sendContactCode(id);
    expect(problemOf(send)).toMatchObject({ code: "contact-not-found", status: 404 });
    expect(problemOf(await bob.confirmContact(id, codeTo(stage))).code).toBe("contact-not-found");
    expectOk(await bob.removeContact(id));
  }
  expect(await contactsOf(stage.phone)).toHaveLength(1);
});

it("is added once, however often it is asked for with one key [G2]", async () => {
  const stage = await contactStage();
  const { phone, service } = stage;
  const send = () =>
    phone.send({
      method: "POST",
      path: "/v1/contacts",
      headers: { "Idempotency-Key": key },
      body: { kind: "email", address: ADDRESS },
    });
  const key = randomUUID();
  const first = await send();
  const before = await partitionOf(service, phone);
  const again = await send();
  expect([first.status, again.status]).toEqual([201, 201]);
  expect(again.body).toEqual(first.body);
  expect(codesTo(stage)).toHaveLength(1);
  expect(changesBetween(before, await partitionOf(service, phone))).toEqual({
    added: [],
    removed: [],
    changed: [],
  });
});

it("goes with the export in the clear, and with nothing else; a token of another phone does not [H7]", async () => {
  const stage = await contactStage();
  const { phone, service } = stage;
  const other = await trustedPhone(service);
  const tokens = ["own", "other"].map((name) => `${name}-token`.padEnd(40, "-"));
  const say = (by: typeof phone, token = "") =>
    by.sayPushToken({ environment: "production", token, language: "sv" });
  expectOk(await say(phone, tokens[0]));
  expectOk(await say(other, tokens[1]));
  await confirmed(stage, phone);
  const exported = await phone.exportAll();
  expectOk(exported);
  const { items } = exported.body;
  const bodyOf = (id: string) => items.find((item) => item.id.startsWith(id))?.body;
  expect(bodyOf("contact:")).toMatchObject({ address: ADDRESS, kind: "email" });
  expect(bodyOf(`push:${phone.deviceId}`)).toMatchObject({ token: tokens[0] });
  expect(bodyOf(`push:${other.deviceId}`)).toMatchObject({ language: "sv" });
  expect(JSON.stringify(items)).not.toContain(tokens[1]);
  expect(JSON.stringify(items)).not.toContain(codeTo(stage));
});

it("is gone with the owner [H7]", async () => {
  const stage = await contactStage();
  const { phone, service } = stage;
  await confirmed(stage, phone);
  const { adapters } = service;
  const userId = phone.state().owner?.userId ?? "";
  expectOk(await phone.erase());
  expect(await adapters.store.list(userId, "contact:")).toEqual([]);
  const next = await phoneOf(service);
  expectOk(await next.register());
  expect(await contactsOf(next)).toEqual([]);
});
