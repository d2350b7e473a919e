import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { catalogue, type ProblemCode, type ProblemKind } from "../../../shared/errors/catalogue.ts";
import { chooseLanguage, type Language, languages } from "../../../shared/errors/language.ts";
import { texts } from "../../../shared/errors/texts.ts";
import { phoneOf, problemOf, startService } from "../../support/service.ts";

function answers(table: readonly (readonly [header: string, language: Language])[]): void {
  for (const [header, language] of table) expect.soft(chooseLanguage(header), header).toBe(language);
}

describe("an owner is answered in", () => {
  it("English where nothing is said", () => {
    expect(chooseLanguage(undefined)).toBe("en");
    expect(chooseLanguage("")).toBe("en");
  });

  it("the language asked for, whatever the region, the case or the extension", () => {
    answers([
      ["en", "en"],
      ["en-GB", "en"],
      ["ja", "ja"],
      ["ja-JP", "ja"],
      ["ja-JP-u-ca-japanese", "ja"],
      ["SV", "sv"],
      ["sv-SE", "sv"],
      ["sv-FI", "sv"],
      ["zH-hANT", "zh-Hant"],
    ]);
  });

  it("the Chinese script that is read where the owner is, unless the tag names one", () => {
    answers([
      ["zh-TW", "zh-Hant"],
      ["zh-HK", "zh-Hant"],
      ["zh-MO", "zh-Hant"],
      ["zh-Hant", "zh-Hant"],
      ["zh-Hant-TW", "zh-Hant"],
      ["zh-Hant-CN", "zh-Hant"],
      ["zh", "zh-Hans"],
      ["zh-CN", "zh-Hans"],
      ["zh-SG", "zh-Hans"],
      ["zh-Hans", "zh-Hans"],
      ["zh-Hans-SG", "zh-Hans"],
      ["zh-Hans-HK", "zh-Hans"],
      ["zh-CN-x-TW", "zh-Hans"],
      ["zh-Latn-TW", "zh-Hans"],
      ["zh-hantx", "zh-Hans"],
      ["zh-two", "zh-Hans"],
      ["zh-cmn-Hant-SG", "zh-Hant"],
      ["ZH-tw", "zh-Hant"],
      ["yue-Hant-HK", "zh-Hant"],
      ["yue", "zh-Hant"],
      ["yue-CN", "zh-Hans"],
      ["zh-yue-HK", "zh-Hant"],
      ["cmn-TW", "zh-Hant"],
      ["nan-Hant", "zh-Hant"],
      ["wuu", "zh-Hans"],
      ["hak-Hans-CN", "zh-Hans"],
    ]);
  });

  it("the language of greatest weight, of equal ones the first", () => {
    answers([
      ["sv, ja", "sv"],
      ["ja, sv", "ja"],
      ["en;q=0.8, sv;q=0.9", "sv"],
      ["en;q=0.8, sv;q=0.801", "sv"],
      ["sv;q=0.5, ja;q=0.5", "sv"],
      ["sv ; q=0.1 ,ja;Q=0.2", "ja"],
      ["zh-TW, zh;q=0.9, en;q=0.8", "zh-Hant"],
      ["zh, zh-TW;q=0.9", "zh-Hans"],
      ["en-GB;q=0.1, sv;q=0.5, en", "en"],
    ]);
  });

  it("the first of theirs that is one of ours", () => {
    answers([
      ["de-DE, de;q=0.9, sv;q=0.5", "sv"],
      ["fr, nb, ja;q=0.001", "ja"],
      ["de, fr", "en"],
      ["svx, jav, enm", "en"],
    ]);
  });

  it("no language that they refuse, while another is left", () => {
    answers([
      ["sv;q=0, ja;q=0.1", "ja"],
      ["sv;q=0.000", "en"],
      ["sv;q=0, *", "en"],
      ["en;q=0, sv;q=0.2", "sv"],
      ["en;q=0, *;q=0.1, ja;q=0.2", "ja"],
      ["en;q=0", "en"],
      ["*;q=0", "en"],
    ]);
  });

  it("English where anything will do, but in a language that is named where it is liked as well", () => {
    answers([
      ["*, sv", "sv"],
      ["*", "en"],
      ["sv;q=0.5, *", "en"],
      ["sv, *;q=0.5", "sv"],
      ["sv;q=0.5, *;q=0.5", "sv"],
      ["de, *;q=0.5", "en"],
    ]);
  });
});

describe("a malformed header", () => {
  it.each([
    [";"],
    [",,,"],
    ["sv;"],
    ["sv;q"],
    ["sv;q="],
    ["sv;q=2"],
    ["sv;q=1.001"],
    ["sv;q=-1"],
    ["sv;q=0.1234"],
    ["sv;q=NaN"],
    ["sv;level=1"],
    ["sv;q=1;q=1"],
    ["sv_SE"],
    ["sv-"],
    ["-sv"],
    ["swedishish"],
    ["sv ja"],
    ["i-default"],
    ["**"],
    ["sv*"],
    ["日本語"],
    ["__proto__"],
    ["constructor"],
    ["\u0000"],
  ])("gets English: %j", (header) => {
    expect(chooseLanguage(header)).toBe("en");
  });

  it("still says what its well-formed members say, empty ones left out", () => {
    answers([
      [", ,sv", "sv"],
      ["ja;q=9, sv;q=0.1", "sv"],
      ["zh_TW, ja", "ja"],
    ]);
  });

  it("is not read where it is longer than any owner's", () => {
    const list = (length: number) => `sv,${",".repeat(length - 3)}`;
    expect(chooseLanguage(list(256))).toBe("sv");
    expect(chooseLanguage(list(257))).toBe("en");
  });

  it("never makes an error: whatever comes, one of the five is chosen", () => {
    const tag = fc.constantFrom("en", "zh-TW", "zh", "ja-JP", "sv", "*", "x-y", "i-default", "de", "");
    const weight = fc.constantFrom("", ";q=0", ";q=0.5", ";q=1", ";q=", ";", ";q=1.1", " ; q=0.25");
    const members = fc.array(fc.tuple(tag, weight).map((parts) => parts.join("")));
    const headers = fc.oneof(
      fc.string({ unit: "binary", maxLength: 400 }),
      members.map((list) => list.join(", ")),
    );
    fc.assert(fc.property(headers, (header) => languages.includes(chooseLanguage(header))));
  });

  it("changes nothing when a well-formed one stands before it with the full weight", () => {
    fc.assert(
      fc.property(fc.constantFrom(...languages), fc.string({ maxLength: 200 }), (language, rest) => {
        expect(chooseLanguage(`${language},${rest}`)).toBe(language);
      }),
    );
  });
});

describe("over HTTP", () => {
  const asked: Readonly<Record<Language, string>> = {
    en: "en-US,en;q=0.9",
    "zh-Hant": "zh-TW,zh;q=0.9,en;q=0.8",
    "zh-Hans": "zh-CN,zh;q=0.9,en;q=0.8",
    ja: "ja-JP",
    sv: "sv-SE,en;q=0.5",
  };
  const negotiated = (language: Language) => ({ "content-language": language, vary: "Accept-Language" });

  /** What a reader of `language` is told about `code`. */
  function told(code: ProblemCode, language: Language) {
    const { remedy, otherwise }: ProblemKind = catalogue[code];
    const { problems, remedies } = texts[language];
    return {
      ...problems[code],
      code,
      remedy,
      remedyText: remedies[remedy],
      ...(otherwise && { otherwise, otherwiseText: remedies[otherwise] }),
    };
  }

  async function get(url: string, language?: Language) {
    const response = await fetch(url, language && { headers: { "Accept-Language": asked[language] } });
    return { headers: Object.fromEntries(response.headers), body: await response.json() };
  }

  it.each(languages)("an owner who is not signed in reads so in %s [G3]", async (language) => {
    const { origin } = await startService();
    const { headers, body } = await get(`${origin}/v1/backup`, language);
    expect(body).toMatchObject({ status: 401, ...told("token-missing", language) });
    expect(headers).toMatchObject({ ...negotiated(language), "www-authenticate": "Bearer" });
  });

  it.each(languages)("a phone's problem and its members come with texts in %s [G]", async (language) => {
    const service = await startService();
    const spoken: typeof fetch = (input, init) => {
      const headers = new Headers(init?.headers);
      headers.set("Accept-Language", asked[language]);
      return fetch(input, { ...init, headers });
    };
    const phone = await phoneOf(service, { fetch: spoken, signIn: { signedInSecondsAgo: 3600 } });
    const refused = await phone.register();
    expect(problemOf(refused)).toMatchObject({
      ...told("step-up-required", language),
      missing: ["recent-sign-in"],
      maxAge: expect.any(Number),
    });
    expect(Object.fromEntries(refused.headers)).toMatchObject(negotiated(language));
  });

  it.each(languages)("the page of a code explains it in %s", async (language) => {
    const { origin } = await startService();
    const { headers, body } = await get(`${origin}/v1/problems/platform-changed`, language);
    const otherwise = { otherwise: "start-anew", otherwiseText: texts[language].remedies["start-anew"] };
    expect(body).toEqual({
      ...told("platform-changed", language),
      ...otherwise,
      status: 409,
      retryable: false,
    });
    // Accept may have chosen a page.
    expect(headers).toMatchObject({ ...negotiated(language), vary: "Accept, Accept-Language" });
  });

  it.each(languages)("an address where nothing is says so in %s", async (language) => {
    const { origin } = await startService();
    const { headers, body } = await get(`${origin}/v1/nothing`, language);
    expect(body).toMatchObject(told("not-found", language));
    expect(headers).toMatchObject(negotiated(language));
  });

  it("an answer without a text names no language", async () => {
    const { origin } = await startService();
    const { headers } = await get(`${origin}/v1/health`, "sv");
    expect(headers).not.toHaveProperty("content-language");
  });
});
