import { describe, expect, it } from "vitest";
import { languages } from "../../../shared/errors/language.ts";
import { messageText, pushMessage } from "../../../shared/notify/payload.ts";

/** 3GPP TS 23.038, section 6.2.1: the default alphabet, and what takes two characters of it. */
const GSM =
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const GSM_EXTENDED = "^{}\\[~]|€";

/** The most units of one text message, and how many `text` takes. */
function units(text: string): { readonly most: number; readonly taken: number } {
  const characters = [...text];
  const fits = characters.every((each) => GSM.includes(each) || GSM_EXTENDED.includes(each));
  if (!fits) return { most: 70, taken: text.length };
  return {
    most: 160,
    taken: characters.reduce((sum, each) => sum + (GSM_EXTENDED.includes(each) ? 2 : 1), 0),
  };
}

const contents = [{ kind: "code", code: "271828" }, { kind: "notice" }] as const;

describe.each(languages)("a message in %s", (language) => {
  it.each(contents)("fits into one text message: $kind", (content) => {
    const { most, taken } = units(messageText({ language, content }).text);
    expect(taken).toBeLessThanOrEqual(most);
    expect(most).toBe(/^(zh|ja)/.test(language) ? 70 : 160);
  });

  it.each(contents)("has no link, and nothing that a reader's app makes one of: $kind", (content) => {
    const { subject, text } = messageText({ language, content });
    for (const each of [subject, text]) expect(each).not.toMatch(/https?:|www\.|\w\.\w|@|#/);
  });

  it("has the code once, and not in the subject, which a locked screen shows", () => {
    const { subject, text } = messageText({ language, content: contents[0] });
    expect(text.split("271828")).toHaveLength(2);
    expect(subject).not.toContain("271828");
  });

  it("differs from that of every other language", () => {
    const texts = (each: (typeof languages)[number]) =>
      contents.map((content) => messageText({ language: each, content }).text);
    for (const other of languages.filter((each) => each !== language)) {
      expect(texts(other)).not.toEqual(texts(language));
    }
  });
});

describe.each(["fcm", "apns"] as const)("what is pushed by %s", (platform) => {
  const target = { platform, environment: "production", token: "a-token" } as const;
  const now = Date.parse("2026-11-22T08:00:00Z");

  it("is a localisation key and the ids that it was given, whatever they are", () => {
    const notice = pushMessage(target, { kind: "notice", noticeId: "N" }, now);
    const challenge = pushMessage(target, { kind: "challenge", challengeId: "C", nonce: "O" }, now);
    expect(stringsOf(notice.body)).toEqual(["N", "notice"]);
    expect(stringsOf(challenge.body)).toEqual(
      ["C", "O", "challenge", ...(platform === "fcm" ? ["120s", "high"] : [])].sort(),
    );
    for (const { headers, body } of [notice, challenge]) {
      expect(JSON.stringify([headers, body])).not.toContain(target.token);
      // The least of both platforms' limits.
      expect(Buffer.byteLength(JSON.stringify(body))).toBeLessThan(4096);
    }
  });
});

function stringsOf(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(stringsOf).sort();
}
