import * as z from "zod";

/** base64url without padding (RFC 4648, section 5) of exactly `bytes` bytes. */
export function base64url(bytes: number) {
  return z.string().regex(new RegExp(`^[A-Za-z0-9_-]{${Math.ceil((bytes * 4) / 3)}}$`));
}

/** A SHA-256 hash, an HMAC with it, or an RFC 7638 thumbprint. */
export const sha256 = base64url(32);

/** An id made here from 16 random bytes. */
export const randomId = base64url(16);
