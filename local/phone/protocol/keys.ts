import { calculateJwkThumbprint, exportJWK, generateKeyPair } from "jose";
import * as z from "zod";

const coordinate = z.base64url().length(43);

/** A P-256 public key: RFC 7518, section 6.2.1, exactly these members. */
const publicJwkSchema = z.strictObject({
  kty: z.literal("EC"),
  crv: z.literal("P-256"),
  x: coordinate,
  y: coordinate,
});
export type PublicJwk = z.infer<typeof publicJwkSchema>;

/** RFC 7518, section 6.2.2. */
export const privateJwkSchema = publicJwkSchema.extend({ d: coordinate });
export type PrivateJwk = z.infer<typeof privateJwkSchema>;

/** The two key pairs of one phone: one signs its proofs (ES256), the service seals keys to the other (ECDH-ES). */
export const phoneKeysSchema = z.strictObject({ signing: privateJwkSchema, sealing: privateJwkSchema });
type PhoneKeys = z.infer<typeof phoneKeysSchema>;

/**
 * Makes both pairs. They can be exported, since this phone keeps them in a file; an app's belong in the Secure
 * Enclave or in StrongBox.
 */
export async function generateKeys(): Promise<PhoneKeys> {
  const [signing, sealing] = await Promise.all([
    generateKeyPair("ES256", { extractable: true }),
    generateKeyPair("ECDH-ES", { crv: "P-256", extractable: true }),
  ]);
  return phoneKeysSchema.parse({
    signing: await exportJWK(signing.privateKey),
    sealing: await exportJWK(sealing.privateKey),
  });
}

/** A key for one account with push, which answers its pushes (ES256): another for each account, and for each try. */
export async function generateAccountKey(): Promise<PrivateJwk> {
  const { privateKey } = await generateKeyPair("ES256", { extractable: true });
  return privateJwkSchema.parse(await exportJWK(privateKey));
}

/** The public half of a key: what may leave the phone. */
export function publicJwk({ kty, crv, x, y }: PublicJwk): PublicJwk {
  return { kty, crv, x, y };
}

/** `deviceId`: the RFC 7638 SHA-256 thumbprint of the signing key, 43 characters. */
export function deviceId(signing: PublicJwk): Promise<string> {
  return calculateJwkThumbprint(publicJwk(signing), "sha256");
}
