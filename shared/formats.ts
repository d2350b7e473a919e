import * as z from "zod";

/** base64url without padding (RFC 4648, section 5) of exactly `bytes` bytes. */
export function base64url(bytes: number) {
  return z.string().regex(new RegExp(`^[A-Za-z0-9_-]{${Math.ceil((bytes * 4) / 3)}}$`));
}

/** A SHA-256 hash, an HMAC with it, or an RFC 7638 thumbprint. */
export const sha256 = base64url(32);

/** An id made here from 16 random bytes. */
export const randomId = base64url(16);

/** An organization's id: a GUID of any version in lower case, as Entra's `tid` has it. */
export const tenantId = z
  .string()
  .regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, "a GUID in lower case");

/** A UUID (RFC 9562) of that version, made of the first 16 bytes. */
export function uuidOf(bytes: Uint8Array, version: 4 | 8): string {
  const uuid = Buffer.from(bytes.subarray(0, 16));
  uuid[6] = ((uuid[6] ?? 0) & 0x0f) | (version << 4);
  uuid[8] = ((uuid[8] ?? 0) & 0x3f) | 0x80;
  return uuid.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
