import { describe, expect, it } from "vitest";
import { contents } from "../support/accounts.ts";
import {
  backedUpPhone,
  expectOk,
  phoneOf,
  problemOf,
  registeredPhone,
  startService,
  type TestService,
} from "../support/service.ts";
import { phoneWithoutTrust } from "./stage.ts";

describe("a recovery", () => {
  it("is an explicit act: signing in, registering and looking bring nothing back [D1] [D6]", async () => {
    const { service } = await serviceWithBackup();
    const next = await phoneOf(service);
    const answers = [await next.register(), await next.status(), await next.devices()];
    for (const answer of answers) {
      expectOk(answer);
      expect(JSON.stringify(answer.body)).not.toMatch(/envelope|"sealed"|ciphertext/);
    }
    expect(await recoveries(service, next.state().owner?.userId ?? "")).toHaveLength(0);

    expectOk(await next.recover());
    expect(await recoveries(service, next.state().owner?.userId ?? "")).toHaveLength(1);
  });

  it("is for the account that made the backup: another sees none, and learns nothing [D5]", async () => {
    const { service } = await serviceWithBackup();
    const stranger = await registeredPhone(service, { owner: "mallory" });
    const nobodys = await registeredPhone(service, { owner: "somebody new" });
    expect(withoutInstance(await stranger.recover())).toEqual(withoutInstance(await nobodys.recover()));
    const status = await stranger.status();
    expectOk(status);
    expect(status.body).toEqual({ state: "off", nextVersion: 1, trusted: false, recoveries: [] });
    expect(problemOf(await stranger.key())).toMatchObject({ code: "trust-required" });
  });

  it("can't be read by another owner, nor by another phone [D5]", async () => {
    const { service } = await serviceWithBackup();
    const next = await registeredPhone(service);
    const begun = await next.recover();
    expectOk(begun);
    const read = await next.readRecovery(begun.body.recoveryId);
    expectOk(read);
    expect(begun.body).toMatchObject(read.body);
    expect(JSON.stringify(read.body)).not.toMatch(/envelope|"sealed"/);
    for (const owner of ["alice", "mallory"]) {
      const other = await registeredPhone(service, { owner });
      expect(problemOf(await other.readRecovery(begun.body.recoveryId))).toMatchObject({
        status: 404,
        code: "recovery-not-found",
      });
    }
  });

  it("gives neither ciphertext nor key before identity is proved [D6]", async () => {
    const { service, phone: old } = await serviceWithBackup();
    const next = await phoneOf(service);

    expect(problemOf(await next.recover())).toMatchObject({ code: "device-not-registered" });
    await next.signIn({ signedInSecondsAgo: 3600 });
    expect(problemOf(await next.register())).toMatchObject({ code: "step-up-required" });

    await next.signIn();
    expectOk(await next.register());
    expect(problemOf(await next.key())).toMatchObject({ code: "trust-required" });
    for (const phone of [old, next]) {
      await phone.signIn({ signedInSecondsAgo: 3600 });
      expect(problemOf(await phone.recover())).toMatchObject({ status: 401, code: "step-up-required" });
    }
    expect(problemOf(await old.recover({}, { proof: false }))).toMatchObject({ code: "proof-missing" });
  });

  it.each(["oidc", "entra"] as const)(
    "asks an account with two factors for the second, in the %s profile [D7]",
    async (profile) => {
      const { service } = await serviceWithBackup({ profile });
      const next = await phoneOf(service, { signIn: { profile, secondFactor: false } });
      expect(problemOf(await next.register())).toMatchObject({
        code: "step-up-required",
        missing: ["second-factor"],
      });
      await next.signIn({ secondFactor: true });
      expectOk(await next.register());
      await next.signIn({ secondFactor: false });
      const refused = await next.recover();
      expect(problemOf(refused)).toMatchObject({ code: "step-up-required", missing: ["second-factor"] });
      expect(refused.headers.get("WWW-Authenticate")).toContain("acr_values=");
      await next.signIn({ secondFactor: true });
      expectOk(await next.recover());
    },
  );

  it.each([["mfa"], ["otp"], ["hwk"], ["sms"], ["fpt"], ["face"]])(
    "takes whichever second factor it was: %s [D7]",
    async (method) => {
      const { service } = await serviceWithBackup();
      const next = await phoneOf(service);
      await next.signIn({ secondFactor: false }, { amr: ["pwd", method] } as object);
      expectOk(await next.register());
      expectOk(await next.recover());
    },
  );

  it("asks an account that never had a second factor for none [D7]", async () => {
    const { service } = await serviceWithBackup({ secondFactor: false });
    const next = await registeredPhone(service, { signIn: { secondFactor: false } });
    expectOk(await next.recover());
  });

  it("brings every account, in order, with the settings [D8]", async () => {
    const { service } = await serviceWithBackup();
    const next = await registeredPhone(service);
    const recovered = await next.recover();
    expectOk(recovered);
    expect(recovered.contents).toEqual(contents);
    const accounts = recovered.body.accounts ?? [];
    expect(accounts).toHaveLength(contents.accounts.length);
    expect(accounts.map(({ kind, push }) => ({ kind, push }))).toEqual(
      contents.accounts.map(({ kind, push }) => ({ kind, push })),
    );
  });

  it("can be repeated on further phones, and consumes nothing [D14]", async () => {
    const { service, phone: old } = await serviceWithBackup();
    for (const name of ["second", "third", "fourth"]) {
      const next = await registeredPhone(service, { name });
      const recovered = await next.recover();
      expectOk(recovered);
      expect(recovered.contents).toEqual(contents);
    }
    const status = await old.status();
    expectOk(status);
    expect(status.body).toMatchObject({ versions: 1, current: { version: 1 } });
    expectOk(await old.upload(contents));
  });

  it("is done once: a retry gets the same recovery [D14]", async () => {
    const { service } = await serviceWithBackup();
    const next = await registeredPhone(service);
    const request = {
      method: "POST",
      path: "/v1/recoveries",
      body: { accounts: [] },
      headers: { "Idempotency-Key": "an-act-of-recovering" },
    };
    const [first, second] = [await next.send(request), await next.send(request)];
    expect([first.status, second.status]).toEqual([201, 201]);
    const { key: firstKey, ...begun } = first.body as Record<string, unknown>;
    const { key: secondKey, ...again } = second.body as Record<string, unknown>;
    expect(again).toEqual(begun);
    expect(firstKey).not.toEqual(secondKey);
    expect(await recoveries(service, next.state().owner?.userId ?? "")).toHaveLength(1);
  });

  it("brings again what it has brought, not what was uploaded since [D14] [G10]", async () => {
    const service = await startService();
    const phone = await registeredPhone(service);
    expectOk(await phone.enable());
    const next = await registeredPhone(service);
    const begun = await next.recover();
    expectOk(begun);
    if (begun.body.state === "waiting") expect.fail("it waits");
    expect(begun.body).not.toHaveProperty("content");
    expectOk(await phone.upload(contents));
    const again = await next.open(begun.body.recoveryId);
    expectOk(again);
    const { triesLeft: _, key, ...before } = begun.body;
    expect(again.body).toEqual({ ...before, key: { ...key, sealed: expect.any(String) } });
  });

  it("needs the recovery account: there is no other way [D15]", async () => {
    const { service, phone: old } = await serviceWithBackup();
    const answers = [
      await old.send({
        method: "POST",
        path: "/v1/recoveries",
        body: { accounts: [] },
        headers: { Authorization: undefined },
      }),
      await old.send({ method: "GET", path: "/v1/backup/key", headers: { Authorization: undefined } }),
    ];
    for (const answer of answers)
      expect(answer).toMatchObject({ status: 401, body: { code: "token-missing" } });
    const stranger = await registeredPhone(service, { owner: "mallory" });
    expect(problemOf(await stranger.recover())).toMatchObject({
      code: "backup-none",
      remedy: "add-accounts-by-hand",
    });
  });
});

describe("an empty new phone", () => {
  it("can't overwrite the backup that is there [D11]", async () => {
    const { service, phone: old } = await serviceWithBackup();
    const empty = await phoneWithoutTrust(service, old, { name: "New phone" });
    const nothing = { ...contents, accounts: [] };
    const before = await old.status();

    for (const headers of [undefined, { "If-Match": undefined, "If-None-Match": "*" }]) {
      const refused = await empty.upload(nothing, headers && { headers });
      expect(problemOf(refused)).toMatchObject({
        status: 409,
        code: "overwrite-refused",
        remedy: "recover-or-start-anew",
        present: { version: 1, accounts: contents.accounts.length, device: { name: "Old phone" } },
      });
    }
    const after = await old.status();
    expectOk(before);
    expectOk(after);
    const { health: _, ...kept } = after.body as Record<string, unknown>;
    expect(before.body).toMatchObject(kept);
    const another = await registeredPhone(service);
    const recovered = await another.recover();
    expectOk(recovered);
    expect(recovered.contents).toEqual(contents);
  });

  it("may upload once it has recovered [D11]", async () => {
    const { service } = await serviceWithBackup();
    const next = await registeredPhone(service);
    expectOk(await next.recover());
    const uploaded = await next.upload(contents);
    expectOk(uploaded);
    expect(uploaded.body.version).toBe(2);
  });
});

describe("the accounts of a recovery", () => {
  it("that need more verification are marked and listed, with the means [D12] [E1]", async () => {
    const { service } = await serviceWithBackup();
    const next = await registeredPhone(service);
    const recovered = await next.recover();
    expectOk(recovered);
    const pending = recovered.body.accounts?.filter(({ state }) => state === "action-required");
    expect(pending?.map(({ kind, means }) => ({ kind, means }))).toEqual([
      { kind: "personal", means: ["fresh-sign-in", "contact-code", "push-answer"] },
      { kind: "work-or-school", means: ["activation-code", "push-answer"] },
    ]);
  });

  it("of third parties need none, and work at once [E9]", async () => {
    const { service } = await serviceWithBackup();
    const next = await registeredPhone(service);
    const recovered = await next.recover();
    expectOk(recovered);
    const thirdParty = (recovered.body.accounts ?? []).filter(({ kind }) => kind === "third-party");
    expect(thirdParty).toHaveLength(2);
    for (const account of thirdParty) expect(account).toMatchObject({ state: "ready", means: [] });
  });
});

async function serviceWithBackup(signIn: { profile?: "oidc" | "entra"; secondFactor?: boolean } = {}) {
  const service = await startService();
  const phone = await backedUpPhone(service, { name: "Old phone", signIn });
  expectOk(await phone.upload(contents));
  return { service, phone };
}

async function recoveries({ adapters }: TestService, userId: string) {
  return await adapters.store.list(userId, "recovery:");
}

function withoutInstance(result: { readonly ok: boolean }) {
  const { instance: _, ...rest } = problemOf(result);
  return rest;
}
