import { compactDecrypt, importJWK } from "jose";
import { describe, expect, it } from "vitest";
import { issuerIdentifier } from "../../../local/issuer/settings.ts";
import { contents } from "../../support/accounts.ts";
import { signInName } from "../../support/marking.ts";
import { userIdOf } from "../../support/partition.ts";
import { expectOk, type TestPhone } from "../../support/service.ts";
import {
  accountKey,
  answer,
  ask,
  begin,
  begun,
  type Challenge,
  challengeStage,
  contactOfAccount,
  ok,
  PERSONAL,
  recoveredPhone,
  register,
  verifiedPersonal,
  work,
} from "../challenges/stage.ts";
import { codeAt, providerOf, tenantApp } from "./stage.ts";

/** The organization and the user of the work account of every backup here. */
const TENANT = "4fd0a3fc-55a2-4c1c-9a56-2a6a0c6a0f11";
const SUBJECT = "3b0f4c2e";

describe("a provider and a phone", () => {
  it("verify an account, revoke it and verify it again, and the provider learns nothing else [E6] [E15] [D12]", async () => {
    const stage = await challengeStage();
    const { service } = stage;
    const seen: string[] = [];
    const provider = providerOf(service, tenantApp(TENANT));
    const asked = async (answered: ReturnType<typeof provider.ask>) => {
      const { status, headers, body } = await answered;
      seen.push(JSON.stringify(body ?? null), JSON.stringify([...headers]));
      return { status, body };
    };
    const issue = async () => {
      const account = { organization: work.issuer, userName: work.userName };
      return (await asked(provider.issue({ subject: SUBJECT, account }))).body;
    };
    const verify = async (phone: TestPhone, challenge: Challenge, activationId: string) => {
      const key = accountKey();
      ok(await register(phone, challenge.challengeId, key));
      const { body } = await asked(provider.read(activationId));
      expect(body.state).toBe("confirming");
      ok(await answer(stage, phone, challenge, key, { number: body.number }));
      const verified = (await asked(provider.read(activationId))).body;
      expect(verified).toMatchObject({ state: "verified", publicKey: key.publicKey });
      return verified.credentialId;
    };
    const marked = async (phone: TestPhone) => {
      const { body } = await phone.send({ method: "GET", path: "/v1/backup" });
      return (body as { readonly actionRequired?: readonly string[] }).actionRequired;
    };

    const { phone, recoveryId } = await recoveredPhone(stage);
    const challenge = await begun(phone, recoveryId, "work-or-school");
    const first = await issue();
    ok(await ask(phone, `/${challenge.challengeId}/activation`, { body: { code: first.code } }));
    const credentialId = await verify(phone, challenge, first.activationId);

    expect((await asked(provider.revoke(credentialId))).status).toBe(204);
    const { ref } = challenge.account as { readonly ref: string };
    expect(await marked(phone)).toEqual([ref.slice(0, 8)]);
    expect(await marked(stage.old)).toBeUndefined();

    const second = await issue();
    const again = ok(await begin(phone, { code: second.code }), 201);
    expect((again.account as { readonly ref: string }).ref).toBe(ref);
    const renewed = await verify(phone, again, second.activationId);
    expect(await marked(phone)).toBeUndefined();
    expect((await asked(provider.credential(renewed))).body.state).toBe("live");
    expect((await asked(provider.credential(credentialId))).body.state).toBe("revoked");

    const told = seen.join("\n");
    const others = contents.accounts.filter((account) => account !== work);
    const secrets = [
      userIdOf(phone),
      phone.deviceId,
      stage.old.deviceId,
      recoveryId,
      challenge.challengeId,
      again.challengeId,
      ref,
      signInName("alice"),
      ...others.flatMap(({ issuer, userName }) => [issuer, userName]),
      "Old phone",
      "New phone",
    ];
    for (const secret of secrets) expect(told).not.toContain(secret);
  });
});

describe("the phones of a personal account", () => {
  it("show different codes at one instant, each valid once, until its phone is revoked [D9] [D10]", async () => {
    const stage = await challengeStage();
    const { service } = stage;
    await contactOfAccount(stage);
    const provider = providerOf(service);
    const verify = async (code: string) => {
      const issuer = issuerIdentifier("personal", "oidc");
      return (await provider.verify({ issuer, subject: signInName(PERSONAL), code })).body.valid;
    };
    const secrets: Uint8Array[] = [];
    const phones: TestPhone[] = [];
    for (const name of ["New phone", "Third phone"]) {
      const recovered = await recoveredPhone(stage, name);
      const { challenge } = await verifiedPersonal(stage, recovered);
      const { sealed } = challenge.oneTimeCode as { readonly sealed: string };
      const sealing = { ...recovered.phone.state().keys.sealing, alg: "ECDH-ES" };
      secrets.push((await compactDecrypt(sealed, await importJWK(sealing))).plaintext);
      phones.push(recovered.phone);
    }
    const codes = () => secrets.map((secret) => codeAt(secret, service.now()));
    const [one = "", two = ""] = codes();
    expect(one).not.toBe(two);
    expect([await verify(one), await verify(two), await verify(one), await verify(two)]).toEqual([
      true,
      true,
      false,
      false,
    ]);
    service.advance(30);
    const [, third] = phones;
    expectOk(await stage.old.revoke(third?.deviceId ?? ""));
    const [next = "", revoked = ""] = codes();
    expect([await verify(next), await verify(revoked)]).toEqual([true, false]);
  });
});
