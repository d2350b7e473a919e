import { createPublicKey, hash } from "node:crypto";
import * as z from "zod";

/** 32 bytes; the two unused bits must be zero, so that a key has exactly one encoding and one thumbprint. */
const coordinate = z.string().regex(/^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/);

/** A P-256 public key as a JWK (RFC 7518, section 6.2), and not one member more. */
export const publicKey = z.strictObject({
  kty: z.literal("EC"),
  crv: z.literal("P-256"),
  x: coordinate,
  y: coordinate,
});

export type PublicKey = z.infer<typeof publicKey>;

/** The RFC 7638 thumbprint with SHA-256, base64url. */
export function thumbprint({ crv, kty, x, y }: PublicKey): string {
  return hash("sha256", JSON.stringify({ crv, kty, x, y }), "base64url");
}

/** Whether the point lies on the curve: a key off it would seal a secret to nobody, or to everybody. */
export function isOnCurve(key: PublicKey): boolean {
  try {
    createPublicKey({ format: "jwk", key });
    return true;
  } catch {
    return false;
  }
}
