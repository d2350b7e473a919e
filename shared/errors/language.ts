/** The languages that every text is written in (BCP 47). */
export const languages = ["en", "zh-Hant", "zh-Hans", "ja", "sv"] as const;

export type Language = (typeof languages)[number];

const FALLBACK: Language = "en";

/** Characters of a header; a longer one is not read, as no owner reads so many languages. */
const LONGEST_HEADER = 256;

/** One member of Accept-Language: a language range (RFC 4647, section 2.1) and its weight (RFC 9110, 12.4.2). */
const MEMBER =
  /^(?<range>\*|[a-z]{1,8}(?:-[a-z0-9]{1,8})*)(?:[ \t]*;[ \t]*q=(?<weight>0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?$/i;

/** Chinese in the traditional script: by name, or where no script is named, by the region that reads it. */
const TRADITIONAL = /^zh(?:-[a-z]{3})*-hant\b|^zh-(?:tw|hk|mo)\b/i;

/**
 * The language to answer in (RFC 9110, section 12.5.4): the one with the greatest weight, of equal ones the first.
 * `*` is every language that is not named, and comes after those that are. A malformed member counts as not there.
 * English where nothing is left: it serves an owner better than a 406.
 * @param header the value of Accept-Language
 */
export function chooseLanguage(header: string | undefined): Language {
  if (header === undefined || header.length > LONGEST_HEADER) return FALLBACK;
  const weights = new Map<Language, number>();
  let others = 0;
  for (const member of header.split(",")) {
    const { range, weight = "1" } = MEMBER.exec(member.trim())?.groups ?? {};
    if (range === undefined) continue;
    const language = languageOf(range);
    if (language) weights.set(language, Math.max(Number(weight), weights.get(language) ?? 0));
    else if (range === "*") others = Math.max(Number(weight), others);
  }
  for (const language of languages) if (!weights.has(language)) weights.set(language, others);
  const [first] = [...weights].filter(([, weight]) => weight > 0).sort(([, a], [, b]) => b - a);
  return first?.[0] ?? FALLBACK;
}

/** What an answer in this language says about it. Another reader's may differ at the same address: RFC 9110, 12.5.5. */
export function languageHeaders(language: Language): Readonly<Record<string, string>> {
  return { "Content-Language": language, Vary: "Accept-Language" };
}

/** The language of ours that a reader of this range expects; undefined if there is none. */
function languageOf(range: string): Language | undefined {
  const primary = range.toLowerCase().split("-", 1)[0];
  if (primary === "zh") return TRADITIONAL.test(range) ? "zh-Hant" : "zh-Hans";
  return languages.find((language) => language === primary);
}
