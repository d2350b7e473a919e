import { describe, expect, it } from "vitest";
import { keptOf, userIdOf } from "../../support/partition.ts";
import { expectOk, type TestPhone } from "../../support/service.ts";
import { DAY, HOUR, later, newPhone, waiting } from "../stage.ts";
import { FREEZE, trustedPhone } from "../trust/stage.ts";
import {
  ADDRESS,
  added,
  type ContactStage,
  codeTo,
  confirmed,
  contactOf,
  contactStage,
  contactsOf,
  NUMBER,
  toldOf,
} from "./stage.ts";

/** Something of which everybody is told. */
async function tellAll(stage: ContactStage, phone: TestPhone, waitingSeconds: number): Promise<string[]> {
  const from = stage.taken.length;
  expectOk(await phone.choosePolicy({ waitingSeconds }));
  return toldOf(stage, from);
}

describe("a contact that is removed", () => {
  it("goes on counting and being told for 7 days, and is kept for 14 [E14] [H5]", async () => {
    const stage = await contactStage();
    const { phone, service } = stage;
    const { contactId } = await confirmed(stage, phone);
    await later(service, 7 * DAY, phone);
    expectOk(await phone.removeContact(contactId));
    expect(await contactOf(phone, contactId)).toMatchObject({
      state: "removed",
      counts: true,
      removed: { by: phone.deviceId, until: new Date(service.now() + 7 * DAY * 1000).toISOString() },
    });
    await later(service, 7 * DAY - 0.001, phone);
    expect(await contactOf(phone, contactId)).toMatchObject({ counts: true });
    expect(await tellAll(stage, phone, 1)).toEqual([ADDRESS]);
    await later(service, 0.001, phone);
    expect(await contactOf(phone, contactId)).toMatchObject({ counts: false });
    expect(await tellAll(stage, phone, 2)).toEqual([]);
    await later(service, 7 * DAY - 0.001, phone);
    expect(await contactsOf(phone)).toHaveLength(1);
    await later(service, 0.001, phone);
    expect(await contactsOf(phone)).toEqual([]);
    await later(service, 31 * DAY, phone);
    expect(await service.adapters.store.list(userIdOf(phone), "contact:")).toEqual([]);
  });

  it("before it counted never does: who adds one and has it removed gains nothing [E14]", async () => {
    const stage = await contactStage();
    const { phone, service } = stage;
    const { contactId } = await confirmed(stage, phone);
    await later(service, 6 * DAY, phone);
    expectOk(await phone.removeContact(contactId));
    await later(service, 2 * DAY, phone);
    expect(await contactOf(phone, contactId)).toMatchObject({ state: "removed", counts: false });
  });

  it("before it was confirmed is gone, and told nothing [E14]", async () => {
    const stage = await contactStage();
    const { phone, service } = stage;
    const { contactId } = await added(phone);
    const sent = stage.taken.length;
    expectOk(await phone.removeContact(contactId));
    expect(toldOf(stage, sent)).toEqual([]);
    expect(await contactsOf(phone)).toEqual([]);
    expect(await service.adapters.store.list(userIdOf(phone), "contact:")).toEqual([]);
  });

  it("can be removed again, and is removed once [E14] [G2]", async () => {
    const stage = await contactStage();
    const { phone, service } = stage;
    const { contactId } = await confirmed(stage, phone);
    expectOk(await phone.removeContact(contactId));
    await later(service, HOUR, phone);
    const before = await keptOf(service, phone);
    expectOk(await phone.removeContact(contactId));
    expect(await keptOf(service, phone)).toEqual(before);
  });

  it("may be added again, and then counts anew [E14]", async () => {
    const stage = await contactStage();
    const { phone, service } = stage;
    const { contactId } = await confirmed(stage, phone);
    await later(service, 7 * DAY, phone);
    expectOk(await phone.removeContact(contactId));
    const next = await confirmed(stage, phone);
    expect(next.counts).toBe(false);
    const states = (await contactsOf(phone)).map(({ state, counts }) => [state, counts]);
    expect(states).toEqual([
      ["removed", true],
      ["confirmed", false],
    ]);
  });
});

describe("while the backup is frozen", () => {
  /** A denial that has nothing to do with the contacts. */
  async function freeze(stage: ContactStage): Promise<void> {
    await stage.phone.signIn();
    expectOk(await stage.phone.deny(await waiting(await newPhone(stage.service))));
  }

  it("the clock of a contact stands still: it counts no sooner by that [E14] [H5]", async () => {
    const stage = await contactStage();
    const { phone, service } = stage;
    expectOk(await phone.choosePolicy({ waitingSeconds: DAY }));
    const { contactId } = await confirmed(stage, phone);
    await later(service, 3 * DAY, phone);
    await freeze(stage);
    await later(service, 20 * DAY, phone);
    expect(await contactOf(phone, contactId)).toMatchObject({ counts: false });
    expectOk(await phone.liftFreeze());
    await later(service, 4 * DAY - 0.061 - 60, phone);
    expect(await contactOf(phone, contactId)).toMatchObject({ counts: false });
    await later(service, 61, phone);
    expect(await contactOf(phone, contactId)).toMatchObject({ counts: true });
  });

  it("so does that of one that was removed, also if the freeze ends by itself [E14] [H5]", async () => {
    const stage = await contactStage();
    const { phone, service } = stage;
    expectOk(await phone.choosePolicy({ waitingSeconds: DAY }));
    const { contactId } = await confirmed(stage, phone);
    await later(service, 7 * DAY, phone);
    expectOk(await phone.removeContact(contactId));
    await later(service, 6 * DAY - 60, phone);
    await freeze(stage);
    await later(service, FREEZE, phone);
    expect(await contactOf(phone, contactId)).toMatchObject({ counts: true });
    expect(await tellAll(stage, phone, 2 * DAY)).toContain(ADDRESS);
    await later(service, DAY, phone);
    expect(await contactOf(phone, contactId)).toMatchObject({ counts: false });
    await later(service, 7 * DAY, phone);
    expect(await contactsOf(phone)).toEqual([]);
  });
});

describe("a denial", () => {
  /** A thief on a new phone has recovered, put a contact of their own in the place of the owner's, and is denied. */
  async function denyThief(stage: ContactStage, before = 0) {
    const { phone, service } = stage;
    const owners = await confirmed(stage, phone);
    await later(service, 8 * DAY, phone);
    const thief = await trustedPhone(service);
    const status = await phone.status();
    expectOk(status);
    const { recoveryId = "" } = status.body.recoveries.find(({ state }) => state === "released") ?? {};
    expectOk(await thief.removeContact(owners.contactId));
    const thiefs = await confirmed(stage, thief, "mallory@evil.example");
    const unconfirmed = await added(thief, NUMBER);
    await later(service, before, phone);
    const from = stage.taken.length;
    expectOk(await phone.deny(recoveryId));
    return { owners, thiefs, unconfirmed, told: toldOf(stage, from) };
  }

  it("deletes the contacts that the denied phone added, and puts back those that it removed [E14] [H5]", async () => {
    const stage = await contactStage();
    const { phone, service } = stage;
    const { owners, told } = await denyThief(stage);
    expect(await contactsOf(phone)).toEqual([{ ...owners, counts: true }]);
    expect(told).toContain(ADDRESS);
    expect(told).not.toContain("mallory@evil.example");
    const stored = await service.adapters.store.list(userIdOf(phone), "contact:");
    expect(stored.map(({ id }) => id)).toEqual([`contact:${owners.contactId}`]);
    // It is back for good: nothing of its removal is left that would take it away later.
    await later(service, FREEZE + 90 * DAY, phone);
    expect(await contactOf(phone, owners.contactId)).toMatchObject({ state: "confirmed", counts: true });
  });

  it("does so for as long as it may come: 14 days after the release, less a moment [E14] [H5]", async () => {
    const stage = await contactStage();
    const { owners } = await denyThief(stage, 14 * DAY - 1);
    expect(await contactsOf(stage.phone)).toEqual([{ ...owners, counts: true }]);
  });

  it("leaves what the owner's own phones did to contacts as it is [E14]", async () => {
    const stage = await contactStage();
    const { phone, service } = stage;
    expectOk(await phone.choosePolicy({ waitingSeconds: DAY }));
    const kept = await confirmed(stage, phone);
    const removed = await confirmed(stage, phone, NUMBER);
    expectOk(await phone.removeContact(removed.contactId));
    expectOk(await phone.deny(await waiting(await newPhone(service))));
    const states = (await contactsOf(phone)).map(({ contactId, state }) => [contactId, state]);
    expect(states).toEqual([
      [kept.contactId, "confirmed"],
      [removed.contactId, "removed"],
    ]);
  });

  it("of a thief who knows the code of nothing changes no code: the owner's contact is confirmed as before [E14]", async () => {
    const stage = await contactStage();
    const { phone, service } = stage;
    expectOk(await phone.choosePolicy({ waitingSeconds: DAY }));
    const { contactId } = await added(phone);
    expectOk(await phone.deny(await waiting(await newPhone(service))));
    expectOk(await phone.liftFreeze());
    expectOk(await phone.confirmContact(contactId, codeTo(stage)));
  });
});
