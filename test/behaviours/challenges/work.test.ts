import { describe, expect, it } from "vitest";
import { ids } from "../../../shared/store/items.ts";
import { userIdOf } from "../../support/partition.ts";
import { backedUpPhone, expectOk, type TestPhone } from "../../support/service.ts";
import { type Provider, placeIn, providerOf, tenantApp } from "../providers/stage.ts";
import { newPhone } from "../stage.ts";
import {
  accountKey,
  accountsOf,
  answer,
  ask,
  begin,
  begun,
  type Challenge,
  type ChallengeStage,
  challengeStage,
  freshKey,
  getsPushes,
  ok,
  readChallenge,
  recoveredPhone,
  refusedWith,
  register,
  work,
} from "./stage.ts";

/** The organization of the work account of every backup here. */
const TENANT = "4fd0a3fc-55a2-4c1c-9a56-2a6a0c6a0f11";
const SUBJECT = "3b0f4c2e";
const NAMES = { organization: work.issuer, userName: work.userName };

const providerAt = ({ service }: ChallengeStage): Provider => providerOf(service, tenantApp(TENANT));

interface Issued {
  readonly activationId: string;
  readonly code: string;
  readonly qr: string;
}

async function issued(provider: Provider, changes: object = {}): Promise<Issued> {
  const { status, body } = await provider.issue({
    subject: SUBJECT,
    account: NAMES,
    showNumber: false,
    ...changes,
  });
  expect(status).toBe(201);
  return body;
}

const give = (phone: TestPhone, challengeId: string, code: string) =>
  ask(phone, `/${challengeId}/activation`, { body: { code } });

/** A phone to which the work account was recovered, and its challenge. */
async function pending(stage: ChallengeStage) {
  const recovered = await recoveredPhone(stage);
  return { ...recovered, challenge: await begun(recovered.phone, recovered.recoveryId, "work-or-school") };
}

describe("a work or school account", () => {
  it("is verified by the code of its provider, and by the number on its page typed into the phone [E4] [E13] [D12]", async () => {
    const stage = await challengeStage();
    const provider = providerAt(stage);
    const { phone, recoveryId, challenge } = await pending(stage);
    const { challengeId } = challenge;
    const { activationId, code } = await issued(provider, { showNumber: true });
    const state = async () => (await provider.read(activationId)).body;
    expect(await state()).toMatchObject({ state: "issued" });
    expect(ok(await give(phone, challengeId, code))).toMatchObject({ state: "proven", proofs: [] });
    expect(await state()).toMatchObject({ state: "claimed" });
    const key = accountKey();
    const pushed = ok(await register(phone, challengeId, key));
    expect(pushed).toMatchObject({ state: "pushed", push: { number: true } });
    const { number } = await state();
    expect(number).toBeGreaterThanOrEqual(10);
    expect(JSON.stringify([pushed, stage.taken])).not.toMatch(new RegExp(`"number":${number}`));
    const done = ok(await answer(stage, phone, challenge, key, { number }));
    expect(done.state).toBe("verified");
    const verified = await state();
    expect(verified).toMatchObject({ state: "verified", publicKey: key.publicKey });
    expect((await provider.credential(verified.credentialId)).body.state).toBe("live");
    const accounts = (await accountsOf(phone, recoveryId)).filter(({ push }) => push);
    expect(accounts.map(({ kind, state }) => [kind, state])).toEqual([
      ["personal", "action-required"],
      ["work-or-school", "ready"],
    ]);
    expectOk(await stage.old.revoke(phone.deviceId));
    expect((await provider.credential(verified.credentialId)).body.state).toBe("revoked");
  });

  it("is verified alike by a code that was typed and one that was scanned, of a self-service page and of an administrator's [E5] [E7]", async () => {
    const stage = await challengeStage();
    const provider = providerAt(stage);
    const outcomes: unknown[] = [];
    for (const [route, form] of [
      ["self-service", (code: string) => code],
      ["administrator", (code: string) => code.replace(/(...)(?=.)/g, "$1 ")],
      ["self-service", (code: string) => code.replace(/(...)(?=.)/g, "$1-")],
      [
        "administrator",
        (code: string) => code.replace(/\d/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0)),
      ],
    ] as const) {
      const recovered = await recoveredPhone(stage, "Another phone");
      const challenge = await begun(recovered.phone, recovered.recoveryId, "work-or-school");
      const { code, qr } = await issued(provider, { route });
      expect(qr).toBe(`${stage.service.origin}/activate#1.${code}`);
      ok(await give(recovered.phone, challenge.challengeId, form(code)));
      const key = accountKey();
      ok(await register(recovered.phone, challenge.challengeId, key));
      const done = ok(await answer(stage, recovered.phone, challenge, key));
      outcomes.push([done.state, done.given, done.proofs]);
    }
    expect(new Set(outcomes.map((outcome) => JSON.stringify(outcome))).size).toBe(1);
  });

  it("stays pending with a wrong number, which ends the challenge [E13]", async () => {
    const stage = await challengeStage();
    const provider = providerAt(stage);
    const { phone, recoveryId, challenge } = await pending(stage);
    const { activationId, code } = await issued(provider, { showNumber: true });
    ok(await give(phone, challenge.challengeId, code));
    const key = accountKey();
    ok(await register(phone, challenge.challengeId, key));
    const { number } = (await provider.read(activationId)).body;
    refusedWith(await answer(stage, phone, challenge, key), "push-answer-invalid");
    const wrong = number === 99 ? 10 : number + 1;
    refusedWith(await answer(stage, phone, challenge, key, { number: wrong }), "push-number-wrong");
    refusedWith(await answer(stage, phone, challenge, key, { number }), "challenge-over");
    expect((await provider.read(activationId)).body.state).toBe("refused");
    const next = await begun(phone, recoveryId, "work-or-school");
    refusedWith(await give(phone, next.challengeId, code), "activation-code-used");
    const { code: another } = await issued(provider);
    ok(await give(phone, next.challengeId, another));
  });

  it("can begin with the code, which says whose account it is [E10]", async () => {
    const stage = await challengeStage();
    const provider = providerAt(stage);
    const { code, activationId } = await issued(provider, {
      subject: "another",
      account: { organization: "Litware", userName: "alice@litware.example" },
    });
    const idempotencyKey = freshKey();
    const first = ok(await begin(stage.old, { code }, idempotencyKey), 201);
    expect(first).toMatchObject({
      state: "proven",
      account: { kind: "work-or-school", organization: "Litware", userName: "alice@litware.example" },
    });
    expect(ok(await begin(stage.old, { code }, idempotencyKey), 201)).toEqual(first);
    expect(await readChallenge(stage.old, first.challengeId)).toEqual(first);
    const key = accountKey();
    ok(await register(stage.old, first.challengeId, key));
    expect(ok(await answer(stage, stage.old, first, key)).state).toBe("verified");
    expect((await provider.read(activationId)).body.state).toBe("verified");
    refusedWith(await begin(stage.old, { code }), "activation-code-used");
  });
});

describe("an activation code", () => {
  it("is used once, by one owner, and by the same one again only where a challenge ended without a key [E11]", async () => {
    const stage = await challengeStage();
    const provider = providerAt(stage);
    const { phone, recoveryId, challenge } = await pending(stage);
    const { code } = await issued(provider);
    ok(await give(phone, challenge.challengeId, code));
    expect(ok(await give(phone, challenge.challengeId, code)).state).toBe("proven");
    // Another phone of the owner, while it goes on.
    const other = await recoveredPhone(stage, "Third phone");
    const there = await begun(other.phone, other.recoveryId, "work-or-school");
    refusedWith(await give(other.phone, there.challengeId, code), "activation-code-used");
    // It ended without a key.
    expect((await ask(phone, `/${challenge.challengeId}`, { method: "DELETE" })).status).toBe(204);
    ok(await give(other.phone, there.challengeId, code));
    const key = accountKey();
    ok(await register(other.phone, there.challengeId, key));
    expect((await ask(other.phone, `/${there.challengeId}`, { method: "DELETE" })).status).toBe(204);
    const again = await begun(phone, recoveryId, "work-or-school");
    refusedWith(await give(phone, again.challengeId, code), "activation-code-used");

    const stranger = await backedUpPhone(stage.service, { owner: "mallory", name: "M" });
    await getsPushes(stranger);
    refusedWith(await begin(stranger, { code }), "activation-code-used");
  });

  it("is wrong for another account, tenant or subject, as one that nobody made is; wrong ones are counted [E11]", async () => {
    const stage = await challengeStage();
    const { phone, challenge } = await pending(stage);
    const ofSubject = await issued(providerAt(stage), { subject: "somebody else" });
    const ofTenant = await issued(
      providerOf(stage.service, tenantApp("0c6d6c5e-0d7e-4f3f-8a59-6f1f5a9f7a22")),
    );
    const unknown = "735190846220";
    let left = 10;
    for (const code of [ofSubject.code, ofTenant.code, unknown]) {
      left -= 1;
      const refused = refusedWith(await give(phone, challenge.challengeId, code), "activation-code-wrong");
      expect(refused).toMatchObject({ triesLeft: left });
    }
    // What it was made for can still use it.
    expect((await providerAt(stage).read(ofSubject.activationId)).body.state).toBe("issued");
    for (let n = left; n > 0; n--) await give(phone, challenge.challengeId, unknown);
    refusedWith(await give(phone, challenge.challengeId, unknown), "too-many-tries");
    expect(await readChallenge(phone, challenge.challengeId)).toMatchObject({
      state: "locked",
      triesLeft: 0,
    });
    const other = await recoveredPhone(stage, "Third phone");
    const there = await begun(other.phone, other.recoveryId, "work-or-school");
    const { code } = await issued(providerAt(stage));
    ok(await give(other.phone, there.challengeId, code));
  });

  it("says why it is no longer good, where it was made for this account: that is no guess [E11]", async () => {
    const stage = await challengeStage();
    const provider = providerAt(stage);
    const { phone, challenge } = await pending(stage);
    const refused = async (code: string, as: string) => {
      refusedWith(await give(phone, challenge.challengeId, code), as);
      expect((await readChallenge(phone, challenge.challengeId)).triesLeft).toBe(10);
    };
    const expired = await issued(provider);
    stage.service.advance(10 * 60);
    await refused(expired.code, "activation-code-expired");
    const cancelled = await issued(provider, { route: "administrator" });
    expect((await provider.cancel(cancelled.activationId)).status).toBe(204);
    await refused(cancelled.code, "activation-code-cancelled");
    const key = freshKey();
    const first = await provider.issue({ subject: SUBJECT, account: NAMES }, { key });
    const second = await provider.issue({ subject: SUBJECT, account: NAMES }, { key });
    expect(second.body.activationId).toBe(first.body.activationId);
    await refused(first.body.code, "activation-code-superseded");
    ok(await give(phone, challenge.challengeId, second.body.code));
  });

  it("that was claimed before a crash is finished by a retry, and by nobody else [E11] [G2]", async () => {
    const stage = await challengeStage();
    const provider = providerAt(stage);
    const { phone, challenge } = await pending(stage);
    const { activationId, code } = await issued(provider);
    const { partition, id } = placeIn(activationId);
    const { activations } = stage.service.adapters;
    const stored = await activations.read(partition, ids.activation(id));
    // The claim was written, and then the process died.
    const claimedBy = { userId: userIdOf(phone), challengeId: challenge.challengeId };
    const { committed } = await activations.commit(partition, [
      {
        kind: "replace",
        id: ids.activation(id),
        body: { ...stored?.body, claimedBy },
        etag: stored?.etag ?? "",
      },
    ]);
    expect(committed).toBe(true);
    const stranger = await backedUpPhone(stage.service, { owner: "mallory", name: "M" });
    refusedWith(await begin(stranger, { code }), "activation-code-used");
    expect(ok(await give(phone, challenge.challengeId, code)).state).toBe("proven");
  });

  it("is issued for whoever is asked for: who has it says nothing of who is here [E15]", async () => {
    const stage = await challengeStage();
    const nobody = await issued(providerAt(stage), { subject: "nobody" });
    const known = await issued(providerAt(stage));
    const shape = (body: Issued) => Object.keys(body).sort();
    expect(shape(nobody)).toEqual(shape(known));
  });
});

it("an owner without a backup can verify an account, too", async () => {
  const stage = await challengeStage();
  const phone = await newPhone(stage.service, { owner: "carol", name: "C" });
  await getsPushes(phone);
  const { code } = await issued(providerAt(stage), { subject: "carol" });
  const challenge: Challenge = ok(await begin(phone, { code }), 201);
  const key = accountKey();
  ok(await register(phone, challenge.challengeId, key));
  expect(ok(await answer(stage, phone, challenge, key)).state).toBe("verified");
});
