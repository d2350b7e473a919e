import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";

/** A key that a phone makes for one account. */
export interface AccountKey {
  readonly publicKey: { readonly kty: string; readonly crv: string; readonly x: string; readonly y: string };
  readonly privateKey: KeyObject;
}

export function accountKey(): AccountKey {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { kty = "", crv = "", x = "", y = "" } = publicKey.export({ format: "jwk" });
  return { publicKey: { kty, crv, x, y }, privateKey };
}

const HEADER = { typ: "push-answer+jwt", alg: "ES256" };

/** Compact JWS (RFC 7515) over these claims, by this key. */
export function signedAnswer(
  claims: unknown,
  { privateKey }: Pick<AccountKey, "privateKey">,
  header: unknown = HEADER,
): string {
  const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString("base64url");
  const body = `${encode(header)}.${encode(claims)}`;
  const signature = sign("sha256", Buffer.from(body), { key: privateKey, dsaEncoding: "ieee-p1363" });
  return `${body}.${signature.toString("base64url")}`;
}

/** The nonce that a push brought, in whichever form its platform has; undefined of any other push. */
export function nonceIn(payload: unknown): string | undefined {
  return /"nonce":"([\w-]{22})"/.exec(JSON.stringify(payload))?.[1];
}
