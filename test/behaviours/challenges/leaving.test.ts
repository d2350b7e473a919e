import { describe, expect, it } from "vitest";
import { sweepHolders } from "../../../shared/acts/holders.ts";
import { sweepHoldersOfHour } from "../../../shared/operations/holders.ts";
import { ids } from "../../../shared/store/items.ts";
import { StoreUnavailable } from "../../../shared/store/port.ts";
import { system } from "../../../shared/system.ts";
import { partitionOf, userIdOf } from "../../support/partition.ts";
import { expectOk } from "../../support/service.ts";
import { providerOf, tenantApp } from "../providers/stage.ts";
import { later } from "../stage.ts";
import {
  accountKey,
  answer,
  ask,
  begun,
  type ChallengeStage,
  challengeStage,
  contactOfAccount,
  DAY,
  ok,
  recoveredPhone,
  register,
  verifiedPersonal,
  work,
} from "./stage.ts";

/** What the second container says of who holds accounts. */
async function heldIn(stage: ChallengeStage): Promise<string[]> {
  return (await dueIn(stage)).map(({ id }) => id).sort();
}

async function dueIn({ service }: ChallengeStage) {
  const far = new Date(service.now() + 400 * DAY * 1000).toISOString();
  return await service.adapters.activations.due(far, 100);
}

/** A phone that holds the personal account and the work account. */
async function holding(stage: ChallengeStage, name?: string) {
  const provider = providerOf(stage.service, tenantApp("4fd0a3fc-55a2-4c1c-9a56-2a6a0c6a0f11"));
  const { phone, recoveryId } = await recoveredPhone(stage, name);
  await verifiedPersonal(stage, { phone, recoveryId });
  const challenge = await begun(phone, recoveryId, "work-or-school");
  const { body: issued } = await provider.issue({
    subject: "3b0f4c2e",
    showNumber: false,
    account: { organization: work.issuer, userName: work.userName },
  });
  ok(await ask(phone, `/${challenge.challengeId}/activation`, { body: { code: issued.code } }));
  const key = accountKey();
  ok(await register(phone, challenge.challengeId, key));
  ok(await answer(stage, phone, challenge, key));
  const { credentialId } = (await provider.read(issued.activationId)).body;
  return { provider, phone, credentialId };
}

const swept = (stage: ChallengeStage) =>
  sweepHolders({ ...stage.service.adapters, system: { ...system, now: stage.service.now } });

describe("who holds an account", () => {
  it("is forgotten where its owner is erased, and the provider is told of nothing any more [H7] [E15]", async () => {
    const stage = await challengeStage();
    await contactOfAccount(stage);
    const { provider, phone, credentialId } = await holding(stage);
    const other = await holding(stage, "Third phone");
    expect(await heldIn(stage)).toHaveLength(2 * 4);
    expectOk(await phone.erase());
    const left = [credentialId, other.credentialId];
    // As of any that was revoked; of whose it was nothing is left.
    for (const id of left) expect((await provider.credential(id)).body.state).toBe("revoked");
    expect(await heldIn(stage)).toEqual(left.map((id) => ids.issued(id.split(".")[1] ?? "")).sort());
    expect(JSON.stringify(await dueIn(stage))).not.toContain(userIdOf(stage.old));
    await later(stage.service, 30 * DAY);
    expect(await swept(stage)).toMatchObject({ kept: 0, gone: 2 });
  });

  it("is swept away once its phone is gone for good, and not while a denial may bring it back [H5]", async () => {
    const stage = await challengeStage();
    await contactOfAccount(stage);
    const { phone } = await holding(stage);
    const before = await heldIn(stage);
    await later(stage.service, 29 * DAY, stage.old);
    expect(await swept(stage)).toMatchObject({ kept: 0, gone: 0 });
    // A thief recovers, and removes the phone.
    const thief = await recoveredPhone(stage, "Thief");
    expectOk(await thief.phone.revoke(phone.deviceId));
    await later(stage.service, 2 * DAY, stage.old);
    expect(await swept(stage)).toMatchObject({ kept: 4, gone: 0 });
    expect(await heldIn(stage)).toEqual(before);
    await later(stage.service, 30 * DAY, stage.old);
    // The record of who was removed goes with the next registration.
    await recoveredPhone(stage, "Fourth phone");
    expect(await swept(stage)).toMatchObject({ kept: 0, gone: 4 });
    expect(await heldIn(stage)).toEqual([]);
    const left = await partitionOf(stage.service, stage.old);
    expect(left.filter(({ id }) => id.startsWith(ids.credential(phone.deviceId, "")))).toEqual([]);
    expect(await swept(stage)).toMatchObject({ kept: 0, gone: 0, more: false });
  });

  it("is kept while its phone is the owner's, and looked at again a month later", async () => {
    const stage = await challengeStage();
    await contactOfAccount(stage);
    const { provider, credentialId } = await holding(stage);
    for (const _ of [1, 2]) {
      await later(stage.service, 30 * DAY, stage.old);
      expect(await swept(stage)).toMatchObject({ kept: 4, gone: 0 });
    }
    expect((await provider.credential(credentialId)).body.state).toBe("live");
  });

  it("is not the phone any more once it was revoked, though it registers again [D10]", async () => {
    const stage = await challengeStage();
    await contactOfAccount(stage);
    const { provider, phone, credentialId } = await holding(stage);
    expectOk(await stage.old.revoke(phone.deviceId));
    expectOk(await phone.register());
    expect((await provider.credential(credentialId)).body.state).toBe("revoked");
    await later(stage.service, 30 * DAY, stage.old);
    expect(await swept(stage)).toMatchObject({ kept: 0, gone: 4 });
  });

  it("and no phone holds what a crash ended: a sweep takes it away", async () => {
    const stage = await challengeStage();
    const { activations } = stage.service.adapters;
    const [partition, deviceId] = ["p".repeat(43), stage.old.deviceId];
    const userId = userIdOf(stage.old);
    const holds = { userId, deviceId, ref: "r".repeat(43) };
    const dueAt = new Date(stage.service.now()).toISOString();
    await activations.commit(partition, [
      { kind: "create", id: ids.holder(userId, deviceId), body: { schema: 1, ...holds, at: dueAt, dueAt } },
      { kind: "create", id: ids.issued("i".repeat(22)), body: { schema: 1, holds, dueAt } },
      { kind: "create", id: ids.issued("j".repeat(22)), body: { dueAt, of: "a later release" } },
    ]);
    expect(await swept(stage)).toMatchObject({ kept: 1, gone: 2 });
    expect(await heldIn(stage)).toEqual([ids.issued("j".repeat(22))]);
  });

  it("is looked at by what a timer begins, page after page, past what can't be read", async () => {
    const stage = await challengeStage();
    const { service } = stage;
    const { store, activations } = service.adapters;
    await service.sweepHolders();
    expect(service.holdersLines).toEqual([]);
    const dueAt = new Date(service.now()).toISOString();
    const unreadable = "u".repeat(43);
    await store.commit(unreadable, [{ kind: "create", id: ids.owner, body: { of: "a later release" } }]);
    const ofOwner = async (userId: string, at: number) => {
      const holds = { userId, deviceId: stage.old.deviceId, ref: "r".repeat(43) };
      const id = ids.issued(String(at).padStart(22, "i"));
      await activations.commit("p".repeat(43), [{ kind: "create", id, body: { schema: 1, holds, dueAt } }]);
      return id;
    };
    const kept = await ofOwner(unreadable, 0);
    for (let at = 1; at <= 60; at++) await ofOwner(userIdOf(stage.old), at);
    await service.sweepHolders();
    expect(service.holdersLines).toMatchObject([{ level: "info", kept: 1, gone: 60 }]);
    expect(await heldIn(stage)).toEqual([kept]);
  });

  it("is looked at again in an hour where the database could not be asked, and the log says so", async () => {
    const { service } = await challengeStage();
    const lines: object[] = [];
    const due = async () => Promise.reject(new StoreUnavailable(1));
    await sweepHoldersOfHour({
      ...service.adapters,
      activations: { ...service.adapters.activations, due },
      system: { ...system, now: service.now },
      log: (line) => void lines.push(line),
    });
    expect(lines).toMatchObject([
      { level: "error", operation: "holders-sweep", failure: expect.stringContaining("StoreUnavailable") },
    ]);
  });
});
