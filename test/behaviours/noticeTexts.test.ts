import { describe, expect, it } from "vitest";
import type { Sent } from "../../shared/notify/port.ts";
import { fakeNotify, type Message } from "../support/notify.ts";
import { giveContact } from "../support/reached.ts";
import {
  backedUpPhone,
  expectOk,
  type ServiceOptions,
  startService,
  type TestPhone,
} from "../support/service.ts";
import { allNoticesOf, DAY, HOUR, MINUTE } from "./stage.ts";

const ADDRESS = "alice.anderson@example.com";
const NUMBER = "+46701740605";
const OTHER_NUMBER = "+46701740606";

interface Setup extends Pick<ServiceOptions, "settings" | "wrap"> {
  readonly addresses?: readonly string[];
  readonly answer?: (message: Message) => Sent | Promise<Sent>;
}

/** A service whose clock stands ten minutes before an hour is over. */
async function textStage({
  addresses = [NUMBER],
  answer,
  settings,
  wrap = (adapters) => adapters,
}: Setup = {}) {
  const platforms = fakeNotify(answer);
  const service = await startService({
    settings: { TEXT_PREFIXES: "+46", ...settings },
    wrap: (adapters) => wrap({ ...adapters, notify: platforms.notify }),
  });
  service.advance(HOUR - 10 * MINUTE - ((service.now() / 1000) % HOUR));
  const owned = async (owner: string, contacts: readonly string[]) => {
    const phone = await backedUpPhone(service, { owner });
    for (const address of contacts) {
      await giveContact(service, phone, { kind: address.startsWith("+") ? "phone" : "email", address });
    }
    return phone;
  };
  return { ...platforms, service, owned, phone: await owned("alice", addresses) };
}

type TextStage = Awaited<ReturnType<typeof textStage>>;

const textsTo = ({ taken }: Pick<TextStage, "taken">, number = NUMBER) =>
  taken.filter(({ channel, to }) => channel === "text" && to === number).length;

const mails = ({ taken }: TextStage) => taken.filter(({ channel }) => channel === "mail").length;

/** The owner is told of something. */
async function happens(phone: TestPhone, times = 1): Promise<void> {
  for (let n = 0; n < times; n++) expectOk(await phone.exportAll());
}

/** Sweeps at each of these minutes from now. */
async function sweepFor({ service }: TextStage, seconds: number, every = MINUTE): Promise<void> {
  for (let passed = 0; passed < seconds; passed += every) {
    service.advance(every);
    await service.sweep();
  }
}

async function outcomesOf({ service }: TextStage, phone: TestPhone): Promise<unknown[]> {
  const notices = await allNoticesOf(service, phone);
  return notices.flatMap(({ outcomes = {}, dueAt }) => [
    ...Object.values(Object(outcomes)),
    ...(dueAt ? ["due"] : []),
  ]);
}

describe("notices by text", () => {
  it("go to one owner 3 times a day; what happens then is folded into one text when the day is over [H5]", async () => {
    const stage = await textStage();
    const { service, phone, owned } = stage;
    await happens(phone, 6);
    expect(textsTo(stage)).toBe(3);
    const other = await owned("bob", [OTHER_NUMBER]);
    await happens(other);
    expect(textsTo(stage, OTHER_NUMBER)).toBe(1);

    await sweepFor(stage, DAY - HOUR, 10 * MINUTE);
    expect(textsTo(stage)).toBe(3);
    expect((await outcomesOf(stage, phone)).toSorted()).toEqual([
      "due",
      "folded",
      "folded",
      "sent",
      "sent",
      "sent",
    ]);
    await sweepFor(stage, 2 * HOUR, 10 * MINUTE);
    expect(textsTo(stage)).toBe(4);
    expect(await outcomesOf(stage, phone)).not.toContain("due");
    expect(service.noticeLines.filter(({ level }) => level === "error")).toEqual([]);
    await phone.signIn();
    await happens(phone);
    expect(textsTo(stage)).toBe(5);
  });

  it("wait for each number on its own: no number goes without because another is told [H5]", async () => {
    const stage = await textStage({ addresses: [NUMBER, OTHER_NUMBER] });
    await happens(stage.phone, 4);
    expect(textsTo(stage) + textsTo(stage, OTHER_NUMBER)).toBe(3);
    await sweepFor(stage, DAY + HOUR, 10 * MINUTE);
    expect(textsTo(stage) + textsTo(stage, OTHER_NUMBER)).toBe(5);
    expect(Math.min(textsTo(stage), textsTo(stage, OTHER_NUMBER))).toBeGreaterThanOrEqual(2);
  });

  it("hold up no mail that failed while they wait for the day's end [H5] [I1]", async () => {
    let isDown = false;
    const stage = await textStage({
      addresses: [NUMBER, ADDRESS],
      answer: ({ channel }) =>
        isDown && channel === "mail" ? { outcome: "busy", retryAfter: 1 } : { outcome: "sent" },
    });
    await happens(stage.phone, 3);
    isDown = true;
    await happens(stage.phone);
    await sweepFor(stage, MINUTE);
    expect(mails(stage)).toBe(3);
    isDown = false;
    await sweepFor(stage, 3 * MINUTE);
    expect([mails(stage), textsTo(stage)]).toEqual([4, 3]);
    await sweepFor(stage, DAY + HOUR, 10 * MINUTE);
    expect([mails(stage), textsTo(stage)]).toEqual([4, 4]);
  });

  it("go only so many an hour, to all owners together; where there is a mail, it stands for the text [E14] [H5]", async () => {
    const stage = await textStage({ addresses: [NUMBER, ADDRESS], settings: { TEXT_NOTICES_PER_HOUR: "1" } });
    const other = await stage.owned("bob", [OTHER_NUMBER]);
    await happens(other);
    await happens(stage.phone);
    expect([textsTo(stage, OTHER_NUMBER), textsTo(stage), mails(stage)]).toEqual([1, 0, 1]);
    await sweepFor(stage, HOUR);
    expect([textsTo(stage), mails(stage)]).toEqual([0, 1]);
    expect((await outcomesOf(stage, stage.phone)).toSorted()).toEqual(["folded", "sent"]);
  });

  it("wait for the next hour where no mail was taken in their place, however many hours that are [H5] [I1]", async () => {
    const stage = await textStage({
      addresses: [NUMBER, ADDRESS],
      settings: { TEXT_NOTICES_PER_HOUR: "0" },
      answer: ({ channel }) =>
        channel === "mail" ? { outcome: "refused", reason: "target-refused" } : { outcome: "sent" },
    });
    await happens(stage.phone);
    await sweepFor(stage, DAY, 30 * MINUTE);
    expect(textsTo(stage)).toBe(0);
    expect((await outcomesOf(stage, stage.phone)).toSorted()).toEqual(["due", "refused"]);
    expect(stage.service.noticeLines.filter(({ level }) => level === "error")).toEqual([]);
  });

  it("are sent in the next hour where there is no mail [H5]", async () => {
    const stage = await textStage({ settings: { TEXT_NOTICES_PER_HOUR: "1" } });
    await happens(stage.phone, 2);
    expect(textsTo(stage)).toBe(1);
    await sweepFor(stage, 9 * MINUTE);
    expect(textsTo(stage)).toBe(1);
    await sweepFor(stage, 2 * MINUTE);
    expect(textsTo(stage)).toBe(2);
  });

  it("don't use up what codes may cost, nor codes what they may [E14]", async () => {
    const stage = await textStage({ settings: { TEXT_NOTICES_PER_HOUR: "1", TEXT_CODES_PER_HOUR: "1" } });
    expectOk(await stage.phone.addContact("phone", OTHER_NUMBER));
    expect([textsTo(stage), textsTo(stage, OTHER_NUMBER)]).toEqual([1, 1]);
  });

  it("are not counted where the platform surely did not take them [H5]", async () => {
    let isRefused = true;
    const stage = await textStage({
      settings: { TEXT_NOTICES_PER_HOUR: "3" },
      answer: () => (isRefused ? { outcome: "refused", reason: "target-refused" } : { outcome: "sent" }),
    });
    await happens(stage.phone, 3);
    expect(await outcomesOf(stage, stage.phone)).toEqual(["refused", "refused", "refused"]);
    isRefused = false;
    await happens(stage.phone, 3);
    expect(textsTo(stage)).toBe(3);
  });

  it("are sent once the platform takes them again, and are counted once then [H5]", async () => {
    let isDown = true;
    const stage = await textStage({
      settings: { TEXT_NOTICES_PER_HOUR: "3" },
      answer: () => (isDown ? { outcome: "busy", retryAfter: 1 } : { outcome: "sent" }),
    });
    await happens(stage.phone, 3);
    await sweepFor(stage, 3 * MINUTE);
    expect(textsTo(stage)).toBe(0);
    isDown = false;
    await sweepFor(stage, 5 * MINUTE);
    expect(textsTo(stage)).toBe(3);
  });

  it("are counted once each, however often one is sent that gets no answer [H5] [I1]", async () => {
    let isDown = true;
    const stage = await textStage({
      settings: { TEXT_NOTICES_PER_HOUR: "3" },
      answer: () => (isDown ? { outcome: "unknown" } : { outcome: "sent" }),
    });
    await happens(stage.phone, 3);
    await sweepFor(stage, 4 * MINUTE);
    isDown = false;
    await sweepFor(stage, 5 * MINUTE);
    expect(textsTo(stage)).toBe(3);
  });

  it("are counted before they are sent: one that may have gone out stays counted [E14] [H5]", async () => {
    const made: string[] = [];
    const stage = await textStage({
      answer: () => {
        made.push("sent");
        return { outcome: "sent" };
      },
      wrap: (adapters) => ({
        ...adapters,
        activations: {
          ...adapters.activations,
          commit: (partition, operations) => {
            made.push(partition.split(":")[0] ?? "");
            return adapters.activations.commit(partition, operations);
          },
        },
      }),
    });
    await happens(stage.phone);
    expect(made).toEqual(["texts", "notice-texts", "sent"]);
  });

  it("go to no number of a country that is not, or no longer, allowed [E14]", async () => {
    const stage = await textStage({ settings: { TEXT_PREFIXES: "+47", TEXT_NOTICES_PER_HOUR: "1" } });
    await happens(stage.phone);
    expect(textsTo(stage)).toBe(0);
    expect(await outcomesOf(stage, stage.phone)).toEqual(["refused"]);
    const other = await stage.owned("bob", ["+4791234567"]);
    await happens(other);
    expect(textsTo(stage, "+4791234567")).toBe(1);
  });

  it("tell of an erasure at once, after others as well: nothing later could [H7] [H5]", async () => {
    const stage = await textStage();
    await happens(stage.phone, 4);
    expect(textsTo(stage)).toBe(3);
    expectOk(await stage.phone.erase());
    expect(textsTo(stage)).toBe(4);
  });

  it("are not counted anew after an erasure [E14]", async () => {
    const stage = await textStage();
    await happens(stage.phone, 3);
    expectOk(await stage.phone.erase());
    const anew = await stage.owned("alice", [NUMBER]);
    await happens(anew);
    expect(textsTo(stage)).toBe(4);
  });
});
