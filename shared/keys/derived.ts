import { createCipheriv, createDecipheriv, createHmac, hkdfSync, timingSafeEqual } from "node:crypto";
import type { Sealed } from "../model/sealed.ts";
import type { StoredUserKey } from "../model/userKey.ts";
import type { System } from "../system.ts";

/** What one service key is used for: each with a key of its own, so that nothing made for one purpose serves another. */
export interface DerivedKeys {
  /** Which service key it is, for what is made with it; tells nothing of it. */
  readonly name: string;
  readonly referenceSalt: Uint8Array;
  readonly binding: Uint8Array;
  readonly codes: Uint8Array;
  readonly addresses: Uint8Array;
  /** By this a process knows the service key again. */
  readonly check: Uint8Array;
}

/** Bytes of a key and of an HMAC. */
const KEY_BYTES = 32;
const NAME_BYTES = 16;

/** HKDF with SHA-256 (RFC 5869), without a salt: what it derives from is 256 random bits. */
export function deriveKeys(serviceKey: Uint8Array): DerivedKeys {
  const derive = (purpose: string, bytes = KEY_BYTES) => {
    const info = `authenticator-backup/v1/service-key/${purpose}`;
    return new Uint8Array(hkdfSync("sha256", serviceKey, new Uint8Array(), info, bytes));
  };
  return {
    name: Buffer.from(derive("name", NAME_BYTES)).toString("base64url"),
    referenceSalt: derive("reference-salt"),
    binding: derive("binding"),
    codes: derive("codes"),
    addresses: derive("addresses"),
    check: derive("check"),
  };
}

export function referenceSaltOf({ referenceSalt }: DerivedKeys, userId: string): string {
  return hmac(referenceSalt, userId).toString("base64url");
}

export function checkOf({ check }: DerivedKeys): Uint8Array {
  return hmac(check, "authenticator-backup/v1/service-key");
}

/** What a user key is bound to. */
export type Bound = { readonly userId: string; readonly key: Uint8Array } & Pick<
  StoredUserKey,
  "number" | "id"
>;

/** No part before the key, which is last and always as long, holds a zero byte: each text is that of one user key alone. */
export function bindingOf({ binding }: DerivedKeys, { userId, number, id, key }: Bound): Uint8Array {
  return hmac(binding, `${userId}\0${number}\0${id}\0`, key);
}

/** Where a value stands: what is sealed there opens nowhere else, and the same code is another one elsewhere. */
export interface Place {
  readonly partition: string;
  readonly item: string;
  readonly member: string;
}

/** As JSON, since an item's id may hold what another separator is. */
const textOf = ({ partition, item, member }: Place) => JSON.stringify([partition, item, member]);

export function codeOf({ codes }: DerivedKeys, place: Place, code: string): string {
  return hmac(codes, `${textOf(place)}\0${code}`).toString("base64url");
}

const CIPHER = "aes-256-gcm";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** The nonce is random: 2^32 seals under one key, more than a service makes, leave a repetition at odds of 2^-33. */
export function seal(
  { name, addresses }: DerivedKeys,
  place: Place,
  plaintext: Uint8Array,
  { random }: Pick<System, "random">,
): Sealed {
  const nonce = random(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, addresses, nonce).setAAD(Buffer.from(textOf(place)));
  const parts = [nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()];
  return { serviceKey: name, value: Buffer.concat(parts).toString("base64url") };
}

/** The plaintext, undefined where it was not sealed under this key for this place. */
export function unseal(
  { addresses }: DerivedKeys,
  place: Place,
  { value }: Pick<Sealed, "value">,
): Uint8Array | undefined {
  const bytes = Buffer.from(value, "base64url");
  if (bytes.byteLength < NONCE_BYTES + TAG_BYTES) return undefined;
  const nonce = bytes.subarray(0, NONCE_BYTES);
  const decipher = createDecipheriv(CIPHER, addresses, nonce, { authTagLength: TAG_BYTES })
    .setAAD(Buffer.from(textOf(place)))
    .setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    const plaintext = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
    return Buffer.concat([plaintext, decipher.final()]);
  } catch {
    return undefined;
  }
}

export function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.byteLength === b.byteLength && timingSafeEqual(a, b);
}

function hmac(key: Uint8Array, ...parts: readonly (string | Uint8Array)[]): Buffer {
  const mac = createHmac("sha256", key);
  for (const part of parts) mac.update(part);
  return mac.digest();
}
