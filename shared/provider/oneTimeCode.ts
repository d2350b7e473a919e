import { createHmac, timingSafeEqual } from "node:crypto";

/** Digits of a phone's one-time code for an account. */
const DIGITS = 8;

/** Seconds that a code is shown. */
const PERIOD = 30;

/** Steps by which the clock of a phone, and of who reads the code, may be off (RFC 6238, section 5.2). */
const STEPS_OFF = 1;

/** The code that was typed, its spaces and hyphens left out; keyboards for Chinese and Japanese write full-width digits. Undefined if it is none. */
export function readOneTimeCode(text: string): string | undefined {
  const digits = text
    .replace(/[０-９]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) - 0xfee0))
    .replace(/[\s-]/g, "");
  return /^[0-9]+$/.test(digits) && digits.length === DIGITS ? digits : undefined;
}

/** RFC 6238 with HMAC-SHA-256. @param step of {@link PERIOD} seconds since the epoch */
export function oneTimeCodeAt(secret: Uint8Array, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac("sha256", secret).update(counter).digest();
  const offset = mac.readUInt8(mac.length - 1) & 0x0f;
  const code = (mac.readUInt32BE(offset) & 0x7fffffff) % 10 ** DIGITS;
  return String(code).padStart(DIGITS, "0");
}

/**
 * The step whose code was given: undefined if it is none of now, or no later than the last that was used (RFC 6238,
 * section 5.2: a code is taken once).
 * @param now milliseconds since the epoch
 */
export function stepOf(
  { secret, lastStep = -1 }: { readonly secret: Uint8Array; readonly lastStep?: number | undefined },
  code: string,
  now: number,
): number | undefined {
  const current = Math.floor(now / 1000 / PERIOD);
  const given = Buffer.from(code);
  let found: number | undefined;
  // All are compared, whichever it is: how long it takes tells nothing of the code.
  for (let step = current - STEPS_OFF; step <= current + STEPS_OFF; step++) {
    const isEqual = timingSafeEqual(Buffer.from(oneTimeCodeAt(secret, step)), given);
    if (isEqual && step > lastStep) found = step;
  }
  return found;
}
