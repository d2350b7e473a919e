import { describe, expect, it } from "vitest";
import type { Contents, OwnContents } from "../../local/phone/protocol/accounts.ts";
import { contents } from "../support/accounts.ts";
import { backedUpPhone, expectOk, problemOf, startService } from "../support/service.ts";
import { newPhone, recoveredOn, statusOf } from "./stage.ts";

const secret = "JBSWY3DPEHPK3PXP";
const totp = { type: "totp", secret, algorithm: "SHA1", digits: 6, period: 30 } as const;
const account = { kind: "third-party", issuer: "Northwind", userName: "alice", push: false } as const;

/** One account of each shape that other apps have. */
const every: OwnContents = {
  ...contents,
  accounts: [
    ...contents.accounts,
    { ...account, otp: { ...totp, digits: 4, period: 1 } },
    { ...account, otp: { ...totp, digits: 7, period: 10 } },
    { ...account, otp: { ...totp, digits: 10, period: 300, algorithm: "SHA384" } },
    {
      ...account,
      userName: "of a counter",
      otp: { type: "hotp", secret, algorithm: "SHA1", digits: 6, counter: 41 },
    },
    { ...account, issuer: "Steam", otp: { type: "steam", secret } },
    { ...account, issuer: "", otp: { ...totp, secret: "AA" } },
    { ...account, userName: "", otp: { ...totp, secret: "A".repeat(410) } },
    { ...account, issuer: "", userName: "", otp: totp },
    { ...account, issuer: "😀".repeat(128), userName: "𝒶".repeat(254), otp: totp },
  ],
};

describe("accounts of every shape", () => {
  it("come back as they were, in their order, three of one name among them [C8] [D8]", async () => {
    const service = await startService();
    const phone = await backedUpPhone(service);
    expectOk(await phone.upload(every));
    const { contents: arrived } = await recoveredOn(await newPhone(service));
    expect(arrived).toEqual(every);
    expect(await statusOf(phone)).toMatchObject({ current: { accounts: every.accounts.length } });
  });

  it("that don't fit are told in the status and the history of every phone, as many as there are [C8]", async () => {
    const service = await startService();
    const phone = await backedUpPhone(service);
    expectOk(await phone.upload(every, { leftOut: 2 }));
    const next = await newPhone(service);
    expect(await statusOf(next)).toMatchObject({ current: { leftOut: 2 } });
    await recoveredOn(next);
    const listed = await next.versions();
    expectOk(listed);
    expect(listed.body.versions[0]).toMatchObject({ leftOut: 2 });
    expectOk(await phone.status());
    expectOk(await phone.upload(every));
    expect((await statusOf(next)).current).not.toHaveProperty("leftOut");
  });

  it.each([0, -1, 100_001, "2"])("can't be said to be left out so often: %j [C3]", async (leftOut) => {
    const service = await startService();
    const phone = await backedUpPhone(service);
    const refused = await phone.upload(contents, { body: { manifest: { accounts: [], leftOut } } });
    expect(problemOf(refused)).toMatchObject({ code: "body-invalid" });
  });
});

describe("contents of a later version of the app", () => {
  const later: Contents = {
    version: 2,
    accounts: [{ kind: "passkey", id: "x" }, { ...account, otp: totp, colour: "red" }, { nothing: "known" }],
    settings: { font: "large" },
    folders: ["work"],
  };

  it("go through an older one unchanged: what it does not know is kept [C8]", async () => {
    const service = await startService();
    const newer = await backedUpPhone(service);
    expectOk(await newer.upload(later));
    const older = await newPhone(service);
    const { contents: arrived, body } = await recoveredOn(older);
    expect(arrived).toEqual(later);
    expect(body.accounts.map(({ state }) => state)).toEqual(["ready", "ready", "ready"]);
    expectOk(await older.upload(arrived));
    const { contents: again } = await recoveredOn(await newPhone(service));
    expect(again).toEqual(later);
  });

  it("lose nothing to an upload that has the same accounts: each is known again [C8] [H2]", async () => {
    const service = await startService();
    const phone = await backedUpPhone(service);
    expectOk(await phone.upload(later));
    const [unknown, known] = later.accounts;
    const fewer = await phone.upload({ ...later, accounts: [unknown ?? {}, known ?? {}] });
    expectOk(fewer);
    const none = await phone.upload({ ...later, accounts: [] });
    expect(problemOf(none)).toMatchObject({ code: "sharp-drop" });
  });
});
