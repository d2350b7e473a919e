import { createPublicKey, type KeyObject, verify } from "node:crypto";

const keys = new Map<string, KeyObject>();

/**
 * One ES256 verification of a compact JWS that carries its key, and nothing else of RFC 9449.
 * @returns a name for the signer; undefined if the signature is wrong
 */
export function verifySigner(proof: string): string | undefined {
  const first = proof.indexOf(".");
  const last = proof.lastIndexOf(".");
  const header = proof.slice(0, first);
  const signature = Buffer.from(proof.slice(last + 1), "base64url");
  const key = { key: keyOf(header), dsaEncoding: "ieee-p1363" } as const;
  return verify("sha256", Buffer.from(proof.slice(0, last)), key, signature) ? header : undefined;
}

/** Kept after the first time, as a service may: parsing a key takes as long as verifying. */
function keyOf(header: string): KeyObject {
  let key = keys.get(header);
  if (!key) {
    const { jwk } = JSON.parse(Buffer.from(header, "base64url").toString("utf8"));
    key = createPublicKey({ format: "jwk", key: jwk });
    keys.set(header, key);
  }
  return key;
}
