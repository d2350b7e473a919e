import { domainToASCII } from "node:url";
import type { ContactKind } from "../model/contact.ts";

/** Why nothing can be sent to what somebody gave as an address. */
export type AddressRefusal =
  | { readonly reason: "contact-address-invalid" }
  | { readonly reason: "contact-region-refused" };

/** Octets of an address: a path has 256 (RFC 5321, section 4.5.3.1.3), its brackets included. */
const LONGEST_ADDRESS = 254;

/** Octets of a local part (RFC 5321, section 4.5.3.1.1). */
const LONGEST_LOCAL_PART = 64;

/** `Dot-string` of RFC 5321, section 4.1.2. A quoted string may hold what a mail header or another server reads anew. */
const LOCAL_PART = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;

/** What a domain may be written with before it is one: no literal, no escape, no port. */
const WRITTEN_DOMAIN = /^[\p{L}\p{M}\p{N}.。．｡-]+$/u;

/** At least two labels, of letters, digits and hyphens; the last is no number, which would be an IPv4 address. */
const DOMAIN =
  /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?=[a-z0-9-]*[a-z])[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** 7 to 15 digits after the `+` (E.164, section 6). */
const NUMBER = /^\+[1-9]\d{6,14}$/;

/** The country codes of one and of two digits; all others have three (E.164, annex). */
const SHORT_CODES = /^\+(?:[17]|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])/;

/** Where numbers begin with a zero in international form, too: Ivory Coast, Gabon and the Republic of the Congo. */
const ZEROS_OF_THEIR_OWN = /^\+(?:225|241|242)/;

/**
 * The address as it is stored and sent to; undefined if it is of no form that this service sends to. A domain is in lower
 * case, with A-labels (RFC 5891); a local part is the receiving server's to read, and stays as it is.
 */
export function readAddress(kind: ContactKind, text: string): string | undefined {
  return kind === "email" ? readMailbox(text) : readNumber(text);
}

function readMailbox(text: string): string | undefined {
  const at = text.lastIndexOf("@");
  const [localPart, written] = [text.slice(0, Math.max(0, at)), text.slice(at + 1)];
  if (localPart.length > LONGEST_LOCAL_PART || !LOCAL_PART.test(localPart)) return undefined;
  if (!WRITTEN_DOMAIN.test(written)) return undefined;
  const domain = domainToASCII(written).toLowerCase();
  const address = `${localPart}@${domain}`;
  return DOMAIN.test(domain) && address.length <= LONGEST_ADDRESS ? address : undefined;
}

/** A zero after the country code is the national prefix of most countries: nothing would arrive. */
function readNumber(text: string): string | undefined {
  if (!NUMBER.test(text)) return undefined;
  const code = SHORT_CODES.exec(text)?.[0] ?? text.slice(0, 4);
  return text[code.length] === "0" && !ZEROS_OF_THEIR_OWN.test(code) ? undefined : text;
}

/**
 * Ranges that the prefix around them does not stand for: countries that share a code with another one, and numbers at a
 * premium. Texts to them cost many times as much, and part of it goes to whoever rents the number.
 */
const APART = new Set(
  [
    // The Caribbean and Bermuda, within the numbering plan of the United States and Canada.
    ...["242", "246", "264", "268", "284", "345", "441", "473", "649", "658", "664", "721", "758", "767"],
    ...["784", "809", "829", "849", "868", "869", "876"],
    "900",
  ]
    .map((area) => `+1${area}`)
    .concat(
      // Kazakhstan; personal and premium numbers of the United Kingdom, Germany, France, Sweden and Japan.
      ["+76", "+77", "+4470", "+4487", "+449", "+49900", "+3389", "+46900", "+46939", "+46944", "+81990"],
    ),
);

/** The most characters of a prefix in {@link APART}. */
const LONGEST_APART = 6;

/** Whether texts may go to a number: the longest prefix that is allowed is as long as the range that it is in. */
export function isTextable(number: string, allowed: readonly string[]): boolean {
  const prefixes = Array.from({ length: LONGEST_APART }, (_, n) => number.slice(0, n + 1));
  const range = prefixes.findLast((prefix) => APART.has(prefix)) ?? "";
  return allowed.some((prefix) => number.startsWith(prefix) && prefix.length >= range.length);
}

/**
 * By what sends to an address are counted: mail to `jane.doe+1@` and to `JaneDoe@` lands in one mailbox at most
 * providers, and would otherwise be counted apart.
 */
export function countedAs(kind: ContactKind, address: string): string {
  if (kind === "phone") return address;
  const [localPart = "", domain = ""] = address.split("@");
  const [mailbox = ""] = localPart.toLowerCase().split("+", 1);
  return `${mailbox.replaceAll(".", "")}@${domain}`;
}

/** What its owner recognizes an address by, and nobody else: `a•••@e•••.com`, `•••• 67`. */
export function hintOf(kind: ContactKind, address: string): string {
  if (kind === "phone") return `•••• ${address.slice(-2)}`;
  const [localPart = "", domain = ""] = address.split("@");
  return `${localPart.slice(0, 1)}•••@${domain.slice(0, 1)}•••${domain.slice(domain.lastIndexOf("."))}`;
}
