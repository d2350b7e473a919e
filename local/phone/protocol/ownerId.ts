import { createHash } from "node:crypto";
import { decodeJwt } from "jose";

/** `userId`: base64url(SHA-256(iss ‖ 0x00 ‖ sub)), 43 characters. */
export function ownerId(issuer: string, subject: string): string {
  return createHash("sha256").update(`${issuer}\0${subject}`, "utf8").digest("base64url");
}

/**
 * The `userId` of the owner to whom an access token was issued. The service checks its signature; the phone got the
 * token from the issuer itself.
 */
export function ownerOfToken(accessToken: string): string {
  const { iss, sub } = decodeJwt(accessToken);
  if (iss === undefined || sub === undefined) throw new TypeError("the access token has no iss or no sub");
  return ownerId(iss, sub);
}
