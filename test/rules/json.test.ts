import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import type { ProblemCode } from "../../shared/errors/catalogue.ts";
import { Problem } from "../../shared/errors/problem.ts";
import { bytesAsJson, JSON_DEPTH, JSON_MEMBERS, parseJson } from "../../shared/json.ts";

const parse = (text: string): unknown => parseJson(Buffer.from(text));

/** The code of the problem that a text gets; undefined where it is taken. */
function refusalOf(text: string | Uint8Array): ProblemCode | undefined {
  try {
    parseJson(Buffer.from(text));
    return undefined;
  } catch (error) {
    if (error instanceof Problem) return error.code;
    throw error;
  }
}

/** Without NUL, lone surrogates, keys and numbers that are not whole, which have refusals of their own. */
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, false),
    fc.maxSafeInteger(),
    fc.string({ unit: "grapheme" }),
    fc.array(tie("value"), { maxLength: 5 }),
    fc.dictionary(fc.string({ unit: "grapheme" }), tie("value"), { maxKeys: 5, noNullPrototype: true }),
  ),
}));
const name = fc.string({ unit: "grapheme", maxLength: 8 });
const blank = fc.constantFrom("", " ", "\n", "\t\r\n ");

/** A name as JSON, some of its code units escaped that need not be. */
const spelling = fc.array(fc.boolean(), { maxLength: 8 }).map((escaped) => (text: string) => {
  const units = Array.from({ length: text.length }, (_, at) =>
    escaped[at]
      ? `\\u${text.charCodeAt(at).toString(16).padStart(4, "0")}`
      : JSON.stringify(text.charAt(at)).slice(1, -1),
  );
  return `"${units.join("")}"`;
});

/** The text of an object with one of its members twice, and the text of the same object without the second. */
const duplicated = fc
  .record({
    members: fc.dictionary(name, value, { minKeys: 1, maxKeys: 5, noNullPrototype: true }),
    which: fc.nat(),
    place: fc.nat(),
    again: value,
    spell: spelling,
    blank,
  })
  .map(({ members, which, place, again, spell, blank }) => {
    const once = Object.entries(members).map(
      ([name, value]) => `${spell(name)}${blank}:${JSON.stringify(value)}`,
    );
    const names = Object.keys(members);
    const twice = `${JSON.stringify(names[which % names.length])}:${blank}${JSON.stringify(again)}`;
    const at = place % (once.length + 1);
    return {
      once: `{${once.join(`,${blank}`)}}`,
      twice: `{${[...once.slice(0, at), twice, ...once.slice(at)].join(`,${blank}`)}}`,
    };
  });

/** What may stand around a value, from the inside out. */
const around = fc.array(
  fc.record({ kind: fc.constantFrom("array", "object"), before: fc.array(value, { maxLength: 3 }), blank }),
  { maxLength: 6 },
);

function wrap(
  text: string,
  layers: readonly { kind: string; before: readonly unknown[]; blank: string }[],
): string {
  return layers.reduce((inner, { kind, before, blank }) => {
    const siblings = before.map((value) => JSON.stringify(value));
    if (kind === "array") return `[${[...siblings, inner].join(`${blank},`)}]`;
    const members = siblings.map((sibling, at) => `"${at}":${sibling}`);
    return `{${[...members, `"inner"${blank}:${blank}${inner}`].join(",")}}`;
  }, text);
}

describe("a body's JSON", () => {
  it("is what JSON.parse makes of it, whatever it holds", () => {
    fc.assert(
      fc.property(value, fc.constantFrom(0, 2, "\t"), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        expect(JSON.stringify(parse(text))).toBe(JSON.stringify(JSON.parse(text)));
      }),
    );
  });

  it("with a member twice is refused, wherever that is and however it is spelled", () => {
    fc.assert(
      fc.property(duplicated, around, ({ once, twice }, layers) => {
        expect(refusalOf(wrap(once, layers))).toBeUndefined();
        expect(refusalOf(wrap(twice, layers))).toBe("json-duplicate-key");
      }),
    );
  });

  it.each([
    '{"a":{"a":{"a":1}}}',
    '[{"a":1},{"a":2}]',
    '{"a":[{"b":1}],"b":"a"}',
    '{"a":"a","b":"b"}',
    '{"a":"\\"a\\":1,","b":1}',
    '{"a\\\\":1,"a":2}',
    '{"a":"{","b":"}","c":"[","d":"]"}',
    '{"a":1,"A":2}',
  ])("may use a name in several objects, and as text: %s", (text) => {
    expect(parse(text)).toEqual(JSON.parse(text));
  });

  it("tells names apart by code unit: two forms of one letter are two names", () => {
    expect(refusalOf('{"\u00e9":1,"e\u0301":2}')).toBeUndefined();
  });

  it(`may have ${JSON_MEMBERS} members, and no more`, () => {
    const list = (members: number) => `[${Array.from({ length: members }, () => "0").join(",")}]`;
    expect(refusalOf(list(JSON_MEMBERS))).toBeUndefined();
    expect(refusalOf(list(JSON_MEMBERS + 1))).toBe("json-too-many-members");
    expect(refusalOf(`["${",".repeat(JSON_MEMBERS)}"]`)).toBeUndefined();
  });

  it.each([
    ["brackets", "[".repeat(1_000_000)],
    ["commas", ",".repeat(1_000_000)],
    ["members", `{${'"":0,'.repeat(200_000)}}`],
    ["empty lists", `[${"[],".repeat(330_000)}]`],
    ["lists behind a string that has no end", `${"[".repeat(50)}"${"[,".repeat(500_000)}`],
  ])("is never parsed if it is a million characters of %s [I6]", (_, text) => {
    const parse = vi.spyOn(JSON, "parse");
    try {
      expect(refusalOf(text)).toMatch(/^json-too-(deep|many-members)$/);
      expect(parse).not.toHaveBeenCalled();
    } finally {
      parse.mockRestore();
    }
  });

  it(`may be ${JSON_DEPTH} deep, and no deeper`, () => {
    const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
    expect(refusalOf(nested(JSON_DEPTH))).toBeUndefined();
    expect(refusalOf(nested(JSON_DEPTH + 1))).toBe("json-too-deep");
    expect(refusalOf(`[${`${nested(JSON_DEPTH - 1)},`.repeat(99)}"${"[".repeat(99)}"]`)).toBeUndefined();
  });

  it("keeps __proto__ as a member of its own, for a schema to refuse", () => {
    const parsed = parse('{"__proto__":{"admin":true}}');
    expect(Object.keys(Object(parsed))).toEqual(["__proto__"]);
    expect(Object.getPrototypeOf(parsed)).toBe(Object.prototype);
  });

  it.each([
    ["", "json-invalid"],
    [" ", "json-invalid"],
    ['{"a":1,}', "json-invalid"],
    ["{'a':1}", "json-invalid"],
    ['{"a":1}{"a":1}', "json-invalid"],
    ['"\n"', "json-invalid"],
    ["NaN", "json-invalid"],
    ["01", "json-invalid"],
    [Uint8Array.of(0x22, 0xff, 0x22), "json-invalid"],
    [Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22), "json-invalid"],
    ["2.0", "json-invalid-number"],
    ['{"ver":2.0}', "json-invalid-number"],
    ["[-1.5]", "json-invalid-number"],
    ["[1,2e3]", "json-invalid-number"],
    ['{"a":[0E0]}', "json-invalid-number"],
    ['["\\u0000"]', "json-invalid-string"],
    ['{"\\u0000":1}', "json-invalid-string"],
    ['["\\ud83d"]', "json-invalid-string"],
    ['["\\ude00\\ud83d"]', "json-invalid-string"],
    ['{"a":{"\\ude00":1}}', "json-invalid-string"],
    ['{"kty":"EC","d":"AA"}', "private-key-refused"],
    ['[[{"d":null,"kty":"RSA"}]]', "private-key-refused"],
    ['{"a":{"kty":"oct","k":"AA"}}', "private-key-refused"],
    ['["-----BEGIN EC PRIVATE KEY-----"]', "private-key-refused"],
    ['{"-----BEGIN PRIVATE KEY-----":1}', "private-key-refused"],
  ])("%s is refused: %s", (text, code) => {
    expect(refusalOf(text)).toBe(code);
  });

  it.each([
    '{"a":[0,-1,120]}',
    '["1.5","2e3"]',
    "[true,false,null]",
    '["\\ud83d\\ude00"]',
    '["\u{1F600}"]',
    '{"d":1}',
    '{"kty":"EC","x":"AA"}',
    '["\\\\u0000"]',
  ])("%s is taken", (text) => {
    expect(parse(text)).toEqual(JSON.parse(text));
  });
});

describe("the bytes of a value as JSON", () => {
  it("are those that it takes when it is written", () => {
    const text = fc.string({
      unit: fc.oneof(fc.string({ unit: "binary", maxLength: 1 }), fc.constant("\ud800")),
    });
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), text, fc.dictionary(text, text)), (value) => {
        expect(bytesAsJson(value)).toBe(Buffer.byteLength(JSON.stringify(value)));
      }),
    );
  });

  it("leave out what is undefined, as writing does", () => {
    const value = { a: undefined, b: [undefined], c: {}, d: [] };
    expect(bytesAsJson(value)).toBe(JSON.stringify(value).length);
  });
});
