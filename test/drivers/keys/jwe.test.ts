import crypto, { createECDH, createPrivateKey, ECDH } from "node:crypto";
import { syncBuiltinESMExports } from "node:module";
import * as fc from "fast-check";
import { base64url, compactDecrypt, exportJWK, generateKeyPair, importJWK, type JWK } from "jose";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { concatKdf, encryptJwe, otherInfo } from "../../../shared/keys/jwe.ts";
import { sealSecret } from "../../../shared/keys/seal.ts";
import { publicKey } from "../../../shared/model/publicKey.ts";
import { readVectors } from "../../local/phone/support/vectors.ts";

const MEMBERS = { kid: "k", uid: "u" };
const CURVE = "prime256v1";

/** The key pair of a scalar, as a JWK. */
function keyPair(d: bigint) {
  const pair = createECDH(CURVE);
  const scalar = scalarOf(d);
  pair.setPrivateKey(scalar);
  const point = pair.getPublicKey();
  return { ...jwkOf(point.subarray(1, 33), point.subarray(33)), d: encode(scalar) };
}

const scalarOf = (value: bigint) => Buffer.from(value.toString(16).padStart(64, "0"), "hex");

function jwkOf(x: Uint8Array, y: Uint8Array) {
  return publicKey.parse({ kty: "EC", crv: "P-256", x: encode(x), y: encode(y) });
}

const publicHalf = ({ d: _, ...rest }: ReturnType<typeof keyPair>) => rest;

const encode = (value: Uint8Array) => Buffer.from(value).toString("base64url");

function pairOf(key: JWK) {
  return {
    privateKey: createPrivateKey({ format: "jwk", key }),
    publicKey: createPublicKey({ format: "jwk", key }),
  };
}

const agreed = (own: JWK, other: JWK) =>
  diffieHellman({
    privateKey: pairOf(own).privateKey,
    publicKey: createPublicKey({ format: "jwk", key: other }),
  });

async function openedBy(privateKey: JWK, jwe: string) {
  return await compactDecrypt(jwe, await importJWK(privateKey, "ECDH-ES"), {
    keyManagementAlgorithms: ["ECDH-ES"],
    contentEncryptionAlgorithms: ["A256GCM"],
  });
}

/** The order of P-256 (FIPS 186-5), and its field. */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const FIELD = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;

const bytes = fc.uint8Array({ minLength: 0, maxLength: 80 });
const scalar = fc.bigInt({ min: 1n, max: ORDER - 1n });
const text = fc.string({ unit: "grapheme", maxLength: 60 });

const { createPublicKey, diffieHellman } = crypto;

/** What the service takes of node:crypto, each call seen: an import of a name follows only if it is told to. */
function spied() {
  const spies = {
    createCipheriv: vi.spyOn(crypto, "createCipheriv"),
    createPublicKey: vi.spyOn(crypto, "createPublicKey"),
    diffieHellman: vi.spyOn(crypto, "diffieHellman"),
    generateKeyPairSync: vi.spyOn(crypto, "generateKeyPairSync"),
    randomBytes: vi.spyOn(crypto, "randomBytes"),
  };
  syncBuiltinESMExports();
  return spies;
}

let spies: ReturnType<typeof spied>;
beforeEach(() => {
  spies = spied();
});
afterEach(() => {
  vi.restoreAllMocks();
  syncBuiltinESMExports();
});

describe("what is sealed to a phone", () => {
  it("is opened by jose, whatever it is and whosever", async () => {
    await fc.assert(
      fc.asyncProperty(bytes, scalar, text, text, async (plaintext, d, kid, uid) => {
        const phone = keyPair(d);
        const jwe = encryptJwe(plaintext, { kid, uid }, publicHalf(phone));
        const opened = await openedBy(phone, jwe);
        expect(Uint8Array.from(opened.plaintext)).toEqual(plaintext);
        const { epk, ...header } = opened.protectedHeader;
        expect(header).toEqual({ alg: "ECDH-ES", enc: "A256GCM", kid, uid });
        // A public key and not one member more: the private one would open it for anybody.
        expect(publicKey.parse(epk)).toEqual(epk);
      }),
    );
  });

  it("is opened by a key that jose made", async () => {
    const pair = await generateKeyPair("ECDH-ES", { crv: "P-256", extractable: true });
    const recipient = publicKey.parse(await exportJWK(pair.publicKey));
    const jwe = encryptJwe(Buffer.from("secret"), MEMBERS, recipient);
    expect(Buffer.from((await compactDecrypt(jwe, pair.privateKey)).plaintext).toString()).toBe("secret");
  });

  it.each<[string, (pair: ReturnType<typeof keyPair>) => string]>([
    ["the shared secret", (pair) => encode(agreed(pair, publicHalf(keyPair(2n))))],
    ["x of the ephemeral key", ({ x }) => x],
    ["y of the ephemeral key", ({ y }) => y],
  ])("opens where %s begins with a zero byte, which counts too", async (_, part) => {
    let d = 1n;
    while (base64url.decode(part(keyPair(d)))[0] !== 0) d++;
    const phone = keyPair(2n);
    spies.generateKeyPairSync.mockReturnValueOnce(pairOf(keyPair(d)) as never);
    const opened = await openedBy(phone, encryptJwe(Buffer.from("secret"), MEMBERS, publicHalf(phone)));
    expect(Buffer.from(opened.plaintext).toString()).toBe("secret");
    expect(opened.protectedHeader.epk).toEqual(publicHalf(keyPair(d)));
  });

  it("opens for nobody else, and with no byte changed", async () => {
    const [phone, other] = [keyPair(2n), keyPair(3n)];
    const jwe = encryptJwe(Buffer.alloc(32, 7), MEMBERS, publicHalf(phone));
    await expect(openedBy(other, jwe)).rejects.toThrow("decryption operation failed");
    const parts = jwe.split(".");
    for (const [index, part] of parts.entries()) {
      if (part === "") continue;
      const raw = Buffer.from(part, "base64url");
      raw[raw.length - 3] = (raw.at(-3) ?? 0) ^ 1;
      const changed = parts.with(index, encode(raw)).join(".");
      await expect(openedBy(phone, changed)).rejects.toThrow();
    }
  });

  it("never has an ephemeral key, an iv or a content key that was there before", () => {
    const recipient = publicHalf(keyPair(5n));
    const times = 50;
    const parts = Array.from({ length: times }, () =>
      encryptJwe(Buffer.alloc(32), MEMBERS, recipient).split("."),
    );
    for (const index of [0, 2, 3, 4]) expect(new Set(parts.map((part) => part[index])).size).toBe(times);
    expect(spies.generateKeyPairSync).toHaveBeenCalledTimes(times);
  });

  it("leaves neither the shared secret nor the derived key behind, even where it fails", () => {
    const recipient = publicHalf(keyPair(7n));
    encryptJwe(Buffer.alloc(32), MEMBERS, recipient);
    // What fails is the plaintext: no bytes.
    expect(() => encryptJwe(undefined as unknown as Uint8Array, MEMBERS, recipient)).toThrow(TypeError);
    const secrets = spies.diffieHellman.mock.results.map(({ value }) => value as unknown as Buffer);
    const keys = spies.createCipheriv.mock.calls.map(([, key]) => key as Buffer);
    expect([...secrets, ...keys]).toHaveLength(4);
    for (const zeroed of [...secrets, ...keys]) expect(Buffer.alloc(32).equals(zeroed)).toBe(true);
  });
});

describe("a phone's key", () => {
  it("is parsed once, and again after a thousand others", () => {
    const seal = (d: bigint) => encryptJwe(Buffer.alloc(32), MEMBERS, publicHalf(keyPair(d)));
    const first = 1_000_000n;
    seal(first);
    seal(first);
    expect(spies.createPublicKey).toHaveBeenCalledTimes(1);
    for (let d = first + 1n; d <= first + 1_000n; d++) seal(d);
    expect(spies.createPublicKey).toHaveBeenCalledTimes(1_001);
    seal(first);
    expect(spies.createPublicKey).toHaveBeenCalledTimes(1_002);
  });

  const { x, y } = publicHalf(keyPair(11n));
  const [low, lowY] = lowPoint();
  it.each([
    ["off the curve", { x, y: x }],
    ["of another point", { x: publicHalf(keyPair(12n)).x, y }],
    ["at zero, as the identity is written by some", { x: "A".repeat(43), y: "A".repeat(43) }],
    ["whose x is one of the curve, written beyond the field", { x: encoded(low + FIELD), y: encoded(lowY) }],
  ])("is refused each time if it is %s, and nothing is sealed", (_, point) => {
    // The point whose coordinates it borrows is remembered.
    encryptJwe(Buffer.alloc(32), MEMBERS, publicHalf(keyPair(11n)));
    spies.createCipheriv.mockClear();
    const recipient = publicKey.parse({ kty: "EC", crv: "P-256", ...point });
    for (const _time of [1, 2]) {
      expect(() => encryptJwe(Buffer.alloc(32), MEMBERS, recipient)).toThrow();
    }
    expect(spies.createCipheriv).not.toHaveBeenCalled();
  });

  it("would be taken if that x were written as it should be", () => {
    const recipient = publicKey.parse({ kty: "EC", crv: "P-256", x: encoded(low), y: encoded(lowY) });
    expect(encryptJwe(Buffer.alloc(32), MEMBERS, recipient).split(".")).toHaveLength(5);
  });
});

const encoded = (value: bigint) => encode(scalarOf(value));

/** A point so low that its x has a second way to be written in 32 bytes. */
function lowPoint(): [bigint, bigint] {
  for (let x = 1n; ; x++) {
    try {
      const point = ECDH.convertKey(`02${scalarOf(x).toString("hex")}`, CURVE, "hex", "hex", "uncompressed");
      return [x, BigInt(`0x${String(point).slice(66)}`)];
    } catch {
      // Half of all x have no point.
    }
  }
}

describe("with the keys of RFC 7518, Appendix C", () => {
  const alice = {
    kty: "EC",
    crv: "P-256",
    x: "gI0GAILBdu7T53akrFmMyGcsF3n5dO7MmwNBHKW5SV0",
    y: "SLW_xSffzlPWrHEVI30DHM_4egVwt3NQqeUD7nMFpps",
    d: "0_NxaRPUMQoAJt50Gz8YiTr8gRTwyEaCumd-MToTmIo",
  };
  const bob = {
    kty: "EC",
    crv: "P-256",
    x: "weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ",
    y: "e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck",
  };

  it("the derivation gives the key that is given there", () => {
    const secret = agreed(alice, bob);
    expect(secret.toString("hex")).toBe("9e56d91d817135d372834283bf84269cfb316ea3da806a48f6daa7798cfe90c4");
    const info = otherInfo("A128GCM", 128, "Alice", "Bob");
    expect(info.toString("latin1")).toBe("\0\0\0\x07A128GCM\0\0\0\x05Alice\0\0\0\x03Bob\0\0\0\x80");
    const derived = concatKdf(secret, info).subarray(0, 16);
    expect(encode(derived)).toBe("VqqN6vgjbSBcIijNcacQGg");
  });

  it("the user key of our own vectors is sealed to the byte, where Alice's is the ephemeral key", () => {
    const { sealingKey, userId, key, userKey, sharedSecret, derivedKey } = readVectors<{
      sealingKey: ReturnType<typeof keyPair>;
      userId: string;
      key: { id: string; sealed: string };
      userKey: string;
      sharedSecret: string;
      derivedKey: string;
    }>("sealed-user-key");
    const [, , iv = ""] = key.sealed.split(".");
    spies.generateKeyPairSync.mockReturnValueOnce(pairOf(alice) as never);
    spies.randomBytes.mockReturnValueOnce(base64url.decode(iv) as never);
    expect(
      sealSecret(base64url.decode(userKey), { keyId: key.id, userId, sealingKey: publicHalf(sealingKey) }),
    ).toBe(key.sealed);
    const derived = concatKdf(base64url.decode(sharedSecret), otherInfo("A256GCM", 256));
    expect(encode(derived)).toBe(derivedKey);
  });
});
