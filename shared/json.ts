import { problem } from "./errors/problem.ts";

/** How deep a body may nest: the deepest of ours has 4 levels. */
export const JSON_DEPTH = 16;

/** How many members and elements a body may have: a full manifest has some 3,000. */
export const JSON_MEMBERS = 10_000;

const decoder = new TextDecoder("utf-8", { fatal: true });

/**
 * The JSON value in `bytes`, read more strictly than JSON.parse does: no member named twice, since two readers
 * may each believe another one (RFC 8259, section 4); no number with a fraction or an exponent; no NUL or lone surrogate,
 * which stores and other languages cut or replace; no private key.
 * @throws {Problem}
 */
export function parseJson(bytes: Uint8Array): unknown {
  let text: string;
  let value: unknown;
  try {
    text = decoder.decode(bytes);
  } catch {
    throw problem("json-invalid");
  }
  checkSize(text);
  try {
    value = JSON.parse(text);
  } catch {
    throw problem("json-invalid");
  }
  checkMembers(text);
  checkValues(value);
  return value;
}

/**
 * Counts before anything is made of the text, which need not be JSON: a body of commas or brackets, within the limit of
 * bytes, would otherwise keep the instance from everyone else while it is parsed.
 */
function checkSize(text: string): void {
  let depth = 0;
  let members = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case 0x7b: // {
      case 0x5b: // [
        if (++depth > JSON_DEPTH) throw problem("json-too-deep");
        break;
      case 0x7d: // }
      case 0x5d: // ]
        depth--;
        break;
      case 0x2c: // ,
        if (++members >= JSON_MEMBERS) throw problem("json-too-many-members");
        break;
      case 0x22: // "
        at = endOfString(text, at) - 1;
    }
  }
}

/** Walks text that is known to be valid JSON, for what parsing has already thrown away. */
function checkMembers(text: string): void {
  /** Of each open object the names so far; of an open array nothing. */
  const open: (Set<string> | undefined)[] = [];
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case 0x7b: // {
      case 0x5b: // [
        open.push(text[at] === "{" ? new Set() : undefined);
        break;
      case 0x7d: // }
      case 0x5d: // ]
        open.pop();
        break;
      case 0x22: {
        const end = endOfString(text, at);
        const names = open.at(-1);
        if (names && isName(text, end)) {
          const name: string = JSON.parse(text.slice(at, end));
          if (names.has(name)) throw problem("json-duplicate-key");
          names.add(name);
        }
        at = end - 1;
        break;
      }
      // Of a number, outside strings. Of `2.0`, one reader may make 2, another a number that is no version.
      case 0x2e: // .
      case 0x45: // E
        throw problem("json-invalid-number");
      case 0x65: // e, which true and false have behind a letter
        if (isDigit(text[at - 1])) throw problem("json-invalid-number");
    }
  }
}

/** The place behind the closing quote of the string that opens at `start`, or the text's end if there is none. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); ; end = text.indexOf('"', end + 1)) {
    if (end < 0) return text.length;
    let escapes = 0;
    while (text[end - 1 - escapes] === "\\") escapes++;
    if (escapes % 2 === 0) return end + 1;
  }
}

function isDigit(character = ""): boolean {
  return character >= "0" && character <= "9";
}

/** Whether the string that ends at `end` is a member's name: the next thing is a colon. */
function isName(text: string, end: number): boolean {
  let at = end;
  while (" \t\r\n".includes(text[at] ?? "")) at++;
  return text[at] === ":";
}

function checkValues(value: unknown): void {
  if (typeof value === "string") checkString(value);
  else if (Array.isArray(value)) value.forEach(checkValues);
  else if (typeof value === "object" && value !== null) {
    if (isPrivateKey(value)) throw problem("private-key-refused");
    for (const [name, member] of Object.entries(value)) {
      checkString(name);
      checkValues(member);
    }
  }
}

function checkString(text: string): void {
  if (text.includes("\0") || !text.isWellFormed()) throw problem("json-invalid-string");
  // A space first: no envelope has one, so its megabyte is passed over at once.
  if (text.includes(" KEY-----") && text.includes("PRIVATE KEY-----")) throw problem("private-key-refused");
}

/** A JWK (RFC 7517) with the private member of an EC, OKP or RSA key (`d`) or a symmetric key's value (`k`). */
function isPrivateKey(value: object): boolean {
  return "kty" in value && ("d" in value || "k" in value);
}

/** What JSON.stringify escapes: quotes, backslashes, control characters, surrogates that are alone; and those in pairs. */
const ESCAPED = /[^ !#-[\]-\ud7ff\ue000-\uffff]/;

/** Bytes of `JSON.stringify(value)` in UTF-8, without writing it. @param value JSON; members that are undefined are left out */
export function bytesAsJson(value: unknown): number {
  if (typeof value === "string") return bytesOfString(value);
  if (Array.isArray(value)) {
    // Brackets, and commas between the elements.
    return value.reduce(
      (sum: number, each) => sum + bytesAsJson(each ?? null),
      Math.max(2, value.length + 1),
    );
  }
  if (typeof value !== "object" || value === null) return String(value).length;
  let bytes = 1;
  for (const [name, member] of Object.entries(value)) {
    // A colon, and a comma or the closing brace.
    if (member !== undefined) bytes += bytesOfString(name) + bytesAsJson(member) + 2;
  }
  return Math.max(2, bytes);
}

function bytesOfString(text: string): number {
  return ESCAPED.test(text) ? Buffer.byteLength(JSON.stringify(text)) : Buffer.byteLength(text) + 2;
}
