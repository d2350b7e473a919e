import { describe, expect, it } from "vitest";
import { ids } from "../../../shared/store/items.ts";
import { partitionOf } from "../../support/partition.ts";
import type { TestPhone } from "../../support/service.ts";
import { expectOk } from "../../support/service.ts";
import { ADDRESS, added, codesTo, codeTo, confirmed, NUMBER, wrongCode } from "../contacts/stage.ts";
import { later, newPhone } from "../stage.ts";
import {
  ask,
  begun,
  type ChallengeStage,
  challengeStage,
  contactOfAccount,
  DAY,
  ok,
  PERSONAL,
  readChallenge,
  recoveredPhone,
  refusedWith,
  sendTo,
  signInTo,
} from "./stage.ts";

/** A challenge of the personal account that was signed in to. */
async function signedIn(stage: ChallengeStage) {
  const recovered = await recoveredPhone(stage);
  const { challengeId } = await begun(recovered.phone, recovered.recoveryId);
  ok(await signInTo(stage, recovered.phone, challengeId));
  return { ...recovered, challengeId };
}

const give = (phone: TestPhone, challengeId: string, code: string) =>
  ask(phone, `/${challengeId}/code`, { body: { code } });

const contactIdOf = async (phone: TestPhone, challengeId: string): Promise<string> => {
  const { contacts } = (await readChallenge(phone, challengeId)) as unknown as {
    contacts: { contactId: string }[];
  };
  return contacts[0]?.contactId ?? expect.fail("no contact is offered");
};

describe("a code to a contact of the account", () => {
  it("locks its phone's challenge after five wrong ones, tells how many are left, and stops no other phone [E3]", async () => {
    const stage = await challengeStage();
    await contactOfAccount(stage);
    const { phone, recoveryId, challengeId } = await signedIn(stage);
    await sendTo(phone, challengeId);
    for (const left of [4, 3, 2, 1, 0]) {
      expect(
        refusedWith(await give(phone, challengeId, wrongCode(stage)), "contact-code-wrong"),
      ).toMatchObject({
        triesLeft: left,
      });
    }
    const locked = await readChallenge(phone, challengeId);
    expect(locked).toMatchObject({ state: "locked", triesLeft: 0, lockedUntil: expect.any(String) });
    refusedWith(await give(phone, challengeId, codeTo(stage)), "too-many-tries");
    // Another challenge does not begin to count again.
    const again = await begun(phone, recoveryId);
    expect(again).toMatchObject({ state: "locked", triesLeft: 0 });

    const other = await recoveredPhone(stage, "Third phone");
    const challenge = await begun(other.phone, other.recoveryId);
    ok(await signInTo(stage, other.phone, challenge.challengeId));
    await sendTo(other.phone, challenge.challengeId);
    expect(ok(await give(other.phone, challenge.challengeId, codeTo(stage))).state).toBe("proven");
    await later(stage.service, DAY, phone);
    ok(await signInTo(stage, phone, (await begun(phone, recoveryId)).challengeId));
  });

  it("is good for its challenge and its contact alone, and once a newer one was sent no more [E3] [E11]", async () => {
    const stage = await challengeStage();
    await contactOfAccount(stage);
    const first = await signedIn(stage);
    await sendTo(first.phone, first.challengeId);
    const old = codeTo(stage);
    const { challengeId } = await begun(first.phone, first.recoveryId);
    ok(await signInTo(stage, first.phone, challengeId));
    await sendTo(first.phone, challengeId);
    if (codeTo(stage) !== old) {
      refusedWith(await give(first.phone, challengeId, old), "contact-code-wrong");
    }
    const before = codeTo(stage);
    stage.service.advance(60);
    await sendTo(first.phone, challengeId);
    const { triesLeft } = await readChallenge(first.phone, challengeId);
    if (codeTo(stage) !== before) {
      refusedWith(await give(first.phone, challengeId, before), "contact-code-superseded");
    }
    expect((await readChallenge(first.phone, challengeId)).triesLeft).toBe(triesLeft);
    stage.service.advance(10 * 60);
    refusedWith(await give(first.phone, challengeId, codeTo(stage)), "contact-code-expired");
  });

  it("is taken again by a phone that did not hear the answer, and then by no other challenge [G2]", async () => {
    const stage = await challengeStage();
    await contactOfAccount(stage);
    const { phone, challengeId } = await signedIn(stage);
    await sendTo(phone, challengeId);
    const first = ok(await give(phone, challengeId, codeTo(stage)));
    expect(ok(await give(phone, challengeId, codeTo(stage)))).toEqual(first);
    refusedWith(await give(phone, challengeId, wrongCode(stage)), "contact-code-wrong");
    expect((await readChallenge(phone, challengeId)).state).toBe("proven");
  });

  it("is sent three times in a challenge, a minute apart, five times a day from one phone", async () => {
    const stage = await challengeStage();
    await contactOfAccount(stage);
    const { phone, recoveryId, challengeId } = await signedIn(stage);
    await sendTo(phone, challengeId);
    const contactId = await contactIdOf(phone, challengeId);
    const send = (id: string) => ask(phone, `/${id}/code/send`, { body: { contactId } });
    refusedWith(await send(challengeId), "code-sent-recently");
    for (const _ of [2, 3]) {
      stage.service.advance(60);
      ok(await send(challengeId));
    }
    stage.service.advance(60);
    refusedWith(await send(challengeId), "sends-spent");
    const { challengeId: next } = await begun(phone, recoveryId);
    ok(await signInTo(stage, phone, next));
    for (const _ of [4, 5]) {
      ok(await send(next));
      stage.service.advance(60);
    }
    refusedWith(await send(next), "too-many-tries");
    expect(codesTo(stage)).toHaveLength(1 + 5);
  });

  it("is not used up by what others have sent to the same address [G9]", async () => {
    const stage = await challengeStage();
    await contactOfAccount(stage);
    // Somebody else adds the address to their own account as often as they may.
    const thief = await newPhone(stage.service, { owner: "mallory", name: "M" });
    const { contactId } = await added(thief, ADDRESS);
    for (const _ of [2, 3]) {
      stage.service.advance(60);
      expectOk(await thief.sendContactCode(contactId));
    }
    const { phone, challengeId } = await signedIn(stage);
    await sendTo(phone, challengeId);
    expect(ok(await give(phone, challengeId, codeTo(stage))).state).toBe("proven");
  });

  it("goes to a telephone, too, where its country is allowed and texts are left in the hour", async () => {
    const stage = await challengeStage({ settings: { TEXT_CODES_PER_HOUR: "16" } });
    const account = await contactOfAccount(stage, NUMBER);
    const { phone, challengeId } = await signedIn(stage);
    await sendTo(phone, challengeId);
    expect(ok(await give(phone, challengeId, codeTo(stage, NUMBER))).state).toBe("proven");
    expect(account.deviceId).not.toBe(phone.deviceId);
  });

  it("is not counted where the platform surely refused it, nor sent twice where nobody knows", async () => {
    const outcomes: Record<string, "busy" | "refused" | "unknown" | undefined> = {};
    const stage = await challengeStage({
      answer: ({ to, content }) => {
        const outcome = JSON.parse(content).content?.kind === "code" ? outcomes[to] : undefined;
        if (outcome === "busy") return { outcome, retryAfter: 5 };
        if (outcome === "refused") return { outcome, reason: "target-refused" };
        return outcome ? { outcome } : { outcome: "sent" };
      },
    });
    await contactOfAccount(stage);
    const { phone, challengeId } = await signedIn(stage);
    const contactId = await contactIdOf(phone, challengeId);
    const send = () => ask(phone, `/${challengeId}/code/send`, { body: { contactId } });
    const before = await partitionOf(stage.service, phone);
    outcomes[ADDRESS] = "busy";
    refusedWith(await send(), "code-not-sent");
    const ofChallenge = (items: typeof before) =>
      items.find(({ id }) => id === ids.challenge(challengeId))?.body;
    expect(ofChallenge(await partitionOf(stage.service, phone))).toEqual(ofChallenge(before));
    outcomes[ADDRESS] = "unknown";
    refusedWith(await send(), "code-not-sent");
    outcomes[ADDRESS] = undefined;
    refusedWith(await send(), "code-sent-recently");
    stage.service.advance(60);
    expect(ok(await send())).toMatchObject({ code: { sendsLeft: 1 } });
  });
});

describe("the contacts that verify an account", () => {
  it("are that account's own, told after the sign-in to it alone, by hints [E3] [E14]", async () => {
    const stage = await challengeStage();
    await contactOfAccount(stage);
    // A thief who knows the password puts the account into a backup of their own, with a contact of their own.
    const own = "thief@evil.example";
    await confirmed(stage, stage.old, own);
    await later(stage.service, 7 * DAY, stage.old);
    const { phone, recoveryId } = await recoveredPhone(stage);
    const { challengeId } = await begun(phone, recoveryId);
    expect(await readChallenge(phone, challengeId)).not.toHaveProperty("contacts");
    ok(await signInTo(stage, phone, challengeId));
    const { contacts } = (await readChallenge(phone, challengeId)) as unknown as { contacts: object[] };
    expect(contacts).toEqual([{ contactId: expect.any(String), kind: "email", hint: "a•••@w•••.example" }]);
    const [foreign] = await contactsOfOwner(stage.old);
    const answered = await ask(phone, `/${challengeId}/code/send`, { body: { contactId: foreign } });
    refusedWith(answered, "contact-not-found");
    expect(codesTo(stage, own)).toHaveLength(1);
  });

  it("count from 7 days after they were confirmed, and for 7 days after they were removed [E14]", async () => {
    const stage = await challengeStage();
    const account = await newPhone(stage.service, { owner: PERSONAL, name: "Another phone" });
    const { contactId } = await confirmed(stage, account);
    const { phone, challengeId } = await signedIn(stage);
    expect(await readChallenge(phone, challengeId)).toMatchObject({ contacts: [], remedy: "add-contact" });
    const send = (id: string) => ask(phone, `/${id}/code/send`, { body: { contactId } });
    const early = refusedWith(await send(challengeId), "contact-not-counted");
    expect(Date.parse(String(early.countsFrom))).toBeGreaterThan(stage.service.now());

    await later(stage.service, 7 * DAY, account, phone, stage.old);
    expectOk(await account.removeContact(contactId));
    await later(stage.service, 7 * DAY - 3600, phone);
    const removed = await signedIn({ ...stage });
    ok(await ask(removed.phone, `/${removed.challengeId}/code/send`, { body: { contactId } }));
    await later(stage.service, 3600, phone);
    const gone = await signedIn({ ...stage });
    const late = await ask(gone.phone, `/${gone.challengeId}/code/send`, { body: { contactId } });
    expect(refusedWith(late, "contact-not-counted")).not.toHaveProperty("countsFrom");
  });
});

async function contactsOfOwner(phone: TestPhone): Promise<string[]> {
  const result = await phone.contacts();
  expectOk(result);
  return result.body.contacts.map(({ contactId }) => contactId);
}
