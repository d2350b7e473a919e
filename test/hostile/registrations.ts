import { hash } from "node:crypto";
import { generateKeys, publicJwk } from "../../local/phone/protocol/keys.ts";
import { type Case, type Changes, MARKER, type Scene } from "./scene.ts";

function name(value: unknown) {
  return ({ body }: Scene): Changes => ({ body: JSON.stringify({ ...body, name: value }) });
}

/** The sealing key with other members; `undefined` leaves one out. */
function sealingKey(members: Readonly<Record<string, unknown>>) {
  return ({ body, phone }: Scene): Changes => {
    const own = publicJwk(phone.state().keys.sealing);
    return { body: JSON.stringify({ ...body, sealingKey: { ...own, ...members } }) };
  };
}

/** Bad registrations. */
export const registrations: readonly Case[] = [
  [
    "the id of another phone",
    "device-id-mismatch",
    {
      target: `/v1/devices/${hash("sha256", MARKER, "base64url")}`,
    },
  ],
  [
    "a proof by another key",
    "device-id-mismatch",
    async () => {
      const { signing } = await generateKeys();
      return { proof: { key: signing, header: { jwk: publicJwk(signing) } } };
    },
  ],
  ["no name", "body-invalid", name(undefined)],
  ["an empty name", "body-invalid", name("")],
  ["a name of 65 characters", "body-invalid", name(MARKER.padEnd(65, "a"))],
  ["a name with a bell", "body-invalid", name(`${MARKER}\u0007`)],
  ["a name with a line break", "body-invalid", name(`${MARKER}\n`)],
  ["a name with DEL", "body-invalid", name(`${MARKER}\u007f`)],
  ["a name with a C1 control", "body-invalid", name(`${MARKER}\u0085`)],
  ["a name of blanks", "body-invalid", name("\u3000 \u00a0")],
  ["a name that shows nothing", "body-invalid", name("\u3164\u2800\u115f")],
  ["a name of accents alone", "body-invalid", name("\u0301\u0308")],
  ["a name with a line separator", "body-invalid", name(`${MARKER}\u2028`)],
  ["a name with a paragraph separator", "body-invalid", name(`${MARKER}\u2029`)],
  ["a name that turns the sentence around", "body-invalid", name(`\u202e${MARKER}`)],
  ["a name with an isolate", "body-invalid", name(`\u2067${MARKER}`)],
  ["a name with a joiner that joins nothing", "body-invalid", name(`${MARKER}\u200d`)],
  ["a name with a text that nobody sees", "body-invalid", name(`${MARKER}\u{e0041}\u{e007f}`)],
  ["a name with NUL", "json-invalid-string", name(`${MARKER}\0`)],
  ["a name with half a surrogate pair", "json-invalid-string", name(`${MARKER}\ud83d`)],
  [
    "no sealing key",
    "body-invalid",
    ({ body }) => ({
      body: JSON.stringify({ ...body, sealingKey: undefined }),
    }),
  ],
  ["a sealing key off the curve", "body-invalid", sealingKey({ y: MARKER.padEnd(43, "A") })],
  ["the point at zero", "body-invalid", sealingKey({ x: "A".repeat(43), y: "A".repeat(43) })],
  ["coordinates beyond the field", "body-invalid", sealingKey({ x: "_".repeat(42).concat("8") })],
  ["a sealing key with d", "private-key-refused", sealingKey({ d: MARKER })],
  ["a sealing key with a member more", "body-invalid", sealingKey({ kid: MARKER })],
  [
    "a sealing key with __proto__",
    "body-invalid",
    ({ body }) => ({
      body: JSON.stringify(body).replace('{"kty"', `{"__proto__":{"${MARKER}":1},"kty"`),
    }),
  ],
  ["a sealing key without y", "body-invalid", sealingKey({ y: undefined })],
  ["a sealing key with short coordinates", "body-invalid", sealingKey({ x: MARKER })],
  ["a sealing key with padding", "body-invalid", sealingKey({ x: `${MARKER.padEnd(43, "A")}=` })],
  ["a sealing key on another curve", "body-invalid", sealingKey({ crv: "P-384" })],
  ["a sealing key on a curve nobody knows", "body-invalid", sealingKey({ crv: MARKER })],
  ["an RSA key", "body-invalid", sealingKey({ kty: "RSA" })],
];
