const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** The most bytes of a secret, and the most characters that spell them. */
const MOST_BYTES = 256;
const MOST_CHARACTERS = Math.ceil((MOST_BYTES * 8) / 5);

/**
 * A secret as the contents of a backup spell it: base32 (RFC 4648, section 6) in upper case, without padding. Sites and
 * apps write it in lower case, in groups with spaces or hyphens, and with padding, too.
 */
export function canonicalSecret(spelt: string): string {
  return spelt.replace(/[\s-]/g, "").replace(/=+$/, "").toUpperCase();
}

/** Whether a canonical secret is of 1 to 256 bytes. */
export function isSecret(canonical: string): boolean {
  return canonical.length >= 2 && canonical.length <= MOST_CHARACTERS && /^[A-Z2-7]+$/.test(canonical);
}

/** The bytes of a canonical secret. Bits that do not fill a byte are dropped, as in other authenticator apps. */
export function bytesOf(canonical: string): Buffer {
  const bytes: number[] = [];
  let pending = 0;
  let bits = 0;
  for (const character of canonical) {
    pending = ((pending << 5) | ALPHABET.indexOf(character)) & 0xfff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push((pending >> bits) & 0xff);
  }
  return Buffer.from(bytes);
}

/** Bytes, spelt canonically. */
export function spelt(bytes: Uint8Array): string {
  let text = "";
  let pending = 0;
  let bits = 0;
  for (const byte of bytes) {
    pending = ((pending << 8) | byte) & 0xfff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += ALPHABET[(pending >> bits) & 0x1f];
    }
  }
  return bits > 0 ? text + ALPHABET[(pending << (5 - bits)) & 0x1f] : text;
}
