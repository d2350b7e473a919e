import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type EnvelopeHeader, misplaced, readEnvelopeHeader } from "../../../shared/backup/envelope.ts";
import vectors from "../../vectors/envelope.json" with { type: "json" };

const header: EnvelopeHeader = {
  alg: "dir",
  enc: "A256GCM",
  kid: "k".repeat(22),
  uid: "u".repeat(43),
  plt: "ios",
  ver: 7,
  ssb: true,
};

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** A compact JWE with this header. */
const compact = (members: unknown) => `${encode(members)}..${"i".repeat(16)}.cc.${"t".repeat(22)}`;

const base64url = (length: number) =>
  fc.string({
    unit: fc.constantFrom(..."ABYZabyz0189-_"),
    minLength: length,
    maxLength: length,
  });

const place = fc.record({
  kid: base64url(22),
  uid: base64url(43),
  plt: fc.constantFrom("ios" as const, "android" as const),
  ver: fc.integer({ min: 1 }),
  ssb: fc.boolean(),
});

describe("an envelope's header", () => {
  it.each(vectors.cases)("is read from the envelope $name", ({ envelope, header }) => {
    expect(readEnvelopeHeader(envelope)).toEqual(header);
  });

  it("is read whatever it says of its place, and in whatever order", () => {
    fc.assert(
      fc.property(place, fc.boolean(), (place, reversed) => {
        const members = { alg: "dir", enc: "A256GCM", ...place };
        const ordered = reversed ? Object.fromEntries(Object.entries(members).reverse()) : members;
        expect(readEnvelopeHeader(compact(ordered))).toEqual(members);
      }),
    );
  });

  it.each(Object.keys(header))("needs %s", (member) => {
    expect(readEnvelopeHeader(compact({ ...header, [member]: undefined }))).toBeUndefined();
  });

  it.each([
    { alg: "ECDH-ES" },
    { enc: "A128GCM" },
    { zip: "DEF" },
    { extra: 1 },
    { kid: "k".repeat(21) },
    { uid: `${"u".repeat(43)}\n` },
    { plt: "web" },
    { ver: 0 },
    { ver: 1.5 },
    { ver: 2 ** 53 },
    { ver: "7" },
    { ssb: 1 },
  ])("is none of ours with %j", (members) => {
    expect(readEnvelopeHeader(compact({ ...header, ...members }))).toBeUndefined();
  });

  it.each([null, 7, "text", [header]])("is none of ours as %j", (value) => {
    expect(readEnvelopeHeader(compact(value))).toBeUndefined();
  });

  it("is not read from anything that is no compact JWE of direct encryption", () => {
    const [head, , iv, text, tag] = compact(header).split(".");
    const json = JSON.stringify(header).replace("{", '{"ver":6,');
    const duplicate = Buffer.from(json).toString("base64url");
    const others = [
      "",
      "....",
      `${head}.${iv}.${text}.${tag}`,
      `${head}.key.${iv}.${text}.${tag}`,
      `${head}..${iv}A.${text}.${tag}`,
      `${head}..${iv}..${tag}`,
      `${head}..${iv}.${text}.${tag}A`,
      `${head}..${iv}.${text}.${tag}.`,
      `${head}..${iv}.${text}.${tag}\n`,
      ` ${head}..${iv}.${text}.${tag}`,
      `${head}=..${iv}.${text}.${tag}`,
      `${head}..${iv}.${text}+.${tag}`,
      `not-json..${iv}.${text}.${tag}`,
      `${head}..${iv}.${text}ccc.${tag}`,
      `${duplicate}..${iv}.${text}.${tag}`,
    ];
    expect(readEnvelopeHeader(`${head}..${iv}.${text}.${tag}`)).toEqual(header);
    for (const other of others) expect(readEnvelopeHeader(other), other).toBeUndefined();
  });

  it("reads or refuses any text, and never throws", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.jsonValue(), (text, value) => {
        expect(readEnvelopeHeader(text)).toBeUndefined();
        expect(readEnvelopeHeader(compact(value))).toBeUndefined();
      }),
    );
  });
});

describe("an envelope", () => {
  it("belongs where every member of its header says", () => {
    fc.assert(
      fc.property(place, (place) => {
        expect(misplaced({ ...header, ...place }, place)).toBeUndefined();
      }),
    );
  });

  it("belongs elsewhere where one member says so, and that one is named", () => {
    fc.assert(
      fc.property(place, place, fc.constantFrom("uid", "kid", "plt", "ver", "ssb"), (here, there, member) => {
        fc.pre(here[member] !== there[member]);
        expect(misplaced({ ...header, ...here, [member]: there[member] }, here)).toBe(member);
      }),
    );
  });

  it("of another owner is told so, whatever else is wrong with it", () => {
    const here = { kid: "h".repeat(22), uid: "h".repeat(43), plt: "android", ver: 1, ssb: false } as const;
    expect(misplaced(header, here)).toBe("uid");
  });
});
