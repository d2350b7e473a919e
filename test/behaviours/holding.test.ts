import { describe, expect, it } from "vitest";
import { ContentsRefused, knownAccounts } from "../../local/phone/protocol/accounts.ts";
import { contents } from "../support/accounts.ts";
import { backedUpPhone, expectOk, problemOf, registeredPhone, startService } from "../support/service.ts";
import { recoveredOn, startStage } from "./stage.ts";

/** What must never be seen outside an envelope. */
const secrets = contents.accounts.flatMap((account) => [
  account.issuer,
  account.userName,
  ...("otp" in account ? [account.otp.secret] : []),
]);

describe("a backup", () => {
  it("holds credentials and settings: a round trip keeps order and settings [C1] [C2]", async () => {
    const { next } = await startStage();
    const recovered = await recoveredOn(next);
    expect(recovered.contents.accounts).toEqual(contents.accounts);
    expect(recovered.contents.settings).toEqual(contents.settings);
    for (const [at, account] of knownAccounts(recovered.contents).entries()) {
      expect(account.issuer).not.toBe("");
      expect(account.userName).toBe(contents.accounts[at]?.userName);
      expect("otp" in account).toBe(!account.push);
    }
  });

  it("holds nothing else: the phone refuses to send it [C3] [C7]", async () => {
    const service = await startService();
    const phone = await backedUpPhone(service);
    const [account] = contents.accounts;
    for (const more of [{ password: "hunter2" }, { email: "alice@example.com" }, { photo: "aGVsbG8" }]) {
      const tampered = { ...contents, accounts: [{ ...account, ...more }] } as unknown as typeof contents;
      const { result, counts } = await service.counted(() =>
        phone.upload(tampered).catch((error: unknown) => error),
      );
      expect(result).toBeInstanceOf(ContentsRefused);
      expect(counts).toEqual({ read: 0, list: 0, commit: 0, unwrap: 0 });
    }
  });

  it.each([
    ["a member beside the accounts", { accounts: [], note: "x" }],
    ["a user's name", { accounts: [entry({ userName: "alice" })] }],
    ["an e-mail address", { accounts: [entry({ email: "alice@example.com" })] }],
    ["a password", { accounts: [entry({ password: "hunter2" })] }],
    ["a file", { accounts: [entry({ file: "aGVsbG8" })] }],
    ["another kind", { accounts: [entry({ kind: "bank" })] }],
    [
      "a tenant where none belongs",
      { accounts: [entry({ tenant: "4fd0a3fc-55a2-4c1c-9a56-2a6a0c6a0f11" })] },
    ],
    ["push on a third party's account", { accounts: [entry({ push: true })] }],
    ["an account twice", { accounts: [entry({}), entry({})] }],
  ])("takes no manifest with %s, and changes nothing [C3] [C7]", async (_, manifest) => {
    const service = await startService();
    const phone = await backedUpPhone(service);
    expect(problemOf(await phone.upload(contents, { body: { manifest } }))).toMatchObject({
      status: 400,
      code: "body-invalid",
    });
    const status = await phone.status();
    expectOk(status);
    expect(status.body).toMatchObject({ nextVersion: 1, versions: 0 });
  });

  it("brings an account with push back as one to verify: its credential never crosses the network [C6]", async () => {
    const { next } = await startStage();
    const recovered = await recoveredOn(next);
    const push = recovered.contents.accounts.filter((account) => account.push);
    expect(push).toHaveLength(2);
    for (const account of push) {
      expect(Object.keys(account)).not.toContain("otp");
      expect(Object.keys(account)).not.toContain("key");
    }
    expect(recovered.body.accounts.filter(({ push }) => push).map(({ state }) => state)).toEqual([
      "action-required",
      "action-required",
    ]);
  });

  it.each([
    ["a private JWK in the manifest", { manifest: { accounts: [entry({ key: { kty: "EC", d: "AAAA" } })] } }],
    ["a symmetric JWK", { pushKey: { kty: "oct", k: "AAAA" } }],
    ["a PEM", { pushKey: "-----BEGIN PRIVATE KEY-----\nAAAA" }],
    ["an encrypted PEM", { manifest: { accounts: [entry({ ref: "-----BEGIN EC PRIVATE KEY-----" })] } }],
  ])("takes no request that holds a private key: %s [C6]", async (_, body) => {
    const service = await startService();
    const phone = await backedUpPhone(service);
    expect(problemOf(await phone.upload(contents, { body }))).toMatchObject({
      status: 400,
      code: "private-key-refused",
    });
  });

  it("leaves no name, secret or token in the store or the log", async () => {
    const service = await startService();
    const phone = await backedUpPhone(service, { owner: "a-very-particular-owner" });
    expectOk(await phone.upload(contents));
    const next = await registeredPhone(service, { owner: "a-very-particular-owner" });
    expectOk(await next.recover());
    const userId = phone.state().owner?.userId ?? "";
    const items = await service.adapters.store.list(userId, "");
    expect(items.length).toBeGreaterThan(5);
    const token = await phone.signIn();
    for (const text of [JSON.stringify(items), JSON.stringify(service.lines)]) {
      for (const secret of [...secrets, "a-very-particular-owner", token]) expect(text).not.toContain(secret);
    }
  });
});

function entry(more: Readonly<Record<string, unknown>>) {
  return { ref: "r".repeat(43), kind: "third-party", push: false, ...more };
}
