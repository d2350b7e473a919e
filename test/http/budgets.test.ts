import { describe, expect, it } from "vitest";
import { LIMITS } from "../../shared/limits/tries.ts";
import { MOST_DEVICES } from "../../shared/model/device.ts";
import { contents } from "../support/accounts.ts";
import { lastCodeTo } from "../support/codes.ts";
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

  it("1 read to register one that is registered, and 1 commit for the proof", async () => {
    const service = await startService();
    const phone = await registeredPhone(service);
    expect(await costOf(service, () => phone.register())).toEqual({ ...nothing, read: 1, commit: 1 });
  });

  it("1 read to list them", async () => {
    const service = await startService();
    const phone = await registeredPhone(service);
    expect(await costOf(service, () => phone.devices())).toEqual({ ...nothing, read: 1 });
  });

  it("1 read and 1 commit to revoke one, and to do it again", async () => {
    const service = await startService();
    const phone = await registeredPhone(service);
    const { deviceId } = await registeredPhone(service);
    const revoke = () => phone.revoke(deviceId);
    expect(await costOf(service, revoke)).toEqual({ ...nothing, read: 1, commit: 1 });
    expect(await costOf(service, revoke)).toEqual({ ...nothing, read: 1, commit: 1 });
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

  it("1 read for an upload that was done before, its answer lost, and 1 commit for the proof", async () => {
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
    expect(counts).toEqual({ ...nothing, read: 1, commit: 1 });
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
  it("1 read and 1 commit to turn backup off, and to do it again", async () => {
    const service = await startService();
    const phone = await phoneWithBackup(service);
    const disable = () => phone.disable();
    expect(await costOf(service, disable)).toEqual({ ...nothing, read: 1, commit: 1 });
    expect(await costOf(service, disable)).toEqual({ ...nothing, read: 1, commit: 1 });
  });

  it("1 read and 1 commit to refresh it", async () => {
    const service = await startService();
    const phone = await phoneWithBackup(service);
    service.advance(1);
    await phone.signIn();
    expect(await costOf(service, () => phone.refresh())).toEqual({ ...nothing, read: 1, commit: 1 });
    expect(await costOf(service, () => phone.refresh())).toEqual({ ...nothing, read: 1 });
  });

  it("1 read to look at the policy, 1 commit besides to choose one", async () => {
    const service = await startService();
    const phone = await phoneWithBackup(service);
    const choose = () => phone.choosePolicy({ conflict: "any-account" });
    expect(await costOf(service, () => phone.policy())).toEqual({ ...nothing, read: 1 });
    expect(await costOf(service, choose)).toEqual({ ...nothing, read: 1, commit: 1 });
    expect(await costOf(service, choose)).toEqual({ ...nothing, read: 1, commit: 1 });
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

describe("contacts cost", () => {
  const ADDRESS = "alice@wonderland.example";

  /** An owner with a contact to which a code was sent, and the calls at the second container. */
  async function withContact(address = ADDRESS) {
    const counted: string[] = [];
    const service = await startService({
      settings: { TEXT_PREFIXES: "+46" },
      wrap: ({ activations, ...rest }) => ({
        ...rest,
        activations: {
          ...activations,
          read: (...call) => {
            counted.push("read");
            return activations.read(...call);
          },
          commit: (...call) => {
            counted.push("commit");
            return activations.commit(...call);
          },
        },
      }),
    });
    const phone = await phoneWithBackup(service);
    const kind = address.startsWith("+") ? "phone" : "email";
    const added = await phone.addContact(kind, address);
    expectOk(added);
    const { contactId } = added.body;
    return { service, phone, contactId, counted };
  }

  it("1 read and 1 commit to add the first one, 1 list more where others may be the same", async () => {
    const { service, phone } = await withContact();
    const add = (name: string) => () => phone.addContact("email", `${name}@wonderland.example`);
    expect(await costOf(service, add("b"))).toEqual({ ...nothing, read: 1, list: 1, commit: 1 });
    const bob = await registeredPhone(service, { owner: "bob" });
    const first = () => bob.addContact("email", "bob@wonderland.example");
    expect(await costOf(service, first)).toEqual({ ...nothing, read: 1, commit: 1 });
  });

  it.each([
    ["mail", ADDRESS, ["read", "commit"]],
    ["text", "+46701740605", ["read", "read", "read", "commit", "commit"]],
  ])(
    "2 reads and 1 commit to send another code by %s, and its counts over all owners",
    async (_, address, of) => {
      const { service, phone, contactId, counted } = await withContact(address);
      service.advance(60);
      counted.length = 0;
      const send = () => phone.sendContactCode(contactId);
      expect(await costOf(service, send)).toEqual({ ...nothing, read: 2, commit: 1 });
      expect(counted).toEqual(of);
      const refused = { code: "code-sent-recently", counts: { ...nothing, read: 2 } };
      expect(await refusalOf(service, send)).toEqual(refused);
      expect(counted).toEqual(of);
    },
  );

  it("2 reads and 1 commit for a code, right or wrong", async () => {
    const { service, phone, contactId } = await withContact();
    // Told besides, which is counted apart.
    await registeredPhone(service);
    const code = lastCodeTo(service, ADDRESS);
    const counts = { ...nothing, read: 2, commit: 1 };
    const guess = () => phone.confirmContact(contactId, code === "000000" ? "111111" : "000000");
    expect(await refusalOf(service, guess)).toEqual({ code: "contact-code-wrong", counts });
    expect(await costOf(service, () => phone.confirmContact(contactId, code))).toEqual(counts);
  });

  it("1 read and 1 list to see, and 2 reads and 1 commit to remove", async () => {
    const { service, phone, contactId } = await withContact();
    expect(await costOf(service, () => phone.contacts())).toEqual({ ...nothing, read: 1, list: 1 });
    const remove = () => phone.removeContact(contactId);
    expect(await costOf(service, remove)).toEqual({ ...nothing, read: 2, commit: 1 });
    expect(await costOf(service, remove)).toEqual({ ...nothing, read: 1, commit: 1 });
  });
});

describe("a phone's push token", () => {
  it("costs 2 reads while it is the same, and 1 commit besides if it is another", async () => {
    const service = await startService();
    const phone = await registeredPhone(service);
    const token = "a-token-of-this-phone".padEnd(40, "-");
    const say = (more = "") =>
      phone.sayPushToken({ environment: "production", token: token + more, language: "en" });
    expect(await costOf(service, () => say())).toEqual({ ...nothing, read: 2, commit: 1 });
    expect(await costOf(service, () => say())).toEqual({ ...nothing, read: 2 });
    expect(await costOf(service, () => say("-"))).toEqual({ ...nothing, read: 2, commit: 1 });
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
