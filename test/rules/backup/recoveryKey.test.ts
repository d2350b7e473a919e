import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makeRecoveryKey, wrapStorageSecret } from "../../../local/phone/protocol/recoveryKey.ts";
import { isWrappedFor } from "../../../shared/backup/recoveryKey.ts";
import { system } from "../../../shared/system.ts";

const place = { kid: "k".repeat(22), uid: "u".repeat(43) };
const header = { alg: "dir", enc: "A256GCM", use: "storage-secret", ...place };
const sizes = { key: 0, iv: 16, ciphertext: 43, tag: 22 };

/** A compact JWE of this header, whose other parts are as long as they are to be. */
function compact(members: object | string, { key, iv, ciphertext, tag } = sizes): string {
  const text = typeof members === "string" ? members : JSON.stringify(members);
  const parts = [key, iv, ciphertext, tag].map((length) => "A".repeat(length));
  return [Buffer.from(text).toString("base64url"), ...parts].join(".");
}

describe("a wrapped storage secret", () => {
  it("is taken as a phone makes it, for its own owner and user key alone [H9]", async () => {
    const userKey = { id: place.kid, value: system.random(32) };
    const input = { recoveryKey: makeRecoveryKey(system), userKey, userId: place.uid };
    const wrapped = await wrapStorageSecret(system.random(32), input, system);
    expect(isWrappedFor(wrapped, place)).toBe(true);
    expect(isWrappedFor(wrapped, { ...place, kid: "o".repeat(22) })).toBe(false);
    expect(isWrappedFor(wrapped, { ...place, uid: "o".repeat(43) })).toBe(false);
  });

  it.each([
    ["another algorithm", { alg: "A256KW" }],
    ["another encryption", { enc: "A128GCM" }],
    ["another use", { use: "envelope" }],
    ["no use", { use: undefined }],
    ["another user key", { kid: "o".repeat(22) }],
    ["another owner", { uid: "o".repeat(43) }],
    ["a member more", { zip: "DEF" }],
    ["a number for its user key", { kid: 1 }],
  ])("has no header with %s [H9]", (_, members) => {
    expect(isWrappedFor(compact(header), place)).toBe(true);
    expect(isWrappedFor(compact({ ...header, ...members }), place)).toBe(false);
  });

  it.each([
    ["an encrypted key", { ...sizes, key: 1 }],
    ["a short initialization vector", { ...sizes, iv: 15 }],
    ["a secret of 31 bytes", { ...sizes, ciphertext: 42 }],
    ["a secret of 33 bytes", { ...sizes, ciphertext: 44 }],
    ["a short tag", { ...sizes, tag: 21 }],
  ])("has not %s [H9]", (_, lengths) => {
    expect(isWrappedFor(compact(header, lengths), place)).toBe(false);
  });

  it.each([
    ["no JSON", compact("{")],
    ["no object", compact("[]")],
    ["a name twice", compact(`{"use":"envelope",${JSON.stringify(header).slice(1)}`)],
    ["a line break before it", `\n${compact(header)}`],
    ["a part too many", `${compact(header)}.A`],
    ["a line break behind it", `${compact(header)}\n`],
    ["another alphabet", compact(header).replace(/A$/, "+")],
    ["a header of two thousand characters", compact({ ...header, more: "x".repeat(2000) })],
    ["nothing", ""],
  ])("is not made of %s [H9]", (_, text) => {
    expect(isWrappedFor(text, place)).toBe(false);
  });

  it("is nothing that a phone could put there at random, and never an error [H9]", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json().map(compact)), (text) => {
        expect(isWrappedFor(text, place)).toBe(false);
      }),
    );
  });
});
