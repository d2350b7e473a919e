import { describe, expect, it } from "vitest";
import { objectIdOf } from "../../../local/issuer/issuer.ts";
import type { OwnContents } from "../../../local/phone/protocol/accounts.ts";
import { makeManifest } from "../../../local/phone/protocol/manifest.ts";
import { contents } from "../../support/accounts.ts";
import { signInName } from "../../support/marking.ts";
import { newPhone, recoveredOn } from "../stage.ts";
import {
  accountKey,
  answer,
  ask,
  begin,
  begun,
  challengeStage,
  contactOfAccount,
  ok,
  PERSONAL,
  readChallenge,
  recoveredPhone,
  refusedWith,
  register,
  signInTo,
} from "./stage.ts";

describe("the sign-in to a personal account", () => {
  it("is one to that very account, made since the challenge began, and no other [E3]", async () => {
    const stage = await challengeStage();
    await contactOfAccount(stage);
    const { phone, recoveryId } = await recoveredPhone(stage);
    const before = await stage.service.issuer.sign({ owner: signInName(PERSONAL) });
    stage.service.advance(2);
    const { challengeId } = await begun(phone, recoveryId);
    const give = (token: string) => ask(phone, `/${challengeId}/sign-in`, { body: { token } });
    refusedWith(await give(before), "sign-in-stale");
    refusedWith(await signInTo(stage, phone, challengeId, { signedInSecondsAgo: 60 }), "sign-in-stale");
    refusedWith(await signInTo(stage, phone, challengeId, { owner: "bob" }), "sign-in-mismatch");
    refusedWith(await signInTo(stage, phone, challengeId, { owner: "alice" }), "sign-in-mismatch");
    refusedWith(await signInTo(stage, phone, challengeId, { kind: "work-or-school" }), "sign-in-mismatch");
    refusedWith(await signInTo(stage, phone, challengeId, { kind: "provider" }), "sign-in-mismatch");
    refusedWith(await signInTo(stage, phone, challengeId, { profile: "entra" }), "sign-in-mismatch");
    refusedWith(await signInTo(stage, phone, challengeId, { cnf: "a".repeat(43) }), "sign-in-stale");
    refusedWith(await give(`${before}x`), "sign-in-invalid");
    const short = await stage.service.issuer.sign({ owner: signInName(PERSONAL), expiresIn: 1 });
    stage.service.advance(10);
    refusedWith(await give(short), "sign-in-invalid");
    ok(await signInTo(stage, phone, challengeId, { cnf: phone.deviceId }));
  });

  it("is never the request's own, where the recovery account itself is verified [E3]", async () => {
    const own: OwnContents = {
      ...contents,
      accounts: contents.accounts.map((account) =>
        account.kind === "personal" && account.push ? { ...account, subject: signInName("alice") } : account,
      ),
    };
    const stage = await challengeStage({ contents: own });
    const { phone, recoveryId } = await recoveredPhone(stage);
    const { challengeId } = await begun(phone, recoveryId);
    const token = await phone.signIn();
    refusedWith(await ask(phone, `/${challengeId}/sign-in`, { body: { token } }), "sign-in-stale");
    await phone.signIn();
    expect(ok(await ask(phone, `/${challengeId}/sign-in`, { body: { token } })).given).toEqual([
      "fresh-sign-in",
    ]);
  });

  it("counts once, and a repeat of the request is answered as before [G2]", async () => {
    const stage = await challengeStage();
    await contactOfAccount(stage);
    const { phone, recoveryId } = await recoveredPhone(stage);
    const { challengeId } = await begun(phone, recoveryId);
    const token = await stage.service.issuer.sign({ owner: signInName(PERSONAL) });
    const give = (id: string) => ask(phone, `/${id}/sign-in`, { body: { token } });
    const first = ok(await give(challengeId));
    expect(ok(await give(challengeId))).toEqual(first);
    const { challengeId: next } = await begun(phone, recoveryId);
    refusedWith(await give(next), "sign-in-stale");
  });

  it("goes by the object id and the tenant where the issuer is Microsoft Entra: its `sub` is another for each app [E3]", async () => {
    const subject = objectIdOf(signInName(PERSONAL));
    const entra: OwnContents = {
      ...contents,
      accounts: contents.accounts.map((account) =>
        account.kind === "personal" && account.push
          ? { ...account, authority: "9188040d-6c67-4c5b-b112-36a304b66dad", subject }
          : account,
      ),
    };
    const stage = await challengeStage({ contents: entra });
    const { phone, recoveryId } = await recoveredPhone(stage);
    const { challengeId } = await begun(phone, recoveryId);
    refusedWith(await signInTo(stage, phone, challengeId), "sign-in-mismatch");
    ok(await signInTo(stage, phone, challengeId, { profile: "entra-personal" }));
  });
});

describe("a work or school account", () => {
  const TENANT = "4fd0a3fc-55a2-4c1c-9a56-2a6a0c6a0f11";
  const WORKER = "alice at fabrikam";
  const held: OwnContents = {
    ...contents,
    accounts: contents.accounts.map((account) =>
      account.kind === "work-or-school" && account.push
        ? { ...account, tenant: TENANT, subject: objectIdOf(signInName(WORKER)) }
        : account,
    ),
  };
  const atWork = { owner: WORKER, kind: "work-or-school", profile: "entra", tenant: TENANT } as const;

  it("is not verified by its password in a recovery, nor a personal one by a code of a provider [E4]", async () => {
    const stage = await challengeStage({ contents: held });
    const { phone, recoveryId } = await recoveredPhone(stage);
    const { challengeId, proofs } = await begun(phone, recoveryId, "work-or-school");
    expect(proofs).toEqual([["activation-code"]]);
    const refused = refusedWith(await signInTo(stage, phone, challengeId, atWork), "proof-not-accepted");
    expect(refused.proofs).toEqual([["activation-code"]]);
    const ofPersonal = await begun(phone, recoveryId);
    const scanned = await ask(phone, `/${ofPersonal.challengeId}/activation`, {
      body: { code: "123456789012" },
    });
    refusedWith(scanned, "proof-not-accepted");
  });

  it("is added anew, outside a recovery, by a sign-in with a second factor, and by no way round the recovery [E10]", async () => {
    const stage = await challengeStage({ contents: held });
    const account = manifestEntryOf(stage, held);
    const { challengeId, proofs } = ok(await begin(stage.old, { account }), 201);
    expect(proofs).toEqual([["activation-code"], ["fresh-sign-in"]]);
    refusedWith(
      await signInTo(stage, stage.old, challengeId, { ...atWork, secondFactor: false }),
      "second-factor-missing",
    );
    refusedWith(
      await signInTo(stage, stage.old, challengeId, {
        ...atWork,
        tenant: "0c6d6c5e-0d7e-4f3f-8a59-6f1f5a9f7a22",
      }),
      "sign-in-mismatch",
    );
    ok(await signInTo(stage, stage.old, challengeId, atWork));
    const key = accountKey();
    ok(await register(stage.old, challengeId, key));
    const done = ok(await answer(stage, stage.old, await readChallenge(stage.old, challengeId), key));
    expect(done.state).toBe("verified");
    expect(done).not.toHaveProperty("oneTimeCode");

    // A thief recovers, and renames the account: it is pending all the same.
    const { phone } = await recoveredPhone(stage);
    const renamed = { ...account, ref: "r".repeat(43) };
    const around = ok(await begin(phone, { account: renamed }), 201);
    refusedWith(await signInTo(stage, phone, around.challengeId, atWork), "account-pending");
  });

  it("waits for its code also where the recovery comes between the sign-in and the key [E10]", async () => {
    const stage = await challengeStage({ contents: held });
    const account = manifestEntryOf(stage, held);
    const { challengeId } = ok(await begin(stage.old, { account }), 201);
    ok(await signInTo(stage, stage.old, challengeId, atWork));
    const phone = await newPhone(stage.service, { name: "New phone" });
    await recoveredOn(phone);
    refusedWith(await register(stage.old, challengeId, accountKey()), "account-pending");
  });
});

/** What the manifest of the first upload says of the work account with push. */
function manifestEntryOf(
  stage: Awaited<ReturnType<typeof challengeStage>>,
  held: OwnContents,
): Record<string, unknown> {
  const salt = stage.old.state().owner?.referenceSalt ?? "";
  const { accounts } = makeManifest(held, Buffer.from(salt, "base64url"));
  const found = accounts.find(({ kind, push }) => kind === "work-or-school" && push);
  if (!found) throw new Error("no work account with push");
  return { ...found };
}
