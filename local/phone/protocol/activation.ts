/** What a QR code or an owner gave is no activation code for this service. Never says what it was. */
export class ActivationRefused extends Error {
  override readonly name = "ActivationRefused";
}

/** The form of the QR code's text that this phone reads. */
const FORM = "1";

/** Digits of an activation code. */
const DIGITS = 12;

/**
 * The activation code that was typed, or that stands in the text of a QR code. No address is followed, whoever wrote it: the
 * code is read from the text, and only where that names the service that this phone talks to anyway.
 * @param origin of the service
 * @returns 12 digits
 * @throws {ActivationRefused}
 */
export function readActivation(text: string, origin: string): string {
  const given = text.trim();
  return /^[a-z][a-z0-9+.-]*:/i.test(given) ? scanned(given, origin) : typed(given);
}

/** In groups, and with the full-width digits of Chinese and Japanese keyboards. */
function typed(text: string): string {
  const digits = text
    .replace(/[\s\p{Pd}]/gu, "")
    .replace(/[０-９]/g, (digit) => String.fromCodePoint(digit.charCodeAt(0) - 0xfee0));
  if (!isCode(digits)) throw new ActivationRefused(`an activation code has ${DIGITS} digits`);
  return digits;
}

function scanned(text: string, origin: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.origin !== new URL(origin).origin) {
    throw new ActivationRefused("this QR code is not for the service that keeps your backup");
  }
  const [, form, code = ""] = /^#([0-9]+)\.(.*)$/.exec(url.hash) ?? [];
  const isBare = url.pathname === "/activate" && url.search === "" && url.username + url.password === "";
  if (!isBare || form === undefined) throw new ActivationRefused("this QR code is no activation code");
  if (form !== FORM)
    throw new ActivationRefused("this QR code is for a newer app: update it, or type the code");
  if (!isCode(code)) throw new ActivationRefused("this QR code is no activation code");
  return code;
}

function isCode(text: string): boolean {
  return new RegExp(`^[0-9]{${DIGITS}}$`).test(text);
}
