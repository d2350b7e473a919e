import { describe, expect, it } from "vitest";
import { codesOnly, contents } from "../support/accounts.ts";
import { keptOf } from "../support/partition.ts";
import {
  backedUpPhone,
  expectOk,
  problemOf,
  registeredPhone,
  startService,
  type TestPhone,
} from "../support/service.ts";

describe("an account that is on the phone already", () => {
  it("blocks the recovery where it is in the backup too, and the answer names it alone [D2] [G6]", async () => {
    const { next, references } = await startWithBackup();
    const [first = "", second = ""] = references;
    const refused = await next.recover({ onPhone: [second, ELSEWHERE, first] });
    expect(problemOf(refused)).toMatchObject({
      status: 409,
      code: "accounts-present",
      remedy: "remove-accounts",
      retryable: false,
      policy: "same-account",
      conflicts: [second, first],
    });
  });

  it("blocks it no longer once it is removed: the same phone recovers then [D2] [G6]", async () => {
    const { next, references } = await startWithBackup();
    expect(problemOf(await next.recover({ onPhone: references }))).toMatchObject({ conflicts: references });
    const recovered = await next.recover({ onPhone: [] });
    expectOk(recovered);
    expect(recovered.contents).toEqual(contents);
  });

  it("does not block it where the backup holds it no more, or not yet [D2]", async () => {
    const { old, next } = await startWithBackup();
    expectOk(await old.upload(codesOnly(3), { replaces: 1 }));
    const [reference = ""] = referencesOf(old);
    expectOk(await next.recover({ onPhone: [reference], version: 1 }));
    expect(problemOf(await next.recover({ onPhone: [reference] }))).toMatchObject({
      conflicts: [reference],
    });
  });

  it("does not block it where it is another, for whoever chose nothing [D2]", async () => {
    const { old, next } = await startWithBackup();
    const policy = await old.policy();
    expectOk(policy);
    expect(policy.body.conflict).toBe("same-account");
    expectOk(await next.recover({ onPhone: [ELSEWHERE] }));
  });

  it("blocks it whichever it is, for an owner who chose so [D3]", async () => {
    const { old, next } = await startWithBackup();
    const chosen = await old.choosePolicy({ conflict: "any-account" });
    expectOk(chosen);
    expect(chosen.body).toEqual({ conflict: "any-account", otherPlatform: false, waitingSeconds: 0 });
    expect(problemOf(await next.recover({ onPhone: [ELSEWHERE] }))).toMatchObject({
      status: 409,
      code: "accounts-present",
      policy: "any-account",
      conflicts: [ELSEWHERE],
    });
    const recovered = await next.recover({ onPhone: [] });
    expectOk(recovered);
    expect(recovered.contents).toEqual(contents);
  });

  it("does so by one choice: to choose the same again adds nothing to the record [D3]", async () => {
    const { service, old } = await startWithBackup();
    expectOk(await old.choosePolicy({ conflict: "any-account" }));
    const before = await keptOf(service, old);
    const again = await old.choosePolicy({ conflict: "any-account" });
    expectOk(again);
    expect(again.body.conflict).toBe("any-account");
    expect(await keptOf(service, old)).toEqual(before);
  });

  it("is looked at as before, once the owner has chosen so again [D3]", async () => {
    const { old, next } = await startWithBackup();
    expectOk(await old.choosePolicy({ conflict: "any-account" }));
    expectOk(await old.choosePolicy({ conflict: "same-account" }));
    expectOk(await next.recover({ onPhone: [ELSEWHERE] }));
  });

  it("is told to the service by its reference: neither request nor refusal names it [D2]", async () => {
    const { service, next, references } = await startWithBackup();
    const refused = await next.recover({ onPhone: references });
    const said = JSON.stringify([refused, service.lines]);
    for (const { issuer, userName } of contents.accounts) {
      expect(said).not.toContain(issuer);
      expect(said).not.toContain(userName);
    }
  });
});

/** The reference of an account that no backup here holds. */
const ELSEWHERE = "r".repeat(43);

/** A backup with a version, and a new phone of its owner. */
async function startWithBackup() {
  const service = await startService();
  const old = await backedUpPhone(service, { name: "Old phone" });
  expectOk(await old.upload(contents));
  const next = await registeredPhone(service, { name: "New phone" });
  return { service, old, next, references: referencesOf(old) };
}

/** Those of the accounts on a phone, as it makes them itself. */
function referencesOf(phone: TestPhone): string[] {
  return phone.state().accounts.map(({ ref }) => ref);
}
