import { describe, expect, it } from "vitest";
import { AccountsUnreadable, readAccounts } from "../../../../local/phone/import/import.ts";
import { ContentsRefused } from "../../../../local/phone/protocol/accounts.ts";
import { contents } from "../../../support/accounts.ts";

const SECRET = "JBSWY3DPEHPK3PXP";
const totp = { type: "totp", secret: SECRET, algorithm: "SHA1", digits: 6, period: 30 };
const account = (issuer: string, userName: string, otp: object) => ({
  kind: "third-party",
  issuer,
  userName,
  push: false,
  otp,
});

// What the exports of these apps hold, with contents that are made up.

describe("the accounts of an export come in [C8]", () => {
  it("of Aegis", () => {
    const entry = { uuid: "3f0c", note: "", favorite: false, icon: null, groups: [] };
    const info = { secret: SECRET, algo: "SHA1", digits: 6, period: 30 };
    const file = {
      version: 1,
      header: { slots: null, params: null },
      db: {
        version: 3,
        groups: [],
        entries: [
          { ...entry, type: "totp", name: "bob", issuer: "Northwind", info },
          {
            ...entry,
            type: "hotp",
            name: "bob",
            issuer: "Fabrikam",
            info: { secret: SECRET, algo: "SHA512", digits: 8, counter: 7 },
          },
          { ...entry, type: "steam", name: "bob", issuer: "Steam", info: { ...info, digits: 5 } },
          { ...entry, type: "yandex", name: "bob", issuer: "Yandex", info: { ...info, pin: "1234" } },
          { ...entry, type: "motp", name: "bob", issuer: "", info: { ...info, algo: "MD5", pin: "1234" } },
        ],
      },
    };
    expect(readAccounts(JSON.stringify(file))).toMatchObject({
      contents: {
        accounts: [
          account("Northwind", "bob", totp),
          account("Fabrikam", "bob", {
            type: "hotp",
            secret: SECRET,
            algorithm: "SHA512",
            digits: 8,
            counter: 7,
          }),
          account("Steam", "bob", { type: "steam", secret: SECRET }),
        ],
      },
      leftOut: [
        { name: "Yandex (bob)", why: "codes of its kind are not kept" },
        { name: "bob", why: "codes of its kind are not kept" },
      ],
    });
  });

  it("of 2FAS, the later schema and the first one", () => {
    const service = { updatedAt: 1_713_397_547_000, order: { position: 0 }, icon: { selected: "Label" } };
    const file = {
      schemaVersion: 4,
      appOrigin: "ios",
      groups: [],
      services: [
        {
          ...service,
          name: "Northwind",
          secret: SECRET,
          otp: {
            account: "alice",
            issuer: "Northwind",
            tokenType: "TOTP",
            digits: 6,
            period: 30,
            algorithm: "SHA224",
            counter: 0,
          },
        },
        { ...service, name: "Fabrikam", secret: SECRET, otp: { tokenType: "HOTP", digits: 6, counter: 3 } },
        { ...service, name: "Steam", secret: SECRET, otp: { tokenType: "STEAM", digits: 5, label: "bob" } },
        { name: "Adatum", secret: SECRET },
      ],
    };
    expect(readAccounts(JSON.stringify(file))).toMatchObject({
      contents: {
        accounts: [
          account("Northwind", "alice", { ...totp, algorithm: "SHA224" }),
          account("Fabrikam", "", { type: "hotp", secret: SECRET, algorithm: "SHA1", digits: 6, counter: 3 }),
          account("Steam", "bob", { type: "steam", secret: SECRET }),
          account("Adatum", "", totp),
        ],
      },
      leftOut: [],
    });
  });

  it("of andOTP", () => {
    const entry = { thumbnail: "Default", last_used: 0, used_frequency: 0, tags: [] };
    const file = [
      {
        ...entry,
        type: "TOTP",
        issuer: "Northwind",
        label: "alice",
        secret: SECRET,
        digits: 6,
        algorithm: "SHA1",
        period: 30,
      },
      {
        ...entry,
        type: "HOTP",
        issuer: "",
        label: "alice",
        secret: SECRET,
        digits: 6,
        algorithm: "SHA1",
        counter: 0,
      },
      { ...entry, type: "STEAM", issuer: "Steam", label: "alice", secret: SECRET },
      { ...entry, type: "MOTP", issuer: "Old", label: "alice", secret: "e3152afee62599c8" },
    ];
    expect(readAccounts(JSON.stringify(file))).toMatchObject({
      contents: {
        accounts: [
          account("Northwind", "alice", totp),
          account("", "alice", { type: "hotp", secret: SECRET, algorithm: "SHA1", digits: 6, counter: 0 }),
          account("Steam", "alice", { type: "steam", secret: SECRET }),
        ],
      },
      leftOut: [{ name: "Old (alice)", why: "codes of its kind are not kept" }],
    });
  });

  it("of Google Authenticator", () => {
    const message = Buffer.concat([
      field(
        1,
        parameters({ secret: "Hello!\xde\xad\xbe\xef", name: "alice", issuer: "Northwind" }, [1, 1, 2, 0]),
      ),
      field(1, parameters({ secret: "Hello!\xde\xad\xbe\xef", name: "Fabrikam:alice" }, [2, 2, 1, 300])),
      field(1, parameters({ secret: "Hello!\xde\xad\xbe\xef", name: "old" }, [4, 1, 2, 0])),
      Buffer.from([0x10, 1, 0x18, 1, 0x20, 0, 0x28, 0x85, 0x01]),
    ]);
    const data = encodeURIComponent(message.toString("base64"));
    expect(readAccounts(`otpauth-migration://offline?data=${data}\n`)).toMatchObject({
      contents: {
        accounts: [
          account("Northwind", "alice", totp),
          account("Fabrikam", "alice", {
            type: "hotp",
            secret: SECRET,
            algorithm: "SHA256",
            digits: 8,
            counter: 300,
          }),
        ],
      },
      leftOut: [{ name: "old", why: "its algorithm is not SHA-1 or SHA-2" }],
    });
  });

  function field(number: number, value: Buffer): Buffer {
    return Buffer.concat([Buffer.from([(number << 3) | 2, value.length]), value]);
  }

  function parameters(texts: Readonly<Record<string, string>>, numbers: readonly number[]): Buffer {
    const ids = { secret: 1, name: 2, issuer: 3 };
    return Buffer.concat([
      ...Object.entries(texts).map(([name, text]) =>
        field(ids[name as keyof typeof ids], Buffer.from(text, "latin1")),
      ),
      ...numbers.map((number, at) => Buffer.from([(at + 4) << 3, ...varint(number)])),
    ]);
  }

  function varint(number: number): number[] {
    return number < 128 ? [number] : [(number & 127) | 128, ...varint(number >> 7)];
  }
});

describe("a file", () => {
  it("of 10,000 lines gives the first 500 accounts, and the names of all others [C8]", () => {
    const lines = Array.from({ length: 10_000 }, (_, at) => `otpauth://totp/A:user${at}?secret=${SECRET}`);
    const { contents, leftOut } = readAccounts(lines.join("\n"));
    expect(contents.accounts).toHaveLength(500);
    expect(leftOut).toHaveLength(9_500);
    expect(leftOut[0]).toEqual({ name: "A (user500)", why: "a backup holds 500 accounts" });
  });

  it("with names of the greatest length gives as many accounts as one backup takes [C8]", () => {
    const name = encodeURIComponent("😀".repeat(250));
    const lines = Array.from(
      { length: 500 },
      (_, at) => `otpauth://totp/A:${name}${at}?secret=${"A".repeat(410)}`,
    );
    const { contents, leftOut } = readAccounts(lines.join("\n"));
    expect(Buffer.byteLength(JSON.stringify(contents))).toBeLessThanOrEqual(700_000);
    expect(contents.accounts.length).toBeGreaterThan(400);
    expect(leftOut.length).toBe(500 - contents.accounts.length);
    expect(leftOut[0]?.why).toBe("the backup would be too large");
  });

  it("of a backup's own contents leaves out what does not fit, by name [C8] [C3]", () => {
    const [first, ...others] = contents.accounts;
    const file = { ...contents, accounts: [{ ...first, note: "mine" }, ...others, 7] };
    expect(readAccounts(JSON.stringify(file))).toEqual({
      contents: { ...contents, accounts: others },
      leftOut: [
        { name: "Northwind (alice@example.com)", why: "it holds more than an account does" },
        { name: "account 7", why: "it is no account" },
      ],
    });
  });

  it("of contents of a later version is kept as it is [C8]", () => {
    const file = {
      version: 2,
      accounts: [
        { kind: "passkey", id: "x" },
        { ...contents.accounts[0], colour: "red" },
        { nothing: "known" },
      ],
      settings: { font: "large" },
      folders: ["work"],
    };
    expect(readAccounts(JSON.stringify(file))).toEqual({ contents: file, leftOut: [] });
  });

  it.each(["", "hello", "{", "[]x"])("that is neither JSON nor addresses is refused: %j", (text) => {
    expect(() => readAccounts(text)).toThrow(AccountsUnreadable);
  });

  it.each([{}, 7, null, { version: 0, accounts: [], settings: contents.settings }])(
    "of something else is refused: %j",
    (value) => {
      expect(() => readAccounts(JSON.stringify(value))).toThrow(ContentsRefused);
    },
  );
});
