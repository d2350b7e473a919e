import * as z from "zod";
import type { Contact } from "../model/contact.ts";
import type { System } from "../system.ts";
import { timestampOf } from "../words.ts";

/** Digits of a code that is sent to a contact. */
const CODE_DIGITS = 6;

/** Milliseconds that a code is good for: 10 minutes. */
const CODE_LIFE = 10 * 60 * 1000;

/** The codes that are remembered, so that one which was replaced is told apart from one that was guessed. */
const MOST_CODES = 3;

/** A new code; 48 random bits, so that no code is likelier than another by more than one in 10^8. */
export function newCode({ random }: Pick<System, "random">): string {
  const number = Buffer.from(random(6)).readUIntBE(0, 6) % 10 ** CODE_DIGITS;
  return String(number).padStart(CODE_DIGITS, "0");
}

/** The code that was typed: keyboards for Chinese and Japanese write full-width digits. Undefined if it is none. */
export function readCode(text: string): string | undefined {
  const digits = text.replace(/[０-９]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) - 0xfee0));
  return new RegExp(`^[0-9]{${CODE_DIGITS}}$`).test(digits) ? digits : undefined;
}

/** The code as a phone sends it: what was typed. */
export const contactCode = z
  .string()
  .max(16)
  .refine((code) => readCode(code) !== undefined, `${CODE_DIGITS} digits`);

/** A contact to which a code is sent. @param code its HMAC, for this contact alone */
export function withCode({ codes = [], ...contact }: Contact, code: string, now: number): Contact {
  const sent = { code, expiresAt: timestampOf(now + CODE_LIFE) };
  return { ...contact, codes: [...codes, sent].slice(-MOST_CODES) };
}

export type CodeVerdict = "right" | "superseded" | "expired" | "wrong";

/**
 * What a code is. One that a newer one has replaced, or whose time is over, is no guess.
 * @param hmacs of what was given, under each service key in use
 */
export function judgeCode(
  { codes = [] }: Pick<Contact, "codes">,
  hmacs: readonly string[],
  now: number,
): CodeVerdict {
  const given = codes.findLast(({ code }) => hmacs.includes(code));
  if (!given) return "wrong";
  if (given !== codes.at(-1)) return "superseded";
  return now < Date.parse(given.expiresAt) ? "right" : "expired";
}
