import { describe, expect, it } from "vitest";
import {
  accountKey,
  accountsOf,
  answer,
  ask,
  begun,
  challengeStage,
  contactOfAccount,
  ok,
  provePersonal,
  readChallenge,
  recoveredPhone,
  refusedWith,
  register,
  signInTo,
  verifiedPersonal,
} from "./stage.ts";

describe("a personal account with push", () => {
  it("is verified by its password and a code to its contact, and by the answer to a push [E3] [E12] [D12]", async () => {
    const stage = await challengeStage();
    await contactOfAccount(stage);
    const { phone, recoveryId } = await recoveredPhone(stage);
    const challenge = await begun(phone, recoveryId);
    expect(challenge).toMatchObject({ state: "open", proofs: [["fresh-sign-in", "contact-code"]] });
    const proven = await provePersonal(stage, phone, challenge.challengeId);
    expect(proven).toMatchObject({ state: "proven", proofs: [] });
    const key = accountKey();
    expect(ok(await register(phone, challenge.challengeId, key))).toMatchObject({
      state: "pushed",
      push: { number: false, sendsLeft: 2 },
    });
    const done = ok(await answer(stage, phone, challenge, key));
    expect(done).toMatchObject({ state: "verified", oneTimeCode: { sealed: expect.any(String) } });
    const accounts = await accountsOf(phone, recoveryId);
    const states = accounts.filter(({ push }) => push).map(({ kind, state, means }) => [kind, state, means]);
    expect(states).toEqual([
      ["personal", "ready", []],
      ["work-or-school", "action-required", ["activation-code", "push-answer"]],
    ]);
  });

  it("keeps it pending with the password alone, and with the code alone [E3]", async () => {
    const stage = await challengeStage();
    await contactOfAccount(stage);
    const { phone, recoveryId } = await recoveredPhone(stage);
    const { challengeId } = await begun(phone, recoveryId);
    const early = await ask(phone, `/${challengeId}/code/send`, { body: { contactId: "A".repeat(22) } });
    expect(refusedWith(early, "challenge-proof-missing").proofs).toEqual([["fresh-sign-in", "contact-code"]]);
    ok(await signInTo(stage, phone, challengeId));
    expect(await readChallenge(phone, challengeId)).toMatchObject({
      state: "open",
      proofs: [["contact-code"]],
    });
    refusedWith(await register(phone, challengeId, accountKey()), "challenge-proof-missing");
    expect((await verifiedPersonal(stage, { phone, recoveryId })).challenge.state).toBe("verified");
  });
});
