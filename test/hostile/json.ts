import { type Case, MARKER, type Scene } from "./scene.ts";

const text = ({ body }: Scene) => JSON.stringify(body);

/** Bodies that are no JSON of ours, whatever the endpoint. */
export const json: readonly Case[] = [
  ["empty", "body-missing", { body: "" }],
  ["blank", "json-invalid", { body: " \r\n\t" }],
  ["no JSON", "json-invalid", { body: MARKER }],
  ["cut off", "json-invalid", (scene) => ({ body: text(scene).slice(0, -1) })],
  ["two values", "json-invalid", (scene) => ({ body: text(scene) + text(scene) })],
  ["with a comma too many", "json-invalid", (scene) => ({ body: text(scene).replace(/}$/, ",}") })],
  ["with a comment", "json-invalid", (scene) => ({ body: `${text(scene)}//${MARKER}` })],
  ["with NaN", "json-invalid", { body: `{"${MARKER}":NaN}` }],
  ["with a raw NUL", "json-invalid", { body: `{"a":"${MARKER}\0"}` }],
  [
    "in invalid UTF-8",
    "json-invalid",
    {
      body: Buffer.concat([Buffer.from(`{"${MARKER}":"`), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]),
    },
  ],
  [
    "in overlong UTF-8",
    "json-invalid",
    {
      body: Buffer.concat([Buffer.from(`{"${MARKER}":"`), Buffer.from([0xc0, 0xaf]), Buffer.from('"}')]),
    },
  ],
  ["in UTF-16", "json-invalid", (scene) => ({ body: Buffer.from(text(scene), "utf16le") })],
  ["17 deep", "json-too-deep", { body: `${"[".repeat(17)}${"]".repeat(17)}` }],
  ["17 deep in an object", "json-too-deep", { body: `${'{"a":'.repeat(17)}1${"}".repeat(17)}` }],
  ["500,000 deep", "json-too-deep", { body: "[".repeat(500_000) + "]".repeat(500_000) }],
  ["500,000 deep and cut off", "json-too-deep", { body: "[".repeat(500_000) }],
  ["with 500,000 members", "json-too-many-members", { body: `[${"0,".repeat(499_999)}0]` }],

  ["a member twice", "json-duplicate-key", { body: `{"${MARKER}":1,"${MARKER}":2}` }],
  ["a member twice with the same value", "json-duplicate-key", { body: '{"a":1,"b":2,"a":1}' }],
  [
    "a member twice deep inside",
    "json-duplicate-key",
    { body: `{"a":[1,{"b":{"${MARKER}":1,"${MARKER}":2}}]}` },
  ],
  ["a member twice, once escaped", "json-duplicate-key", { body: '{"name":1,"n\\u0061me":2}' }],
  ["a member twice, the colon apart", "json-duplicate-key", { body: '{"a" :1,"a"\n\t:2}' }],
  ["an empty name twice", "json-duplicate-key", { body: '{"":1,"":2}' }],
  ["__proto__ twice", "json-duplicate-key", { body: '{"__proto__":{},"__proto__":[]}' }],

  ["a number with a fraction", "json-invalid-number", { body: `{"a":["${MARKER}",2.0]}` }],
  ["a number with an exponent", "json-invalid-number", { body: '{"a":2e0}' }],

  ["NUL in text", "json-invalid-string", { body: `{"a":"${MARKER}\\u0000"}` }],
  ["NUL in a name", "json-invalid-string", { body: `{"${MARKER}\\u0000":1}` }],
  ["half a surrogate pair in text", "json-invalid-string", { body: `{"a":["${MARKER}\\ud83d"]}` }],
  ["the other half in text", "json-invalid-string", { body: `{"a":"\\ude00${MARKER}"}` }],
  ["surrogates the wrong way round", "json-invalid-string", { body: '"\\ude00\\ud83d"' }],
  ["half a surrogate pair in a name", "json-invalid-string", { body: `{"a":{"${MARKER}\\ud83d":1}}` }],

  ["a private key", "private-key-refused", { body: `{"a":[{"kty":"EC","d":"${MARKER}"}]}` }],
  ["a symmetric key", "private-key-refused", { body: `{"kty":"oct","k":"${MARKER}"}` }],
  [
    "a private key in PEM",
    "private-key-refused",
    {
      body: `{"a":"-----BEGIN PRIVATE KEY-----\\n${MARKER}"}`,
    },
  ],

  ["null", "body-invalid", { body: "null" }],
  ["true", "body-invalid", { body: "true" }],
  ["a number", "body-invalid", { body: "7" }],
  ["text", "body-invalid", { body: `"${MARKER}"` }],
  ["a list", "body-invalid", { body: `["${MARKER}"]` }],
  ["the right thing in a list", "body-invalid", (scene) => ({ body: `[${text(scene)}]` })],
  [
    "an unknown member",
    "body-invalid",
    (scene) => ({
      body: JSON.stringify({ ...scene.body, [MARKER]: MARKER }),
    }),
  ],
  [
    "__proto__",
    "body-invalid",
    (scene) => ({
      body: text(scene).replace("{", `{"__proto__":{"${MARKER}":1},`),
    }),
  ],
  [
    "constructor",
    "body-invalid",
    (scene) => ({
      body: text(scene).replace("{", `{"constructor":{"prototype":{"${MARKER}":1}},`),
    }),
  ],
];

/** Each member of the valid body in turn, as every JSON type that it hasn't. */
export function wrongTypes({ body = {} }: Scene): Case[] {
  const values = [7, null, true, MARKER, [MARKER], { [MARKER]: MARKER }];
  return Object.entries(body).flatMap(([name, right]) =>
    values
      .filter((value) => jsonType(value) !== jsonType(right))
      .map(
        (value): Case => [
          `${name}: ${JSON.stringify(value)}`,
          "body-invalid",
          { body: JSON.stringify({ ...body, [name]: value }) },
        ],
      ),
  );
}

function jsonType(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}
