import { gzipSync } from "node:zlib";
import { BODY_LIMIT } from "../../shared/http/body.ts";
import { type Case, type Changes, MARKER, type Scene } from "./scene.ts";

const text = ({ body }: Scene) => JSON.stringify(body);
const headers = (changed: NonNullable<Changes["headers"]>): Changes => ({ headers: changed });

/** The valid body under another Content-Type. */
function contentType(value: string | readonly string[] | undefined): Changes {
  return headers({ "Content-Type": value });
}

/** How a body is framed and announced: refused whatever it says. */
export const framing: readonly Case[] = [
  ["no body and no length", "length-required", { body: "", headers: { "Content-Length": undefined } }],
  [
    "in chunks",
    "length-required",
    (scene) => ({
      body: `${Buffer.byteLength(text(scene)).toString(16)}\r\n${text(scene)}\r\n0\r\n\r\n`,
      headers: { "Content-Length": undefined, "Transfer-Encoding": "chunked" },
    }),
  ],
  [
    "compressed",
    "content-encoding-unsupported",
    (scene) => ({
      body: gzipSync(text(scene)),
      headers: { "Content-Encoding": "gzip" },
    }),
  ],
  ["said to be compressed", "content-encoding-unsupported", headers({ "Content-Encoding": MARKER })],
  ["a byte over the limit", "body-too-large", (scene) => ({ body: text(scene).padEnd(BODY_LIMIT + 1) })],
  ["text/plain", "content-type-unsupported", contentType("text/plain")],
  ["a form", "content-type-unsupported", contentType("application/x-www-form-urlencoded")],
  ["a problem", "content-type-unsupported", contentType("application/problem+json")],
  ["nearly JSON", "content-type-unsupported", contentType("application/jsonx")],
  ["without a type", "content-type-unsupported", contentType(undefined)],
  ["in latin1", "content-type-unsupported", contentType("application/json; charset=latin1")],
  ["in utf-16", "content-type-unsupported", contentType("application/json; charset=utf-16")],
  [
    "with a parameter that JSON has not",
    "content-type-unsupported",
    contentType(`application/json; v=${MARKER}`),
  ],
  ["of two types", "content-type-unsupported", contentType(["application/json", "text/plain"])],
];

/** Ways to say JSON that are right. */
export const contentTypes: readonly string[] = [
  "application/json; charset=utf-8",
  "Application/JSON;charset=UTF-8",
  'application/json ; charset="utf-8"',
];
