import { createHmac } from "node:crypto";
import type { Otp } from "./accounts.ts";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/**
 * The code at `now` (RFC 6238, T0 = 0), with its leading zeros.
 * @param now milliseconds since 1970-01-01T00:00:00Z
 */
export function oneTimeCode({ secret, algorithm, digits, period }: Otp, now: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(now / 1000 / period)));
  const hash = createHmac(algorithm, decodeBase32(secret)).update(counter).digest();
  // Dynamic truncation: RFC 4226, section 5.3.
  const offset = hash.readUInt8(hash.length - 1) & 0x0f;
  const truncated = hash.readUInt32BE(offset) & 0x7fffffff;
  return String(truncated % 10 ** digits).padStart(digits, "0");
}

/** RFC 4648, section 6, without padding. Bits that do not fill a byte are dropped, as in other authenticator apps. */
function decodeBase32(text: string): Buffer {
  const bytes: number[] = [];
  let pending = 0;
  let bits = 0;
  for (const character of text) {
    pending = ((pending << 5) | ALPHABET.indexOf(character)) & 0xfff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push((pending >> bits) & 0xff);
  }
  return Buffer.from(bytes);
}
