import { describe, expect, it } from "vitest";
import { createMarks, searchForMarks, type Text } from "../../support/marks.ts";

const told = (text: string): Text => ({ label: "the answer", text, isLog: false });
const logged = (text: string): Text => ({ label: "the line", text, isLog: true });

describe("a secret is found", () => {
  const secret = Buffer.from("\u00fb\u00ff!a secret of 32 bytes in latin1", "latin1");

  it.each([
    ["base64url", secret.toString("base64url")],
    ["base64", secret.toString("base64")],
    ["hex", secret.toString("hex")],
    ["JSON", JSON.stringify(secret)],
    ["text", String(new Uint8Array(secret))],
  ])("as bytes in %s", (_, written) => {
    const marks = createMarks();
    marks.addBytes("user key", secret);
    expect(searchForMarks([told("{}"), told(`x${written}x`)], marks.all())).toEqual([
      "the answer holds: user key",
    ]);
    expect(searchForMarks([told("{}")], marks.all())).toEqual([]);
  });

  const name = 'Zoë "Z" <zoe@contoso.example>';

  it.each([
    ["as it is", name],
    ["JSON", JSON.stringify({ name })],
    ["a URL", new URL(`https://host.example/?name=${encodeURIComponent(name)}`).href],
    ["base64url", Buffer.from(name).toString("base64url")],
    ["hex", Buffer.from(name).toString("hex")],
  ])("as text in %s", (_, written) => {
    const marks = createMarks();
    marks.addText("account name", name);
    expect(searchForMarks([logged(written)], marks.all())).toEqual(["the line holds: account name"]);
  });

  it("where a part of it stands alone, or is cut off", () => {
    const marks = createMarks();
    marks.addCompact("access token", `${"h".repeat(40)}.${"p".repeat(400)}.${"s".repeat(86)}`);
    for (const part of ["h".repeat(40), "p".repeat(100), "s".repeat(86)]) {
      expect(searchForMarks([logged(part)], marks.all())).toEqual(["the line holds: access token"]);
    }
    expect(searchForMarks([logged("p".repeat(30))], marks.all())).toEqual([]);
  });
});

it("finds a short mark where it stands alone, and in no longer word or number", () => {
  const marks = createMarks();
  marks.addText("phone name", "Phone");
  marks.addText("one-time code", "123456");
  const search = (text: string) => searchForMarks([logged(text)], marks.all());
  expect(search('{"name":"Phone"}')).toEqual(["the line holds: phone name"]);
  expect(search("the code 123456 is wrong")).toEqual(["the line holds: one-time code"]);
  expect(search("at runForPhone 1234567 Phone2 then Phone")).toEqual(["the line holds: phone name"]);
  expect(search("at runForPhone 1234567 Phone2")).toEqual([]);
});

it("finds what its owner may read in the log alone", () => {
  const marks = createMarks();
  marks.addText("phone name", "Alice's old phone");
  const text = "refused for Alice's old phone";
  expect(searchForMarks([told(text)], marks.all())).toEqual([]);
  expect(searchForMarks([told(text), logged(text)], marks.all())).toEqual(["the line holds: phone name"]);
});

it("never repeats what it found", () => {
  const marks = createMarks();
  marks.addText("one-time code secret", "JBSWY3DPEHPK3PXP");
  expect(searchForMarks([logged("JBSWY3DPEHPK3PXP")], marks.all()).join()).not.toContain("JBSWY3DPEHPK3PXP");
});
