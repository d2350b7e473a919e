import { createHmac } from "node:crypto";
import type { Otp } from "./accounts.ts";
import { bytesOf } from "./secret.ts";

/** Steam's own: without letters and digits that are taken for others. */
const STEAM_ALPHABET = "23456789BCDFGHJKMNPQRTVWXY";
const STEAM_LENGTH = 5;

/** Seconds. */
export const STEAM_PERIOD = 30;

/**
 * The code that an account shows: time-based (RFC 6238, T0 = 0), of its counter (RFC 4226), or Steam's; with its leading
 * zeros.
 * @param now milliseconds since 1970-01-01T00:00:00Z
 */
export function oneTimeCode(otp: Otp, now: number): string {
  switch (otp.type) {
    case "totp":
      return decimal(truncated(otp, stepAt(now, otp.period)), otp.digits);
    case "hotp":
      return decimal(truncated(otp, otp.counter), otp.digits);
    case "steam":
      return steam(truncated({ ...otp, algorithm: "SHA1" }, stepAt(now, STEAM_PERIOD)));
  }
}

function stepAt(now: number, period: number): number {
  return Math.floor(now / 1000 / period);
}

/** Dynamic truncation: RFC 4226, section 5.3. @returns 31 bits */
function truncated(
  { secret, algorithm }: Readonly<Record<"secret" | "algorithm", string>>,
  step: number,
): number {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const hash = createHmac(algorithm, bytesOf(secret)).update(counter).digest();
  const offset = hash.readUInt8(hash.length - 1) & 0x0f;
  return hash.readUInt32BE(offset) & 0x7fffffff;
}

function decimal(code: number, digits: number): string {
  return String(code % 10 ** digits).padStart(digits, "0");
}

function steam(code: number): string {
  return Array.from(
    { length: STEAM_LENGTH },
    (_, at) => STEAM_ALPHABET[Math.floor(code / STEAM_ALPHABET.length ** at) % STEAM_ALPHABET.length],
  ).join("");
}
