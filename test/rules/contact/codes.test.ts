import { describe, expect, it } from "vitest";
import { judgeCode, newCode, readCode, withCode } from "../../../shared/contact/code.ts";
import { explainSend } from "../../../shared/contact/explain.ts";
import { refuseSend, withSend } from "../../../shared/contact/sends.ts";
import type { Contact } from "../../../shared/model/contact.ts";

const NOW = Date.parse("2026-11-22T08:00:00.000Z");
const MINUTE = 60 * 1000;
const DAY = 24 * 60 * MINUTE;
const at = (time: number) => new Date(time).toISOString();

const contact: Contact = {
  schema: 1,
  kind: "email",
  address: { serviceKey: "s".repeat(22), value: "v".repeat(40) },
  hint: "a•••@e•••.com",
  language: "sv",
};

describe("a code", () => {
  it("is six digits, whatever the randomness", () => {
    expect(newCode({ random: (size) => new Uint8Array(size) })).toBe("000000");
    expect(newCode({ random: (size) => new Uint8Array(size).fill(255) })).toBe(String((2 ** 48 - 1) % 1e6));
    expect(newCode({ random: () => Uint8Array.of(0, 0, 0, 0, 0, 42) })).toBe("000042");
  });

  it.each([
    ["123456", "123456"],
    ["１２３４５６", "123456"],
    ["09０９09", "090909"],
    ["12345", undefined],
    ["1234567", undefined],
    ["12345a", undefined],
    ["12345\n", undefined],
    ["१२३४५६", undefined],
  ])("is read as it was typed: %j", (typed, read) => {
    expect(readCode(typed)).toBe(read);
  });

  it("is right until its time is over, superseded once there is a newer one, and wrong if it was never sent", () => {
    const one = withCode(contact, "one", NOW);
    expect(one.codes).toEqual([{ code: "one", expiresAt: at(NOW + 10 * MINUTE) }]);
    expect(judgeCode(one, ["one"], NOW)).toBe("right");
    expect(judgeCode(one, ["other", "one"], NOW + 10 * MINUTE - 1)).toBe("right");
    expect(judgeCode(one, ["one"], NOW + 10 * MINUTE)).toBe("expired");
    expect(judgeCode(one, ["two"], NOW)).toBe("wrong");
    expect(judgeCode(contact, ["one"], NOW)).toBe("wrong");
    const two = withCode(one, "two", NOW + MINUTE);
    expect(judgeCode(two, ["one"], NOW + MINUTE)).toBe("superseded");
    expect(judgeCode(two, ["two"], NOW + MINUTE)).toBe("right");
    // The same digits by chance: the newest counts.
    expect(judgeCode(withCode(two, "one", NOW), ["one"], NOW)).toBe("right");
    const four = withCode(withCode(two, "three", NOW), "four", NOW);
    expect(four.codes?.map(({ code }) => code)).toEqual(["two", "three", "four"]);
  });
});

describe("sends", () => {
  it("are a minute apart, and three in a day from the first", () => {
    expect(refuseSend(undefined, NOW)).toBeUndefined();
    const one = withSend(undefined, NOW);
    expect(one).toEqual({ count: 1, since: at(NOW), last: at(NOW) });
    expect(refuseSend(one, NOW + MINUTE - 1)).toEqual({ reason: "code-sent-recently", until: NOW + MINUTE });
    expect(refuseSend(one, NOW + MINUTE)).toBeUndefined();
    const three = withSend(withSend(one, NOW + MINUTE), NOW + 2 * MINUTE);
    expect(three).toEqual({ count: 3, since: at(NOW), last: at(NOW + 2 * MINUTE) });
    expect(refuseSend(three, NOW + DAY - 1)).toEqual({ reason: "too-many-sends", until: NOW + DAY });
    expect(refuseSend(three, NOW + DAY)).toBeUndefined();
    expect(withSend(three, NOW + DAY)).toEqual({ count: 1, since: at(NOW + DAY), last: at(NOW + DAY) });
  });

  it("that began ahead of this clock hold up no longer than others", () => {
    const ahead = { count: 1, since: at(NOW + DAY), last: at(NOW + DAY) };
    expect(refuseSend(ahead, NOW)).toEqual({ reason: "code-sent-recently", until: NOW + MINUTE });
    expect(refuseSend({ ...ahead, count: 3 }, NOW)).toEqual({ reason: "too-many-sends", until: NOW + DAY });
  });

  it("are refused with the time that is left, in whole seconds and one at least", () => {
    const refused = explainSend({ reason: "code-sent-recently", until: NOW + 1001 }, NOW);
    expect(refused).toMatchObject({ code: "code-sent-recently", headers: { "Retry-After": "2" } });
    expect(refused.members).toEqual({ retryAt: at(NOW + 1001) });
    const now = explainSend({ reason: "code-sent-recently", until: NOW }, NOW);
    expect(now.headers).toEqual({ "Retry-After": "1" });
    const spent = explainSend({ reason: "too-many-sends", until: NOW + DAY }, NOW);
    expect(spent).toMatchObject({ code: "too-many-tries", headers: {} });
    expect(spent.members).toEqual({ of: "contact-sends", retryAt: at(NOW + DAY) });
  });
});
