import { hash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { partitionOf } from "../../support/partition.ts";
import { expectOk, problemOf, registeredPhone, type TestPhone } from "../../support/service.ts";
import { DAY, later, MINUTE } from "../stage.ts";
import { trustedPhone } from "../trust/stage.ts";
import {
  APART,
  added,
  type ContactStage,
  codesTo,
  codeTo,
  contactStage,
  NUMBER,
  wrongCode,
} from "./stage.ts";

/** Uses up what a phone may guess. */
async function guessAll(stage: ContactStage, phone: TestPhone, contactId: string, tries = 5): Promise<void> {
  for (let n = 0; n < tries; n++) {
    expect(problemOf(await phone.confirmContact(contactId, wrongCode(stage))).code).toBe(
      "contact-code-wrong",
    );
  }
}

describe("a code confirms its contact", () => {
  it("once, and again for a phone that did not hear the answer; another code is of no use then [E14] [G2]", async () => {
    const stage = await contactStage();
    const { phone } = stage;
    const { contactId } = await added(phone);
    const confirm = () => phone.confirmContact(contactId, codeTo(stage));
    const first = await confirm();
    expectOk(first);
    const again = await confirm();
    expectOk(again);
    expect(again.body).toEqual(first.body);
    const other = await phone.confirmContact(contactId, wrongCode(stage));
    expect(problemOf(other)).toMatchObject({ code: "contact-confirmed", status: 409 });
    expect(problemOf(await phone.sendContactCode(contactId)).code).toBe("contact-confirmed");
  });

  it("typed in full-width digits, as keyboards for Chinese and Japanese write them [E14]", async () => {
    const stage = await contactStage();
    const { contactId } = await added(stage.phone);
    const wide = codeTo(stage).replace(/\d/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0));
    expectOk(await stage.phone.confirmContact(contactId, wide));
  });

  it("until 10 minutes after it was sent, and then costs nothing [E14]", async () => {
    const stage = await contactStage();
    const { phone, service } = stage;
    const { contactId } = await added(phone);
    const { contactId: other } = await added(phone, NUMBER);
    service.advance(10 * MINUTE - 0.001);
    expectOk(await phone.confirmContact(other, codeTo(stage, NUMBER)));
    service.advance(0.001);
    const before = await partitionOf(service, phone);
    expect(problemOf(await phone.confirmContact(contactId, codeTo(stage)))).toMatchObject({
      code: "contact-code-expired",
      remedy: "send-code-again",
    });
    expect(await partitionOf(service, phone)).toEqual(before);
  });

  it("unless a newer one has replaced it, which is told apart and costs nothing [E14]", async () => {
    const stage = await contactStage();
    const { phone, service } = stage;
    const { contactId } = await added(phone);
    service.advance(APART);
    expectOk(await phone.sendContactCode(contactId));
    const [first = "", second = ""] = codesTo(stage);
    const before = await partitionOf(service, phone);
    expect(problemOf(await phone.confirmContact(contactId, first))).toMatchObject({
      code: "contact-code-superseded",
      remedy: "check-code",
    });
    expect(await partitionOf(service, phone)).toEqual(before);
    expectOk(await phone.confirmContact(contactId, second));
  });

  it("and no other contact [E14] [E11]", async () => {
    const stage = await contactStage();
    const { phone } = stage;
    const { contactId } = await added(phone);
    await added(phone, NUMBER);
    const result = await phone.confirmContact(contactId, codeTo(stage, NUMBER));
    expect(problemOf(result)).toMatchObject({ code: "contact-code-wrong", triesLeft: 4 });
  });

  it("only as 6 digits: what can't be a code is no try [E14]", async () => {
    const stage = await contactStage();
    const { phone, service } = stage;
    const { contactId } = await added(phone);
    const before = await partitionOf(service, phone);
    for (const code of ["", "12345", "1234567", "12345a", "123 456", "１２３４５", "٣٣٣٣٣٣"]) {
      expect(problemOf(await phone.confirmContact(contactId, code)).code).toBe("body-invalid");
    }
    expect(await partitionOf(service, phone)).toEqual(before);
  });
});

describe("wrong codes", () => {
  it("are counted, and told, until a phone has none left for a day; a new code gives it no more [E3] [E14]", async () => {
    const stage = await contactStage();
    const { phone, service } = stage;
    const { contactId } = await added(phone);
    for (const triesLeft of [4, 3, 2, 1, 0]) {
      expect(problemOf(await phone.confirmContact(contactId, wrongCode(stage)))).toMatchObject({
        code: "contact-code-wrong",
        status: 403,
        triesLeft,
      });
    }
    const spentAt = service.now();
    service.advance(APART);
    expectOk(await phone.sendContactCode(contactId));
    expect(problemOf(await phone.confirmContact(contactId, codeTo(stage)))).toMatchObject({
      code: "too-many-tries",
      of: "contact-codes",
      retryAt: new Date(spentAt + DAY * 1000).toISOString(),
    });
    expectOk(await phone.removeContact(contactId));
    service.advance(APART);
    const next = await added(phone);
    expect(problemOf(await phone.confirmContact(next.contactId, codeTo(stage))).code).toBe("too-many-tries");
    await later(service, DAY - 2 * APART, phone);
    const { contactId: last } = await added(phone, "later@wonderland.example");
    expectOk(await phone.confirmContact(last, codeTo(stage, "later@wonderland.example")));
  });

  it("of one trusted phone never stop another [E3] [E14]", async () => {
    const stage = await contactStage();
    const { phone, service } = stage;
    const other = await trustedPhone(service);
    const { contactId } = await added(phone);
    await guessAll(stage, other, contactId);
    expect(problemOf(await other.confirmContact(contactId, codeTo(stage))).code).toBe("too-many-tries");
    expectOk(await phone.confirmContact(contactId, codeTo(stage)));
  });

  it("of all an owner's phones never stop one that has made none, trusted or not [E3] [E14]", async () => {
    const stage = await contactStage();
    const { service } = stage;
    const phones: TestPhone[] = [];
    for (let n = 0; n < 4; n++) phones.push(await registeredPhone(service, { owner: "bob" }));
    const [first, second, third, fourth] = phones as [TestPhone, TestPhone, TestPhone, TestPhone];
    const { contactId } = await added(first);
    await guessAll(stage, third, contactId, 1);
    await guessAll(stage, first, contactId);
    await guessAll(stage, second, contactId, 4);
    // The owner's ten are used up: whoever has guessed has none left, whoever has not may.
    expect(problemOf(await third.confirmContact(contactId, codeTo(stage))).code).toBe("too-many-tries");
    expectOk(await fourth.confirmContact(contactId, codeTo(stage)));
  });

  it("are in the record once they are used up [H6]", async () => {
    const stage = await contactStage();
    const { phone } = stage;
    const { contactId } = await added(phone);
    await guessAll(stage, phone, contactId);
    const activity = await phone.activity();
    expectOk(activity);
    expect(activity.body.events[0]).toMatchObject({
      type: "tries-exhausted",
      details: { code: "contact-codes" },
    });
  });
});

it("no code is stored, nor anything by which it could be tried out without the service key [C4]", async () => {
  const stage = await contactStage();
  const { phone, service } = stage;
  const { contactId } = await added(phone);
  const items = await partitionOf(service, phone);
  expect(JSON.stringify(items)).not.toContain(codeTo(stage));
  const item = items.find(({ id }) => id === `contact:${contactId}`);
  expect(item?.body.codes).toEqual([
    { code: expect.stringMatching(/^[\w-]{43}$/), expiresAt: expect.any(String) },
  ]);
  const plain = [codeTo(stage), `${contactId}\0${codeTo(stage)}`].map((text) =>
    hash("sha256", text, "base64url"),
  );
  for (const digest of plain) expect(JSON.stringify(items)).not.toContain(digest);
});
