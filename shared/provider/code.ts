import type { System } from "../system.ts";

/** Digits of an activation code. */
const DIGITS = 12;

/** Bytes of the random number that a code is made of: 2^40 is a tenth more than there are codes. */
const BYTES = 5;

/** A new activation code: 12 digits, each code as likely as any other. */
export function newActivationCode({ random }: Pick<System, "random">): string {
  for (;;) {
    const number = Buffer.from(random(BYTES)).readUIntBE(0, BYTES);
    // What is beyond the last code is drawn again: by the remainder, the first codes would come up more often.
    if (number < 10 ** DIGITS) return String(number).padStart(DIGITS, "0");
  }
}

/** The form's version, which a phone that knows no other refuses to misread. */
const FORM = 1;

/**
 * What the QR code of an activation says. Behind `#` the code reaches no server and no log, should somebody open it as an
 * address; a phone follows no address that it scans, and takes its own service's origin alone.
 * @param publicOrigin of this service, without a slash at its end
 */
export function qrOf(publicOrigin: string, code: string): string {
  return `${publicOrigin}/activate#${FORM}.${code}`;
}
