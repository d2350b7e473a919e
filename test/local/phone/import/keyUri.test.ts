import { describe, expect, it } from "vitest";
import { readAccounts } from "../../../../local/phone/import/import.ts";
import { type Account, knownAccounts } from "../../../../local/phone/protocol/accounts.ts";

const SECRET = "JBSWY3DPEHPK3PXP";
const TOTP = { type: "totp", secret: SECRET, algorithm: "SHA1", digits: 6, period: 30 };

/** The one account of a line, or why it is left out. */
function read(line: string): Account | { readonly name: string; readonly why: string } | undefined {
  const { contents, leftOut } = readAccounts(line);
  const [account] = knownAccounts(contents);
  expect(contents.accounts.length + leftOut.length).toBe(1);
  return account ?? leftOut[0];
}

describe("a key URI becomes an account [C8]", () => {
  const named = { kind: "third-party", issuer: "Northwind", userName: "alice@example.com", push: false };

  it.each([
    ["with all its members", `totp/Northwind:alice@example.com?secret=${SECRET}&issuer=Northwind`, TOTP],
    ["escaped, as most apps write it", `totp/Northwind%3Aalice%40example.com?secret=${SECRET}`, TOTP],
    ["with a space behind the issuer", `totp/Northwind:%20alice@example.com?secret=${SECRET}`, TOTP],
    ["in another case", `TOTP/Northwind:alice@example.com?SECRET=${SECRET}&DIGITS=6&Period=30`, TOTP],
    [
      "with its secret in lower case, in groups, and padded",
      "totp/Northwind:alice@example.com?secret=jbsw%20y3dp-ehpk%203pxp%3D%3D%3D",
      TOTP,
    ],
    [
      "of 7 digits, every 10 seconds, of SHA-256",
      `totp/Northwind:alice@example.com?secret=${SECRET}&digits=7&period=10&algorithm=HmacSHA256`,
      { ...TOTP, algorithm: "SHA256", digits: 7, period: 10 },
    ],
    [
      "of a counter",
      `hotp/Northwind:alice@example.com?secret=${SECRET}&counter=42`,
      { type: "hotp", secret: SECRET, algorithm: "SHA1", digits: 6, counter: 42 },
    ],
    [
      "of Steam, as Ente Auth and Aegis write it",
      `steam/Northwind:alice@example.com?secret=${SECRET}&digits=5&period=30`,
      { type: "steam", secret: SECRET },
    ],
    [
      "of Steam, as KeePassXC writes it",
      `totp/Northwind:alice@example.com?secret=${SECRET}&encoder=steam`,
      { type: "steam", secret: SECRET },
    ],
    [
      "with members that no code is made of",
      `totp/Northwind:alice@example.com?secret=${SECRET}&image=https%3A%2F%2Fx.example&codeDisplay=%7B%7D`,
      TOTP,
    ],
  ])("%s", (_, uri, otp) => {
    expect(read(`otpauth://${uri}`)).toEqual({ ...named, otp });
  });

  it.each([
    ["no issuer", `alice?secret=${SECRET}`, { issuer: "", userName: "alice" }],
    ["no user name", `?secret=${SECRET}&issuer=Northwind`, { issuer: "Northwind", userName: "" }],
    ["no user name behind its issuer", `Northwind:?secret=${SECRET}`, { issuer: "Northwind", userName: "" }],
    ["neither", `?secret=${SECRET}`, { issuer: "", userName: "" }],
    ["two issuers: its member's", `Old:bob?secret=${SECRET}&issuer=New`, { issuer: "New", userName: "bob" }],
    ["a colon in its user name", `A:b%3Ac?secret=${SECRET}`, { issuer: "A", userName: "b:c" }],
    [
      "a name that was escaped twice: it is undone once",
      `Big%2520Co:bob?secret=${SECRET}`,
      { issuer: "Big%20Co", userName: "bob" },
    ],
    [
      "a name of astral characters, at its longest",
      `${encodeURIComponent("😀".repeat(128))}:${encodeURIComponent("😀".repeat(254))}?secret=${SECRET}`,
      { issuer: "😀".repeat(128), userName: "😀".repeat(254) },
    ],
  ])("with %s", (_, rest, name) => {
    expect(read(`otpauth://totp/${rest}`)).toMatchObject(name);
  });
});

describe("a key URI that makes no code is left out by name [C8]", () => {
  it.each([
    ["no secret", "totp/A:b", "its secret is not base32 of 1 to 256 bytes"],
    ["an empty secret", "totp/A:b?secret=", "its secret is not base32 of 1 to 256 bytes"],
    ["a secret that is not base32", "totp/A:b?secret=01189998", "its secret is not base32 of 1 to 256 bytes"],
    [
      "a secret that was escaped twice",
      "totp/A:b?secret=JBSW%252D",
      "its secret is not base32 of 1 to 256 bytes",
    ],
    [
      "a secret of 257 bytes",
      `totp/A:b?secret=${"A".repeat(412)}`,
      "its secret is not base32 of 1 to 256 bytes",
    ],
    ["two secrets", `totp/A:b?secret=${SECRET}&Secret=${SECRET}`, "secret is there twice"],
    ["two issuers in its members", `totp/b?secret=${SECRET}&issuer=A&issuer=B`, "issuer is there twice"],
    ["3 digits", `totp/A:b?secret=${SECRET}&digits=3`, "it has fewer than 4 or more than 10 digits"],
    ["11 digits", `totp/A:b?secret=${SECRET}&digits=11`, "it has fewer than 4 or more than 10 digits"],
    [
      "digits that are no number",
      `totp/A:b?secret=${SECRET}&digits=six`,
      "it has fewer than 4 or more than 10 digits",
    ],
    ["a period of 0 seconds", `totp/A:b?secret=${SECRET}&period=0`, "its period is not 1 to 300 seconds"],
    ["a period of 301 seconds", `totp/A:b?secret=${SECRET}&period=301`, "its period is not 1 to 300 seconds"],
    ["half a second more", `totp/A:b?secret=${SECRET}&period=30.5`, "its period is not 1 to 300 seconds"],
    ["MD5", `totp/A:b?secret=${SECRET}&algorithm=MD5`, "its algorithm is not SHA-1 or SHA-2"],
    ["no counter", `hotp/A:b?secret=${SECRET}`, "its counter is not a whole number"],
    ["a counter below 0", `hotp/A:b?secret=${SECRET}&counter=-1`, "its counter is not a whole number"],
    ["another kind of code", `motp/A:b?secret=${SECRET}`, "codes of its kind are not kept"],
    ["no kind at all", `/A:b?secret=${SECRET}`, "codes of its kind are not kept"],
    [
      "a name of 512 astral characters",
      `totp/A:${encodeURIComponent("😀".repeat(512))}?secret=${SECRET}`,
      "its name is too long, or not well-formed",
    ],
    ["a name with U+0000", `totp/A:b%00c?secret=${SECRET}`, "its name is too long, or not well-formed"],
  ])("with %s", (_, uri, why) => {
    expect(read(`otpauth://${uri}`)).toMatchObject({ why });
  });

  it.each([
    ["A:b", "A (b)"],
    ["b", "b"],
    ["A:", "A"],
    ["", "line 1"],
  ])("which is %j", (label, name) => {
    expect(read(`otpauth://totp/${label}`)).toMatchObject({ name });
  });

  it("by its line, where no name can be read", () => {
    const lines = ["", "otpauth://totp/%E0%A4%A?secret=JBSWY3DP", "something else"];
    expect(readAccounts(`otpauth://totp/A:b?secret=${SECRET}\n${lines.join("\n")}`).leftOut).toEqual([
      { name: "line 3", why: "its name is not well-formed" },
      { name: "line 4", why: "it is not an otpauth address" },
    ]);
  });
});
