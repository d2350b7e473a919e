import { hash } from "node:crypto";
import { decode, encode } from "./jws.ts";
import { type Case, type Changes, MARKER, type Scene } from "./scene.ts";

type Members = Readonly<Record<string, unknown>>;

/** The valid envelope's five parts, put together again. */
function envelope(assemble: (parts: readonly string[]) => string) {
  return ({ body }: Scene): Changes => ({
    body: JSON.stringify({ ...body, envelope: assemble(String(body?.envelope).split(".")) }),
  });
}

/** The valid envelope with other bytes in one part. */
function part(index: number, change: (part: string) => string) {
  return envelope((parts) => parts.map((part, at) => (at === index ? change(part) : part)).join("."));
}

/** The valid envelope with other members in its header; `undefined` leaves one out. */
function header(members: Members | ((header: Members) => unknown)) {
  return part(0, (encoded) => {
    const own = decode(encoded);
    return encode(typeof members === "function" ? members(own) : { ...own, ...members });
  });
}

/** Envelopes that are none of ours, in each of their parts. */
export const envelopes: readonly Case[] = [
  ["nothing", "envelope-invalid", envelope(() => "")],
  ["garbage", "envelope-invalid", envelope(() => MARKER)],
  ["four parts", "envelope-invalid", envelope((parts) => parts.slice(0, 4).join("."))],
  ["six parts", "envelope-invalid", envelope((parts) => [...parts, MARKER].join("."))],
  ["a line break behind it", "envelope-invalid", envelope((parts) => `${parts.join(".")}\n`)],
  ["a header that is not base64url", "envelope-invalid", part(0, () => `${MARKER}+/`)],
  ["a header that is not JSON", "envelope-invalid", part(0, () => MARKER)],
  ["a header with padding", "envelope-invalid", part(0, (encoded) => `${encoded}=`)],
  [
    "a header of 1,025 characters",
    "envelope-invalid",
    part(0, () => encode(MARKER.repeat(60)).slice(0, 1025)),
  ],
  ["no header", "envelope-invalid", part(0, () => "")],
  ["a header that is a list", "envelope-invalid", header((own) => [own])],
  ["a header that is null", "envelope-invalid", header(() => null)],
  ["a header with a member more", "envelope-invalid", header({ [MARKER]: MARKER })],
  ["a compressed content", "envelope-invalid", header({ zip: "DEF" })],
  ["an ephemeral key", "envelope-invalid", header({ epk: { kty: "EC", d: MARKER } })],
  ["a critical extension", "envelope-invalid", header({ crit: [MARKER], [MARKER]: 1 })],
  ["another alg", "envelope-invalid", header({ alg: "A256KW" })],
  ["alg none", "envelope-invalid", header({ alg: "none" })],
  ["another enc", "envelope-invalid", header({ enc: "A128CBC-HS256" })],
  ...["alg", "enc", "kid", "uid", "plt", "ver", "ssb"].map(
    (member): Case => [`no ${member}`, "envelope-invalid", header({ [member]: undefined })],
  ),
  ["a kid of another length", "envelope-invalid", header({ kid: MARKER })],
  ["a uid of another length", "envelope-invalid", header({ uid: MARKER })],
  ["an unknown platform", "envelope-invalid", header({ plt: MARKER })],
  ...[0, -1, 1.5, 1e99, "2", null].map(
    (ver): Case => [`ver ${JSON.stringify(ver)}`, "envelope-invalid", header({ ver })],
  ),
  ["ssb as text", "envelope-invalid", header({ ssb: "true" })],
  ["an encrypted key", "envelope-invalid", part(1, () => MARKER)],
  ["a short initialization vector", "envelope-invalid", part(2, (iv) => iv.slice(1))],
  ["a long initialization vector", "envelope-invalid", part(2, (iv) => `${iv}A`)],
  ["no ciphertext", "envelope-invalid", part(3, () => "")],
  ["a ciphertext that is not base64url", "envelope-invalid", part(3, () => `${MARKER}+/`)],
  ["a ciphertext with padding", "envelope-invalid", part(3, (text) => `${text}=`)],
  ["a short tag", "envelope-invalid", part(4, (tag) => tag.slice(1))],
  ["a long tag", "envelope-invalid", part(4, (tag) => `${tag}A`)],
  ["a tag with padding", "envelope-invalid", part(4, (tag) => `${tag.slice(2)}==`)],
];

/** Envelopes that belong elsewhere; the problem names the header member. */
export const misplaced: Readonly<Record<string, Case[2]>> = {
  uid: header({ uid: hash("sha256", MARKER, "base64url") }),
  kid: header({ kid: MARKER.padEnd(22, "A") }),
  plt: header({ plt: "android" }),
  ver: header((own) => ({ ...own, ver: Number(own.ver) + 1 })),
  ssb: header({ ssb: false }),
};
