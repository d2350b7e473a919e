import { describe, expect, it } from "vitest";
import { deviceName } from "../../../shared/devices/name.ts";

/** As it would stand in a source: nobody sees these characters. */
const escaped = (name: string) =>
  Array.from(name, (character) => `U+${character.codePointAt(0)?.toString(16).toUpperCase()}`).join(" ");

const rulesBroken = (name: string) =>
  deviceName.safeParse(name).error?.issues.map(({ message }) => message) ?? [];

const showsNothing = [
  " ",
  "\u00a0\u2003\u3000",
  "\u3164",
  "\u115f\u1160",
  "\uffa0",
  "\u2800",
  " \u2800\u3164 ",
  "\u0301",
  " \u0301\u0308",
  "\u034f",
  "\u17b4\u17b5",
  "\ufe0f",
  "\u{e0100}",
  "\ufffc",
  "\u{1d159}",
  "\u{13441}\u{13442}",
];

const steers = [
  "My\u202ephone",
  "My\u2066phone\u2069",
  "My\u200fphone",
  "My\u061cphone",
  "My\u200bphone",
  "My\u2060phone",
  "My\ufeffphone",
  "My\u00adphone",
  "My\u2028phone",
  "My\u2029phone",
  "My\nphone",
  "My\u007fphone",
  "My\u0085phone",
  "My\u206aphone",
  "My\ufff9phone",
  "My\u{1d173}phone",
  "My\u{e0001}phone",
  // Joiners that join nothing.
  "\u200dphone",
  "phone\u200d",
  "My\u200cphone",
  "My \u200d phone",
  "😀\u200d",
  "\u200d😀",
  "😀\u200dphone",
  "😀\u200d\u200d😀",
  "ه\u200d\u200d",
  "ه\u200f\u200d",
  "My\u180ephone",
  // Tags that are no flag's: text that nobody sees.
  "My\u{e0061}\u{e0062}\u{e0063}\u{e007f}phone",
  "\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}",
  "\u{1f3f4}\u{e0067}\u{e0062}\u{e007f}",
  "\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e0067}\u{e0067}\u{e007f}",
  "😀\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
];

const stays = [
  "Pixel 9 Pro",
  "'",
  "7",
  "Åsas iPhone",
  "A\u030asas",
  "我的手機",
  "葛\u{e0100}の電話",
  "전화기",
  "\u115f\u1161",
  "هاتف أحمد",
  "الطراز \u0600١٢",
  "گوشی‌ام",
  "می‌خواهم ه‍",
  "הטלפון של דנה",
  "שָׁלוֹם",
  "क्‍ष क्‌ष",
  "ന്‍",
  "ශ්‍රී",
  "ক্‌ষ",
  "ᠮᠣᠩᠭᠣᠯ ᠠ᠎ᠠ",
  "😀",
  "❤️ phone",
  "❤️‍🔥",
  "👩🏽‍💻",
  "👨‍👩‍👧‍👦",
  "🏃🏻‍♀️‍➡️",
  "🫱🏻‍🫲🏿",
  "🏳️‍🌈",
  "🇸🇪",
  "🏴󠁧󠁢󠁳󠁣󠁴󠁿",
  "🏴‍☠️",
  "1️⃣",
  "🆕\u{1faff}",
  "a".repeat(64),
];

describe("the name of a phone", () => {
  it.each(showsNothing.map((name) => [escaped(name), name]))("shows something: not %s", (_, name) =>
    expect(rulesBroken(name)).toEqual(["must show something"]),
  );

  it.each(steers.map((name) => [escaped(name), name]))(
    "has nothing in it that hides or turns the words around it: not %s",
    (_, name) => expect(rulesBroken(name)).toEqual([expect.stringMatching(/^must have no control/)]),
  );

  it.each(stays.map((name) => [name, name]))("may be %s, as it is written", (_, name) =>
    expect(deviceName.parse(name)).toBe(name),
  );

  it("has 1 to 64 characters", () => {
    expect(deviceName.safeParse("").success).toBe(false);
    expect(deviceName.safeParse("a".repeat(65)).success).toBe(false);
  });
});
