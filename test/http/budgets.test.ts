import { describe, expect, it } from "vitest";
import { LIMITS } from "../../shared/limits/tries.ts";
import { MOST_DEVICES } from "../../shared/model/device.ts";
import { contents } from "../support/accounts.ts";
import { partitionOf } from "../support/partition.ts";
import { backedUpPhone, expectOk, phoneOf, registeredPhone, startService } from "../support/service.ts";
import { costOf, fillPlaces, nothing, phoneWithBackup, refusalOf } from "./cost.ts";

// The budgets of docs/architecture.md, counted at the ports; those of recoveries in recoveryBudgets.test.ts.

describe("the owner's phones cost the store", () => {
  it("1 read and 1 commit to register one; 1 unwrap, and a read and a commit of its check value, once a process", async () => {
    const service = await startService();
    const [phone, other] = [await phoneOf(service), await phoneOf(service, { owner: "bob" })];
    const cost = { ...nothing, read: 1, commit: 1 };
    expect(await costOf(service, () => phone.register())).toEqual({ ...cost, once: 3 });
    expect(await costOf(service, () => other.register())).toEqual(cost);
  });

  it("1 read to register one that is registered", async () => {
    const service = await startService();
    const phone = await registeredPhone(service);
    expect(await costOf(service, () => phone.register())).toEqual({ ...nothing, read: 1 });
  });

  it("1 read to list them", async () => {
    const service = await startService();
    const phone = await registeredPhone(service);
    expect(await costOf(service, () => phone.devices())).toEqual({ ...nothing, read: 1 });
  });

  it("1 read and 1 commit to revoke one, 1 read to do it again", async () => {
    const service = await startService();
    const phone = await registeredPhone(service);
    const { deviceId } = await registeredPhone(service);
    const revoke = () => phone.revoke(deviceId);
    expect(await costOf(service, revoke)).toEqual({ ...nothing, read: 1, commit: 1 });
    expect(await costOf(service, revoke)).toEqual({ ...nothing, read: 1 });
  });

  it("1 read and 1 commit to revoke a trusted one, and no call for the new key", async () => {
    const service = await startService();
    const phone = await phoneWithBackup(service);
    const other = await registeredPhone(service);
    expectOk(await other.recover());
    const revoke = () => phone.revoke(other.deviceId);
    expect(await costOf(service, revoke)).toEqual({ ...nothing, read: 1, commit: 1 });
  });

  it("1 read and 1 commit to register one in the place of another", async () => {
    const service = await startService();
    await fillPlaces(service);
    const phone = await phoneOf(service);
    expect(await costOf(service, () => phone.register())).toEqual({ ...nothing, read: 1, commit: 1 });
    const devices = await phone.devices();
    expectOk(devices);
    expect(devices.body.devices).toHaveLength(MOST_DEVICES);
  });
});

describe("a backup costs the store", () => {
  it("1 read and 1 commit to turn on, and no call for its key", async () => {
    const service = await startService();
    const phone = await registeredPhone(service);
    expect(await costOf(service, () => phone.enable())).toEqual({ ...nothing, read: 1, commit: 1 });
  });

  it("1 read for its status, whether it changed or not", async () => {
    const service = await startService();
    const phone = await phoneWithBackup(service);
    expect(await costOf(service, () => phone.status())).toEqual({ ...nothing, read: 1 });

    const { etag } = phone.state().backup ?? {};
    const request = { method: "GET", path: "/v1/backup", headers: { "If-None-Match": etag } };
    const { result, counts } = await service.counted(() => phone.send(request));
    expect(result.status).toBe(304);
    expect(counts).toEqual({ ...nothing, read: 1 });
  });

  it("1 read and 1 commit for an upload, also for one that an older version falls out for", async () => {
    const service = await startService();
    const phone = await backedUpPhone(service);
    for (let version = 1; version <= 12; version++) {
      expect(await costOf(service, () => phone.upload(contents))).toEqual({ ...nothing, read: 1, commit: 1 });
    }
    const status = await phone.status();
    expectOk(status);
    expect(status.body).toMatchObject({ nextVersion: 13, versions: 10 });
  });

  it("1 read for an upload that was done before, its answer lost", async () => {
    const service = await startService();
    let reachable = true;
    const phone = await backedUpPhone(service, {
      fetch: async (input, init) => {
        const response = await fetch(input, init);
        if (reachable) return response;
        await response.body?.cancel();
        throw new TypeError("fetch failed");
      },
    });
    reachable = false;
    await expect(phone.upload(contents)).rejects.toThrow("fetch failed");
    reachable = true;
    const { result, counts } = await service.counted(() => phone.upload(contents));
    expectOk(result);
    expect(result.body).toMatchObject({ version: 1, nextVersion: 2 });
    expect(counts).toEqual({ ...nothing, read: 1 });
  });
});

describe("the history costs the store", () => {
  it("1 read to list", async () => {
    const service = await startService();
    const phone = await phoneWithBackup(service);
    expect(await costOf(service, () => phone.versions())).toEqual({ ...nothing, read: 1 });
  });

  it("2 reads and 1 commit to make an older version current", async () => {
    const service = await startService();
    const phone = await phoneWithBackup(service);
    expectOk(await phone.upload(contents));
    expect(await costOf(service, () => phone.restore(1))).toEqual({ ...nothing, read: 2, commit: 1 });
  });
});

describe("what the owner decides costs the store", () => {
  it("1 read and 1 commit to turn backup off, 1 read to do it again", async () => {
    const service = await startService();
    const phone = await phoneWithBackup(service);
    const disable = () => phone.disable();
    expect(await costOf(service, disable)).toEqual({ ...nothing, read: 1, commit: 1 });
    expect(await costOf(service, disable)).toEqual({ ...nothing, read: 1 });
  });

  it("1 read and 1 commit to refresh it", async () => {
    const service = await startService();
    const phone = await phoneWithBackup(service);
    service.advance(1);
    await phone.signIn();
    expect(await costOf(service, () => phone.refresh())).toEqual({ ...nothing, read: 1, commit: 1 });
    expect(await costOf(service, () => phone.refresh())).toEqual({ ...nothing, read: 1 });
  });

  it("1 read to look at the policy, 1 commit besides to choose another", async () => {
    const service = await startService();
    const phone = await phoneWithBackup(service);
    const choose = () => phone.choosePolicy({ conflict: "any-account" });
    expect(await costOf(service, () => phone.policy())).toEqual({ ...nothing, read: 1 });
    expect(await costOf(service, choose)).toEqual({ ...nothing, read: 1, commit: 1 });
    expect(await costOf(service, choose)).toEqual({ ...nothing, read: 1 });
  });

  it("1 read and 1 list for a page of the record", async () => {
    const service = await startService();
    const phone = await phoneWithBackup(service);
    expect(await costOf(service, () => phone.activity())).toEqual({ ...nothing, read: 1, list: 1 });
  });

  it("1 list and 1 commit for what is held, 1 read for each item, and 1 unwrap for each key that the phone may have", async () => {
    const service = await startService();
    const phone = await phoneWithBackup(service);
    const expectCost = async (unwrap: number) => {
      const { length } = await partitionOf(service, phone);
      const cost = { ...nothing, read: 1 + length, list: 1, commit: 1, unwrap };
      expect(await costOf(service, () => phone.exportAll())).toEqual(cost);
    };
    await expectCost(1);
    await expectCost(0);
    expectOk(await phone.recover({ purpose: "start-anew" }));
    service.advance(61);
    await expectCost(2);
  });

  it("1 list and 1 commit to erase all that is held", async () => {
    const service = await startService();
    const phone = await phoneWithBackup(service);
    expect(await costOf(service, () => phone.erase())).toEqual({ ...nothing, read: 1, list: 1, commit: 1 });
  });
});

describe("a user key", () => {
  it("costs 1 read and 1 unwrap, and no unwrap while it is remembered", async () => {
    const service = await startService();
    const phone = await backedUpPhone(service);
    const ask = () => phone.key();
    expect(await costOf(service, ask)).toEqual({ ...nothing, read: 1, unwrap: 1 });
    expect(await costOf(service, ask)).toEqual({ ...nothing, read: 1 });
  });

  it("is remembered for 60 seconds, however often it is asked for, and not longer", async () => {
    const service = await startService();
    const phone = await backedUpPhone(service);
    const ask = () => phone.key();
    expect(await costOf(service, ask)).toMatchObject({ unwrap: 1 });
    service.advance(30);
    expect(await costOf(service, ask)).toMatchObject({ unwrap: 0 });
    service.advance(30);
    expect(await costOf(service, ask)).toMatchObject({ unwrap: 0 });
    service.advance(0.001);
    expect(await costOf(service, ask)).toMatchObject({ unwrap: 1 });
  });

  it("is not remembered for another owner", async () => {
    const service = await startService();
    const alice = await backedUpPhone(service);
    const bob = await backedUpPhone(service, { owner: "bob" });
    expect(await costOf(service, () => alice.key())).toMatchObject({ unwrap: 1 });
    expect(await costOf(service, () => bob.key())).toMatchObject({ unwrap: 1 });
  });
});

describe("a stranger", () => {
  it.each([
    ["health", "/v1/health", 200],
    ["a problem's description", "/v1/problems/busy", 200],
    ["an address that is none", "/v1/nothing", 404],
    ["a backup without a token", "/v1/backup", 401],
  ])("costs nothing with %s", async (_, path, status) => {
    const service = await startService();
    const { result, counts } = await service.counted(() => fetch(service.origin + path));
    await result.body?.cancel();
    expect(result.status).toBe(status);
    expect(counts).toEqual(nothing);
  });

  it("costs 1 read and 1 commit with a phone's token and a proof by another key, 1 read without tries left", async () => {
    const service = await startService();
    const phone = await registeredPhone(service);
    const key = (await phoneOf(service, { owner: "mallory" })).state().keys.signing;
    const guess = () => phone.status({ proof: { key } });
    for (let tries = 0; tries < LIMITS.proofs.perOwner; tries++) {
      expect(await refusalOf(service, guess)).toEqual({
        code: "proof-invalid",
        counts: { ...nothing, read: 1, commit: 1 },
      });
    }
    const spent = { code: "too-many-refusals", counts: { ...nothing, read: 1 } };
    expect(await refusalOf(service, guess)).toEqual(spent);
  });

  it("costs 1 read with the token of an owner who has no phone here", async () => {
    const service = await startService();
    const phone = await phoneOf(service);
    const key = (await phoneOf(service, { owner: "mallory" })).state().keys.signing;
    const counts = { ...nothing, read: 1 };
    const guess = () => phone.status({ proof: { key } });
    expect(await refusalOf(service, guess)).toEqual({ code: "proof-invalid", counts });
  });
});

describe("a sign-in that is too old", () => {
  it("costs 1 read and 1 commit where a recent one is needed, 1 read without tries left", async () => {
    const service = await startService();
    const phone = await phoneWithBackup(service);
    await phone.signIn({ signedInSecondsAgo: 3600 });
    const ask = () => phone.refresh();
    for (let tries = 0; tries < LIMITS["step-ups"].perPhone; tries++) {
      expect(await refusalOf(service, ask)).toEqual({
        code: "step-up-required",
        counts: { ...nothing, read: 1, commit: 1 },
      });
    }
    const spent = { code: "too-many-refusals", counts: { ...nothing, read: 1 } };
    expect(await refusalOf(service, ask)).toEqual(spent);
    // The owner signs in again, and is let through at once.
    service.advance(1);
    await phone.signIn();
    expect(await costOf(service, ask)).toEqual({ ...nothing, read: 1, commit: 1 });
  });
});
