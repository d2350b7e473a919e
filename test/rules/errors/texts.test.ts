import { readdir } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { catalogue, type ProblemKind } from "../../../shared/errors/catalogue.ts";
import { type Language, languages } from "../../../shared/errors/language.ts";
import { texts } from "../../../shared/errors/texts.ts";

interface Text {
  /** `busy.title`: the same in every language. */
  readonly name: string;
  readonly text: string;
}

function titles(language: Language): Text[] {
  return Object.entries(texts[language].problems).map(([code, { title }]) => ({
    name: `${code}.title`,
    text: title,
  }));
}

/** Details and remedies. */
function sentences(language: Language): Text[] {
  const { problems, remedies } = texts[language];
  return [
    ...Object.entries(problems).map(([code, { detail }]) => ({ name: `${code}.detail`, text: detail })),
    ...Object.entries(remedies).map(([remedy, text]) => ({ name: `remedy ${remedy}`, text })),
  ];
}

function all(language: Language): Text[] {
  return [...titles(language), ...sentences(language)];
}

/** The names of those that `pattern` finds: to be compared with none, so that a failure lists them. */
function found(among: readonly Text[], pattern: RegExp): string[] {
  return among.filter(({ text }) => pattern.test(text)).map(({ name, text }) => `${name}: ${text}`);
}

const others = languages.filter((language) => language !== "en");
const chinese = ["zh-Hant", "zh-Hans"] as const;
const withoutSpaces = [...chinese, "ja"] as const;

/** What has one spelling in all languages: header and product names, abbreviations, numbers. */
const TERM = /[A-Z]\w*(?:-[A-Z]\w*)+|\w*[a-z][A-Z]\w*|[A-Z]{2,}\w*|\d+/g;

/** Characters that one of the two scripts has and the other has not. */
const ONLY_TRADITIONAL =
  /[帳備復還這請與開關號碼資無們雲電單擇錄設認證據選網機個來時對為傳檔應動數聯絡貝護進]/;
const ONLY_SIMPLIFIED = /[帐备复还这请与开关号码资无们电单择录设认证据选网个来时对为传档应动数联络护进]/;

it("has a file for each language, and none besides", async () => {
  const files = await readdir(new URL("../../../shared/errors/texts/", import.meta.url));
  expect(files.sort()).toEqual(languages.map((language) => `${language}.ts`).sort());
  expect(Object.keys(texts).sort()).toEqual([...languages].sort());
});

describe.each(languages)("in %s, an owner", (language) => {
  it("has a text for every code and every remedy, and none is left that nothing needs", () => {
    const kinds: readonly ProblemKind[] = Object.values(catalogue);
    const remedies = new Set(kinds.flatMap(({ remedy, otherwise }) => [remedy, otherwise ?? remedy]));
    expect(Object.keys(texts[language].problems).sort()).toEqual(Object.keys(catalogue).sort());
    expect(Object.keys(texts[language].remedies).sort()).toEqual([...remedies].sort());
  });

  it("reads no placeholder, markup, line break or stray space", () => {
    expect(found(all(language), /[{}<>$%\\\n\t\u00a0\u3000]|^\s|\s$| {2}|\.\.|…|[!！]/)).toEqual([]);
  });

  it("reads titles without a full stop, and sentences with the one of the language", () => {
    const stop = withoutSpaces.some((one) => one === language) ? /[^。]。$/ : /[^.]\.$/;
    expect(found(titles(language), /[.。,，、:：;；]$/)).toEqual([]);
    expect(sentences(language).filter(({ text }) => !stop.test(text))).toEqual([]);
  });

  it("reads titles of one line and details of two or three", () => {
    const [longestTitle, longestDetail] = withoutSpaces.some((one) => one === language)
      ? [40, 100]
      : [80, 180];
    expect(titles(language).filter(({ text }) => text.length < 4 || text.length > longestTitle)).toEqual([]);
    expect(sentences(language).filter(({ text }) => text.length < 6 || text.length > longestDetail)).toEqual(
      [],
    );
  });

  it("is told more by the detail than by the title", () => {
    const same = Object.entries(texts[language].problems).filter(([, { title, detail }]) =>
      detail.startsWith(title),
    );
    expect(same).toEqual([]);
  });
});

describe.each(others)("in %s, an owner", (language) => {
  it("reads nothing that was left in English", () => {
    const english = new Map(all("en").map(({ name, text }) => [name, text]));
    expect(all(language).filter(({ name, text }) => english.get(name) === text)).toEqual([]);
    expect(found(all(language), /\b(?:the|your|you|and|this|that|with|try|again|phone|backup)\b/i)).toEqual(
      [],
    );
  });

  it("reads the same names, abbreviations and numbers as in English", () => {
    const terms = (text: string) => [...new Set(text.match(TERM))].sort();
    const told = (among: readonly Text[]) => among.map(({ name, text }) => [name, terms(text)]);
    expect(told(all(language))).toEqual(told(all("en")));
  });
});

describe.each(withoutSpaces)("in %s, an owner", (language) => {
  it("reads each text in that script, with its own punctuation", () => {
    const script = language === "ja" ? /[\p{Script=Hiragana}\p{Script=Katakana}]/u : /\p{Script=Han}/u;
    expect(all(language).filter(({ text }) => !script.test(text))).toEqual([]);
    expect(
      found(all(language), /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー][.,;:?()]/u),
    ).toEqual([]);
  });
});

describe("a reader of Chinese", () => {
  it("reads no simplified character in Traditional Chinese, and none of the other kind in Simplified", () => {
    expect(found(all("zh-Hans"), ONLY_TRADITIONAL)).toEqual([]);
    expect(found(all("zh-Hant"), ONLY_SIMPLIFIED)).toEqual([]);
  });

  it.each(chinese)("reads no kana in %s", (language) => {
    expect(found(all(language), /[\p{Script=Hiragana}\p{Script=Katakana}]/u)).toEqual([]);
  });
});

describe("an owner in Japan", () => {
  it("is asked politely in every sentence", () => {
    const polite = /^(?:[^。]*(?:ください|です|ます|ません|ました|ませんでした)。)+$/;
    expect(sentences("ja").filter(({ text }) => !polite.test(text))).toEqual([]);
  });
});
