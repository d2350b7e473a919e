import { describe, expect, it } from "vitest";
import type { Sent } from "../../../shared/notify/port.ts";
import type { Store } from "../../../shared/store/port.ts";
import type { Message } from "../../support/notify.ts";
import { expectOk, problemOf, registeredPhone, type TestPhone } from "../../support/service.ts";
import { DAY, HOUR, later } from "../stage.ts";
import { ADDRESS, APART, added, type ContactStage, codesTo, codeTo, contactStage, NUMBER } from "./stage.ts";

/** A phone of an owner of their own, without a backup. */
const owned = (stage: ContactStage, owner: string) => registeredPhone(stage.service, { owner });

/** A store that tells of every commit before it is made. */
function noting(store: Store, note: (partition: string) => void): Store {
  return {
    ...store,
    commit: (partition, operations) => {
      note(partition);
      return store.commit(partition, operations);
    },
  };
}

describe("codes are sent", () => {
  it("60 seconds apart to one contact [E14]", async () => {
    const stage = await contactStage();
    const { phone, service } = stage;
    const { contactId, code } = await added(phone);
    service.advance(APART - 1);
    const refused = await phone.sendContactCode(contactId);
    expect(problemOf(refused)).toMatchObject({
      code: "code-sent-recently",
      status: 429,
      retryAt: code.sendAgainAt,
      retryable: true,
    });
    expect(refused).toMatchObject({ retryAfter: 1 });
    service.advance(1);
    const again = await phone.sendContactCode(contactId);
    expectOk(again);
    expect(again.body.code.sendsLeft).toBe(1);
    expect(codesTo(stage)).toHaveLength(2);
  });

  it("3 times a day to one contact, counted from the first [E14]", async () => {
    const stage = await contactStage();
    const { phone, service } = stage;
    const { contactId } = await added(phone);
    const from = service.now();
    for (let n = 0; n < 2; n++) {
      service.advance(APART);
      expectOk(await phone.sendContactCode(contactId));
    }
    service.advance(APART);
    expect(problemOf(await phone.sendContactCode(contactId))).toMatchObject({
      code: "too-many-tries",
      of: "contact-sends",
      retryAt: new Date(from + DAY * 1000).toISOString(),
    });
    await later(service, (from - service.now()) / 1000 + DAY, phone);
    expectOk(await phone.sendContactCode(contactId));
  });

  it("5 times a day by one phone; another phone of the owner is not stopped by that [E14]", async () => {
    const stage = await contactStage();
    const { phone, service } = stage;
    for (const name of ["a", "b", "c", "d"]) await added(phone, `${name}@wonderland.example`);
    const { contactId } = await added(phone, "e@wonderland.example");
    service.advance(APART);
    expect(problemOf(await phone.sendContactCode(contactId)).code).toBe("too-many-tries");
    const other = await registeredPhone(service);
    expectOk(await other.recover());
    expectOk(await other.sendContactCode(contactId));
  });

  it("3 times a day to an address that nobody has confirmed, by all owners together [E14]", async () => {
    const stage = await contactStage();
    for (const owner of ["bob", "carol", "dave"]) await added(await owned(stage, owner));
    const erin = await owned(stage, "erin");
    const refused = await erin.addContact("email", ADDRESS);
    // The same whenever the others did it: it tells nothing of them.
    expect(problemOf(refused)).toMatchObject({
      code: "too-many-tries",
      of: "contact-sends",
      retryAt: new Date(stage.service.now() + DAY * 1000).toISOString(),
    });
    expect(codesTo(stage)).toHaveLength(3);
    await added(erin, "erin@wonderland.example");
    await later(stage.service, DAY, erin);
    await added(erin);
  });

  it("no oftener to one mailbox by other spellings of it [E14]", async () => {
    const stage = await contactStage();
    const spellings = ["alice.liddell+a", "AliceLiddell", "a.l.i.c.e.liddell"];
    for (const [n, localPart] of spellings.entries()) {
      await added(await owned(stage, `owner-${n}`), `${localPart}@wonderland.example`);
    }
    const refused = await stage.phone.addContact("email", ADDRESS);
    expect(problemOf(refused).code).toBe("too-many-tries");
  });

  it("no oftener to a contact that was removed and added again [E14]", async () => {
    const stage = await contactStage();
    const { phone, service } = stage;
    for (let n = 0; n < 3; n++) {
      const { contactId } = await added(phone);
      expectOk(await phone.removeContact(contactId));
      service.advance(APART);
    }
    expect(problemOf(await phone.addContact("email", ADDRESS)).code).toBe("too-many-tries");
  });

  it("once they are counted, so that a crash counts one too many and never too few [E14]", async () => {
    const committed: string[] = [];
    let before: readonly string[] = [];
    const stage = await contactStage({
      answer: async () => {
        before = [...committed];
        return { outcome: "sent" };
      },
      wrap: ({ store, activations, ...rest }) => ({
        ...rest,
        store: noting(store, () => committed.push("owner")),
        activations: noting(activations, (partition) => committed.push(partition.replace(/:.*/, ""))),
      }),
    });
    committed.length = 0;
    await added(stage.phone, NUMBER);
    expect(before).toEqual(["owner", "sends", "texts"]);
    expect(committed).toEqual(before);
  });
});

describe("texts go", () => {
  it.each([
    ["to a country that is not allowed", "+447911123456"],
    ["to a country that shares the code of one that is: +1876 is not +1", "+18765551234"],
    ["at a premium", "+19005551234"],
    ["to a premium range of a country that is allowed", "+46900123456"],
  ])("not %s [E14]", async (_, number) => {
    const stage = await contactStage();
    expect(problemOf(await stage.phone.addContact("phone", number))).toMatchObject({
      code: "contact-region-refused",
      remedy: "use-another-contact",
    });
    expect(stage.taken).toEqual([]);
  });

  it.each(["+12025550123", NUMBER])("to %s, of a country that is allowed [E14]", async (number) => {
    const stage = await contactStage();
    await added(stage.phone, number);
    expect(stage.taken[0]).toMatchObject({ channel: "text", to: number });
  });

  it("nowhere, unless the service allows some prefix [E14]", async () => {
    const { phone } = await contactStage({ settings: { TEXT_PREFIXES: "+47" } });
    expect(problemOf(await phone.addContact("phone", NUMBER)).code).toBe("contact-region-refused");
  });

  it("only so many an hour, by all owners together; mail goes on, and so do texts in the next hour [E14]", async () => {
    const stage = await contactStage({ settings: { TEXT_CODES_PER_HOUR: "2" } });
    const { service } = stage;
    service.advance(HOUR - 10 - ((service.now() / 1000) % HOUR));
    await added(await owned(stage, "bob"), "+46701740601");
    await added(await owned(stage, "carol"), "+46701740602");
    const dave = await owned(stage, "dave");
    const refused = await dave.addContact("phone", "+46701740603");
    expect(problemOf(refused)).toMatchObject({ code: "code-not-sent", status: 503, retryable: true });
    expect(refused).toMatchObject({ retryAfter: 10 });
    await added(dave, "dave@wonderland.example");
    service.advance(10);
    await added(dave, "+46701740603");
    expect(stage.taken.filter(({ channel }) => channel === "text")).toHaveLength(3);
  });
});

/** Platforms whose next answers to codes are these. */
function answering(...answers: (Sent | "lost")[]) {
  const asked: Message[] = [];
  const accepted = new Map<string, Message>();
  const answer = (message: Message): Sent => {
    if (message.channel === "push") return { outcome: "sent" };
    asked.push(message);
    const next = answers.shift() ?? { outcome: "sent" };
    // A platform drops a second message under one id.
    if (next === "lost" || next.outcome === "sent") accepted.set(message.id, message);
    return next === "lost" ? { outcome: "unknown" } : next;
  };
  return { answer, asked, accepted };
}

const sendsLeft = async (phone: TestPhone, contactId: string) => {
  const result = await phone.sendContactCode(contactId);
  expectOk(result);
  return result.body.code.sendsLeft;
};

describe("a code that was not sent", () => {
  it("because the platform was busy is not counted, and the retry sends another one [G2] [E14]", async () => {
    const { answer, asked } = answering({ outcome: "busy", retryAfter: 7 });
    const stage = await contactStage({ answer });
    const { phone, service } = stage;
    const refused = await phone.addContact("email", ADDRESS);
    expect(problemOf(refused)).toMatchObject({ code: "code-not-sent", status: 503, retryable: true });
    expect(refused).toMatchObject({ retryAfter: 7 });
    service.advance(7);
    const { contactId, code } = await added(phone);
    expect(code.sendsLeft).toBe(2);
    const codes = asked.map(({ content }) => JSON.parse(content).content.code);
    expect(new Set(codes).size).toBe(2);
    expect(problemOf(await phone.confirmContact(contactId, codes[0])).code).toBe("contact-code-wrong");
    expectOk(await phone.confirmContact(contactId, codes[1]));
  });

  it("because the platform refused it is not counted, and not tried again at once [E14]", async () => {
    const { answer, asked } = answering({ outcome: "refused", reason: "target-refused" });
    const stage = await contactStage({ answer });
    const { phone, service } = stage;
    const refused = await phone.addContact("email", ADDRESS);
    expect(problemOf(refused).code).toBe("code-not-sent");
    expect(refused).toMatchObject({ retryAfter: APART });
    expect(problemOf(await phone.addContact("email", ADDRESS)).code).toBe("code-sent-recently");
    expect(asked).toHaveLength(1);
    service.advance(APART);
    expect((await added(phone)).code.sendsLeft).toBe(2);
  });

  it("leaves the one before as it was [E14]", async () => {
    const { answer } = answering({ outcome: "sent" }, { outcome: "busy", retryAfter: 1 });
    const stage = await contactStage({ answer });
    const { phone, service } = stage;
    const { contactId } = await added(phone);
    service.advance(APART);
    expect(problemOf(await phone.sendContactCode(contactId)).code).toBe("code-not-sent");
    expectOk(await phone.confirmContact(contactId, codeTo(stage)));
  });

  it("uses up nothing, of phone, contact and address, however often that happens [E14]", async () => {
    const busy: Sent = { outcome: "busy", retryAfter: 1 };
    const { answer } = answering(...Array.from({ length: 8 }, () => busy));
    const stage = await contactStage({ answer, settings: { TEXT_CODES_PER_HOUR: "1" } });
    const { phone, service } = stage;
    for (let n = 0; n < 8; n++) {
      expect(problemOf(await phone.addContact("phone", NUMBER)).code).toBe("code-not-sent");
      service.advance(1);
    }
    const { contactId, code } = await added(phone, NUMBER);
    expect(code.sendsLeft).toBe(2);
    await later(service, HOUR, phone);
    expect(await sendsLeft(phone, contactId)).toBe(1);
  });
});

describe("a code that the platform took, and then dropped the connection,", () => {
  it("is one text and one count: it is sent again under the same id [E14]", async () => {
    const { answer, asked, accepted } = answering("lost");
    const stage = await contactStage({ answer });
    const { contactId, code } = await added(stage.phone, NUMBER);
    expect(asked).toHaveLength(2);
    expect(asked.map(({ timeLimit }) => timeLimit).reduce((sum, each) => sum + each)).toBe(8_000);
    expect(accepted.size).toBe(1);
    expect(asked[0]?.content).toBe(asked[1]?.content);
    expect(code.sendsLeft).toBe(2);
    expectOk(await stage.phone.confirmContact(contactId, codeTo(stage, NUMBER)));
  });

  it("twice, may have arrived: it is counted, it confirms, and the retry waits for its time [G2] [E14]", async () => {
    const { answer, accepted } = answering("lost", "lost");
    const stage = await contactStage({ answer });
    const { phone, service } = stage;
    const refused = await phone.addContact("phone", NUMBER);
    expect(problemOf(refused).code).toBe("code-not-sent");
    expect(refused).toMatchObject({ retryAfter: APART });
    service.advance(APART);
    const { contactId, code } = await added(phone, NUMBER);
    expect(code.sendsLeft).toBe(1);
    expect(accepted.size).toBe(2);
    const [first] = [...accepted.values()].map(({ content }) => JSON.parse(content).content.code);
    expect(problemOf(await phone.confirmContact(contactId, first)).code).toBe("contact-code-superseded");
  });
});
