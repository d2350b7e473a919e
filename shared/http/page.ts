import { hash } from "node:crypto";
import { type Language, languageHeaders } from "../errors/language.ts";
import type { Answer } from "./endpoint.ts";

/** A weight (RFC 9110, section 12.4.2). */
const WEIGHT = /^q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/;

/** Members of a header that are read; browsers send ten at the most. */
const MEMBERS = 32;

/**
 * Whether a caller would rather have a page than JSON: browsers do, and programs that ask for anything don't. Who can
 * take neither gets JSON all the same, which RFC 9110, section 12.5.1, prefers to a refusal: it names a code to look up.
 * @param accept the value of Accept
 */
export function prefersPage(accept = ""): boolean {
  const weights = new Map<string, number>();
  for (const member of accept.split(",", MEMBERS)) {
    const [range = "", ...parameters] = member.split(";").map((part) => part.trim().toLowerCase());
    const given = parameters.find((parameter) => parameter.startsWith("q="));
    const weight = given === undefined ? "1" : WEIGHT.exec(given)?.[1];
    // A malformed member counts as not there.
    if (weight !== undefined) weights.set(range, Number(weight));
  }
  const weightOf = (type: string, subtype: string) =>
    weights.get(`${type}/${subtype}`) ?? weights.get(`${type}/*`) ?? weights.get("*/*") ?? 0;
  return weightOf("text", "html") > weightOf("application", "json");
}

/** Readable on a narrow screen, and by the reader's choice light or dark. */
const STYLE = `:root{color-scheme:light dark;font:1rem/1.5 system-ui,sans-serif}
body{max-width:44rem;margin:2rem auto;padding:0 1rem;overflow-wrap:anywhere}
h1{line-height:1.2}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1rem}
dd{margin:0}
li{margin:.5rem 0}
code{font:.95em/1.4 ui-monospace,monospace}`;

function policyFor(style: string): string {
  return [
    "default-src 'none'",
    `style-src 'sha256-${hash("sha256", style, "base64")}'`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

/**
 * The answer to who may want a page: JSON, or that.
 * @param accept the value of Accept
 */
export function negotiated(
  accept: string | undefined,
  language: Language,
  { body, page }: { readonly body: unknown; readonly page: () => Omit<Page, "language"> },
): Answer {
  const { headers, ...content } = prefersPage(accept) ? pageAnswer({ language, ...page() }) : { body };
  return {
    status: 200,
    headers: { ...languageHeaders(language), Vary: "Accept, Accept-Language", ...headers },
    ...content,
  };
}

interface Page {
  readonly title: string;
  readonly language: Language;
  /** Markup, in which all text is {@link escaped}. */
  readonly body: string;
  /** In the place of the usual one. */
  readonly style?: string;
}

/** A page as an answer: nothing of it comes from elsewhere, runs, or is shown inside of another. */
export function pageAnswer({ title, language, body, style = STYLE }: Page) {
  return {
    headers: { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policyFor(style) },
    content: `<!doctype html>
<html lang="${language}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escaped(title)}</title>
<style>${style}</style>
<main>
${body}
</main>
</html>
`,
  };
}

/** Text that no browser reads as markup, in an element or in a quoted attribute. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
