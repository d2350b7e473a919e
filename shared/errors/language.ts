/** The languages that every text is written in (BCP 47). */
export const languages = ["en", "zh-Hant", "zh-Hans", "ja", "sv"] as const;

export type Language = (typeof languages)[number];

const FALLBACK: Language = "en";

/** Characters of a header; a longer one is not read, as no owner reads so many languages. */
const LONGEST_HEADER = 256;

/** One member of Accept-Language: a language range (RFC 4647, section 2.1) and its weight (RFC 9110, 12.4.2). */
const MEMBER =
  /^(?<range>\*|[a-z]{1,8}(?:-[a-z0-9]{1,8})*)(?:[ \t]*;[ \t]*q=(?<weight>0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?$/i;

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

/** `zh-yue` is `yue` (RFC 5646, section 2.2.2). */
const EXTENDED = /^[a-z]{2,3}-([a-z]{3})(?=-|$)/i;

/** What a reader of a script reads, whichever Chinese language that is of: Cantonese, Hakka, Wu. */
const OF_SCRIPT: Readonly<Record<string, Language>> = { Hant: "zh-Hant", Hans: "zh-Hans" };

/**
 * The language of ours that a reader of this range expects; undefined if there is none. A range names a script, or has
 * a likely one: `zh-HK` and `yue` are read in the traditional one.
 */
function languageOf(range: string): Language | undefined {
  const [primary = ""] = range.toLowerCase().split("-", 1);
  const script = likelyScript(range) ?? likelyScript(primary) ?? "";
  return OF_SCRIPT[script] ?? languages.find((known) => known === primary || known === `${primary}-Hans`);
}

/** By CLDR's likely subtags; undefined where the range is well-formed (RFC 4647), but no language tag: `zh-two`. */
function likelyScript(range: string): string | undefined {
  try {
    return new Intl.Locale(range.replace(EXTENDED, "$1")).maximize().script;
  } catch {
    return undefined;
  }
}
