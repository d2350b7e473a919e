import { describe, expect, it } from "vitest";
import { accountCode } from "../../../local/phone/protocol/accountCode.ts";
import {
  challengeStage,
  contactOfAccount,
  lastPush,
  PERSONAL,
  personal,
  recoveredPhone,
} from "../../behaviours/challenges/stage.ts";
import { codeTo } from "../../behaviours/contacts/stage.ts";
import { providerOf } from "../../behaviours/providers/stage.ts";
import { signInName } from "../../support/marking.ts";
import { expectOk, problemOf, type TestPhone } from "../../support/service.ts";

type Stage = Awaited<ReturnType<typeof stageOf>>;

/** A phone to which the backup was recovered, and its account whose contact counts. */
async function stageOf() {
  const stage = await challengeStage();
  await contactOfAccount(stage);
  const { phone } = await recoveredPhone(stage);
  return { ...stage, phone };
}

const accountOn = (phone: TestPhone) =>
  phone.state().accounts.find(({ userName }) => userName === personal.userName) ?? expect.fail("no account");

/** Gives every proof. @returns the challenge's id */
async function proven({ phone, ...stage }: Stage): Promise<string> {
  const begun = await phone.beginChallenge(accountOn(phone));
  expectOk(begun);
  const { challengeId } = begun.body;
  const token = await stage.service.issuer.sign({ owner: signInName(PERSONAL) });
  expectOk(await phone.signInToAccount(challengeId, token));
  const read = await phone.readChallenge(challengeId);
  expectOk(read);
  const contactId = read.body.contacts?.[0]?.contactId ?? expect.fail("no contact counts");
  expectOk(await phone.sendChallengeCode(challengeId, contactId));
  expectOk(await phone.giveChallengeCode(challengeId, codeTo(stage)));
  return challengeId;
}

describe("a phone that verifies an account", () => {
  it("has a key that was in no request, and codes that the account's provider takes [E2] [D9]", async () => {
    const stage = await stageOf();
    const { phone, service } = stage;
    const challengeId = await proven(stage);
    expectOk(await phone.registerAccountKey(challengeId));
    const { nonce } = lastPush(stage);
    const done = await phone.answerPush(challengeId, { nonce, decision: "approve" });
    expectOk(done);
    expect(done.body.state).toBe("verified");
    const { accounts, credentials, challenge } = phone.state();
    const { ref } = accountOn(phone);
    expect(challenge).toBeUndefined();
    expect(credentials).toEqual([{ ref, key: expect.anything(), codeSecret: expect.any(String) }]);
    expect(accounts.filter(({ actionRequired }) => actionRequired)).toHaveLength(1);
    const secret = Buffer.from(credentials[0]?.codeSecret ?? "", "base64url");
    const { body } = await providerOf(service).verify({
      issuer: "https://issuer.localhost/personal/oidc",
      subject: signInName(PERSONAL),
      code: accountCode(secret, service.now()),
    });
    expect(body).toEqual({ valid: true });
  });

  it("registers no key before everything was proved, and another one for each verification [E2]", async () => {
    const stage = await stageOf();
    const { phone } = stage;
    const begun = await phone.beginChallenge(accountOn(phone));
    expectOk(begun);
    const early = await phone.registerAccountKey(begun.body.challengeId);
    expect(problemOf(early).code).toBe("challenge-proof-missing");
    const first = phone.state().challenge?.key;
    const challengeId = await proven(stage);
    expect(phone.state().challenge?.key).toBeUndefined();
    expectOk(await phone.registerAccountKey(challengeId));
    expect(phone.state().challenge?.key).not.toEqual(first);
  });

  it("denies what its owner did not begin, and has nothing of it", async () => {
    const stage = await stageOf();
    const { phone } = stage;
    const challengeId = await proven(stage);
    expectOk(await phone.registerAccountKey(challengeId));
    const denied = await phone.answerPush(challengeId, { nonce: lastPush(stage).nonce, decision: "deny" });
    expectOk(denied);
    expect(denied.body.state).toBe("refused");
    expect(phone.state()).toMatchObject({ credentials: [] });
    expect(phone.state().challenge).toBeUndefined();
    expect(accountOn(phone).actionRequired).toBeDefined();
  });

  it("answers no push of another challenge than its own", async () => {
    const stage = await stageOf();
    const challengeId = await proven(stage);
    const { phone } = stage;
    const nonce = "A".repeat(22);
    await expect(phone.answerPush(challengeId, { nonce, decision: "approve" })).rejects.toThrow(
      "no push is awaited",
    );
    expectOk(await phone.registerAccountKey(challengeId));
    await expect(phone.answerPush("B".repeat(22), { nonce, decision: "approve" })).rejects.toThrow(
      "no push is awaited",
    );
  });
});
