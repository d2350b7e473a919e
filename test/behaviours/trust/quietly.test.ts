import { hash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { contents, contentsOf } from "../../support/accounts.ts";
import {
  expectOk,
  expectOpened,
  phoneOf,
  problemOf,
  registeredPhone,
  type TestPhone,
  type TestService,
} from "../../support/service.ts";
import {
  allNoticesOf,
  DAY,
  HOUR,
  later,
  newPhone,
  noticesOf,
  recovered,
  startStage,
  statusOf,
  storageSecret,
  waiting,
} from "../stage.ts";
import {
  anew,
  backupOf,
  codesOf,
  iPhone,
  keptOf,
  laterStale,
  opens,
  ownerOf,
  phonesOf,
  STALE,
  trustedPhone,
  uploadWithoutKey,
} from "./stage.ts";

describe("whoever has the owner's sign-in on a new phone, where nothing has to wait,", () => {
  it("gets nothing without a recovery: no key, version, export or word on the backup [H5] [D11]", async () => {
    const { service, old, next: thief } = await startStage();
    const before = await backupOf(service, old);
    const present = before.current;
    const acts = {
      key: thief.key,
      versions: thief.versions,
      restore: () => thief.restore(1),
      export: thief.exportAll,
      refresh: thief.refresh,
      policy: () => thief.choosePolicy({ otherPlatform: true }),
      removeRecoveryKey: thief.removeRecoveryKey,
      revoke: () => thief.revoke(old.deviceId),
      disable: thief.disable,
      erase: thief.erase,
    };
    const codes = await codesOf(acts);
    expect(codes).toEqual(Object.fromEntries(Object.keys(acts).map((act) => [act, "trust-required"])));
    const refused = { status: 409, problem: { code: "overwrite-refused", remedy: "recover-or-start-anew" } };
    expect(await uploadWithoutKey(thief, contentsOf(0))).toMatchObject(refused);
    const replaces = { replaces: present ?? 0 };
    expect(await uploadWithoutKey(thief, contentsOf(0), replaces)).toMatchObject(refused);
    const { lastFailure: _, ...after } = await backupOf(service, old);
    expect(after).toEqual(before);
  });

  it("is seen when they recover: told, in every status, and denied, though they are gone since [H5]", async () => {
    const { service, old, next: thief } = await startStage();
    const id = await recovered(thief);
    expect(await noticesOf(service, old)).toContainEqual(
      expect.objectContaining({ type: "recovery-released", recoveryId: id, to: [old.deviceId] }),
    );
    expectOk(await thief.revoke(thief.deviceId));
    expect(await statusOf(old)).toMatchObject({ recoveries: [{ recoveryId: id, state: "released" }] });
    expectOk(await old.deny(id));
    expect((await statusOf(old)).frozen).toBeDefined();
  });

  it("stays in every status, and can be denied, though they turn the backup off [H5]", async () => {
    const { old, next: thief } = await startStage();
    const id = await recovered(thief);
    expectOk(await thief.disable());
    const status = await old.status();
    expectOk(status);
    expect(status.body).toMatchObject({ state: "deleted", recoveries: [{ recoveryId: id }] });
    expectOk(await old.deny(id));
    expect(await phonesOf(old)).toEqual(["Old phone*"]);
  });

  it("puts nothing back in its old place unseen: that is told, too [H5] [H1]", async () => {
    const { service, old, next: thief } = await startStage();
    expectOk(await old.upload(contentsOf(7)));
    service.advance(1);
    await recovered(thief);
    service.advance(1);
    expectOk(await thief.restore(1));
    service.advance(1);
    expectOk(await thief.exportAll());
    const told = (await allNoticesOf(service, old)).map(({ type }) => type);
    expect(told).toEqual(["device-registered", "recovery-released", "version-restored", "exported"]);
  });
});

describe("two phones of a thief", () => {
  it("don't freeze the backup by denying each other without a fresh sign-in [H5]", async () => {
    const { service, old, next: first } = await startStage();
    await recovered(first);
    const second = await trustedPhone(service);
    const [, released] = (await statusOf(old)).recoveries;
    await first.signIn(STALE);
    expect(problemOf(await first.deny(String(released?.recoveryId)))).toMatchObject({
      code: "step-up-required",
    });
    expect((await statusOf(old)).frozen).toBeUndefined();
    expectOk(await second.status());
  });

  it("don't deny the owner's recoveries from one that was quietly registered [H5] [G9]", async () => {
    const { service, next: quiet } = await startStage({ wait: DAY });
    const owners = await newPhone(service, { name: "Only phone" });
    const id = await waiting(owners);
    expect(problemOf(await quiet.deny(id))).toMatchObject({
      code: "older-phone-required",
      otherwise: "change-password",
    });
    await later(service, DAY, owners);
    expectOpened(await owners.open(id));
  });
});

describe("an owner who turns backup off and on, with a waiting time,", () => {
  it("goes on at once on every phone that was trusted before [H10]", async () => {
    const { service, old } = await startStage();
    const other = await trustedPhone(service, { name: "Tablet" });
    expectOk(await old.choosePolicy({ waitingSeconds: 7 * DAY }));
    expectOk(await old.disable());
    expectOk(await old.enable());
    for (const phone of [other, old]) {
      expectOk(await phone.key());
      expectOk(await phone.status());
      expectOk(await phone.upload(contents));
    }
    const policy = await old.policy();
    expectOk(policy);
    expect(policy.body.waitingSeconds).toBe(7 * DAY);
  });
});

describe("a stolen phone, without a fresh sign-in,", () => {
  it.each([false, true])(
    "pushes no good version out with eleven uploads, nor with forty (frozen: %s) [H1] [D11]",
    async (frozen) => {
      const { service, old: stolen, next: thief } = await startStage();
      expectOk(await stolen.upload(contentsOf(12)));
      if (frozen) expectOk(await stolen.deny(await recovered(thief)));
      await laterStale(service, HOUR, stolen);
      expectOk(await stolen.status());
      const codes: Record<string, number> = {};
      for (let count = 0; count < 40; count++) {
        const upload = await stolen.upload(contentsOf(count % 2 === 0 ? 11 : 12));
        const code = upload.ok ? "ok" : problemOf(upload).code;
        codes[code] = (codes[code] ?? 0) + 1;
      }
      // Three of them lose an account; then no other does.
      expect(codes).toEqual({ ok: 23, "step-up-required": 10, "too-many-refusals": 7 });
      expect(await keptOf(service, stolen)).toContain(2);
      const { versions } = await backupOf(service, stolen);
      expect(versions.find(({ version }) => version === 2)?.accounts).toBe(12);
    },
  );

  it("replaces nothing with an empty backup, though it says that its owner agreed [H2]", async () => {
    const { service, old: stolen } = await startStage();
    await stolen.signIn(STALE);
    for (let count = 0; count < 12; count++) {
      expect(problemOf(await stolen.upload(contentsOf(0)))).toMatchObject({ code: "sharp-drop" });
    }
    for (let count = 0; count < 10; count++) {
      const upload = await stolen.upload(contentsOf(0), { replaces: 1 });
      expect(problemOf(upload)).toMatchObject({ code: "step-up-required" });
    }
    expect(await keptOf(service, stolen)).toEqual([1]);
  });

  it("comes down from 12 accounts to 6, and no further within a day, step by step [H2]", async () => {
    const { service, old: stolen } = await startStage();
    expectOk(await stolen.upload(contentsOf(12)));
    await stolen.signIn(STALE);
    expectOk(await stolen.upload(contentsOf(6)));
    for (const left of [5, 3, 0]) {
      expect(problemOf(await stolen.upload(contentsOf(left)))).toMatchObject({
        code: "sharp-drop",
        present: { accounts: 6 },
        offered: left,
      });
    }
    await laterStale(service, DAY - 1, stolen);
    expect(problemOf(await stolen.upload(contentsOf(3)))).toMatchObject({ code: "sharp-drop" });
    expect((await statusOf(stolen)).current).toMatchObject({ accounts: 6 });
  });

  it("doesn't empty a backup of three accounts either [H2]", async () => {
    const { old } = await startStage();
    expectOk(await old.upload(contentsOf(3), { replaces: 1 }));
    expect(problemOf(await old.upload(contentsOf(0)))).toMatchObject({ code: "sharp-drop" });
    expect(problemOf(await old.upload(contentsOf(1)))).toMatchObject({ code: "sharp-drop" });
    expectOk(await old.upload(contentsOf(2)));
  });
});

describe("whoever guesses which accounts are in a backup", () => {
  it("is told numbers alone by a preview, and by a recovery that waits [D4] [C4]", async () => {
    const { old, next: thief } = await startStage({ wait: DAY });
    const onPhone = old.state().accounts.map(({ ref }) => ref);
    const preview = await thief.preview();
    const begun = await thief.recover({ onPhone });
    expectOk(begun);
    const read = await thief.readRecovery(begun.body.recoveryId);
    for (const answer of [preview, begun, read]) {
      expectOk(answer);
      expect(answer.body).toMatchObject({ kinds: { personal: 2, "work-or-school": 2, "third-party": 2 } });
      expect(answer.body).not.toHaveProperty("accounts");
      expect(onPhone.filter((ref) => JSON.stringify(answer.body).includes(ref))).toEqual([]);
    }
    const asked = { method: "POST", path: "/v1/recoveries/preview", body: { accounts: onPhone } };
    expect((await thief.send(asked)).body).toMatchObject({ code: "body-invalid" });
  });

  it("is told when it would be released, behind all other guards, and counted each time [D2] [D4]", async () => {
    const { service, old, next: thief } = await startStage({ wait: DAY });
    const [ref = ""] = old.state().accounts.map((account) => account.ref);
    const id = await waiting(thief, { onPhone: [ref] });
    expect(problemOf(await thief.open(id, { onPhone: [ref] }))).toMatchObject({ code: "recovery-waiting" });
    await later(service, DAY, thief);
    for (let tries = 9; tries >= 0; tries--) {
      expect(problemOf(await thief.open(id, { onPhone: [ref] }))).toMatchObject({
        code: "accounts-present",
        conflicts: [ref],
        triesLeft: tries,
      });
    }
    expect(problemOf(await thief.open(id))).toMatchObject({ code: "too-many-tries", of: "conflicts" });
  });

  it.each(["has only signed in, while backup is off", "has only started anew"])(
    "is told none by an export on a phone that %s [D4] [H7]",
    async (who) => {
      const { service, old, next: thief } = await startStage();
      const kept = old.state().accounts.map(({ ref }) => ref.slice(0, 8));
      const owners = await trustedPhone(service);
      // One that the thief began itself, and gave up; and a phone that was removed since.
      expectOk(await old.choosePolicy({ waitingSeconds: DAY }));
      expectOk(await thief.cancel(await waiting(thief)));
      await waiting(thief, anew);
      expectOk(await old.revoke(owners.deviceId));
      if (who === "has only started anew") {
        await later(service, DAY, thief, old);
        expectOk(await thief.recover(anew));
        expectOk(await thief.open(thief.state().recovery?.recoveryId ?? ""));
      } else {
        expectOk(await old.disable());
        const left = JSON.stringify(await ownerOf(service, old));
        expect(kept.filter((ref) => left.includes(ref))).toEqual([]);
      }
      const [told, all] = [await thief.exportAll(), await old.exportAll()];
      expectOk(told);
      expectOk(all);
      expect(kept.filter((ref) => JSON.stringify(told.body.items).includes(ref))).toEqual([]);
      expect(told.body.items.map(({ id }) => id)).toEqual(expect.arrayContaining(["owner"]));
      // Whoever may have the backup is told everything.
      expect(kept.filter((ref) => JSON.stringify(all.body.items).includes(ref))).toEqual(kept);
    },
  );
});

describe("a stolen fresh access token", () => {
  it("registers no phone of the thief's once the owner's has committed with it [H5]", async () => {
    const { service, old } = await startStage();
    const token = await old.signIn();
    expectOk(await old.upload(contentsOf(7)));
    const thief = await phoneOf(service, { name: "Thief's phone" });
    const refused = await thief.register(withToken(token));
    expect(problemOf(refused)).toMatchObject({ status: 401, code: "token-used-elsewhere" });
    expect(await phonesOf(old)).toEqual(["Old phone*", "New phone"]);
  });

  it("is refused though the owner's phone has used three more since [H5]", async () => {
    const { service, old } = await startStage();
    const token = await old.signIn();
    expectOk(await old.upload(contentsOf(7)));
    for (const size of [8, 9, 10]) {
      service.advance(1);
      await old.signIn();
      expectOk(await old.upload(contentsOf(size)));
    }
    const thief = await phoneOf(service);
    const refused = await thief.register(withToken(token));
    expect(problemOf(refused)).toMatchObject({ code: "token-used-elsewhere" });
  });

  it("is of no use to another key where it is bound to the owner's phone (RFC 9449) [H5]", async () => {
    const { service, old } = await startStage();
    const token = await old.signIn({ cnf: old.deviceId });
    expectOk(await old.status());
    const thief = await phoneOf(service);
    const refused = await thief.register(withToken(token));
    expect(problemOf(refused)).toMatchObject({ status: 401, code: "proof-invalid" });
  });

  /** What a thief sends with a token of the owner's: a proof of their own key, made for it. */
  function withToken(token: string) {
    const headers = { Authorization: `Bearer ${token}` };
    return { headers, proof: { payload: { ath: hash("sha256", token, "base64url") } } };
  }
});

describe("a phone that was removed", () => {
  it("lifts no freeze when it registers again, though it began it [H5]", async () => {
    const { service, old } = await startStage();
    const denying = await trustedPhone(service, { name: "Tablet" });
    await later(service, 14 * DAY, old, denying);
    const thief = await trustedPhone(service);
    const [released] = (await statusOf(old)).recoveries;
    expectOk(await denying.deny(String(released?.recoveryId)));
    expect(problemOf(await thief.status())).toMatchObject({ code: "device-not-registered" });
    expectOk(await old.revoke(denying.deviceId));
    expectOk(await denying.register());
    expect(problemOf(await denying.liftFreeze())).toMatchObject({ code: "trust-required" });
    expect((await statusOf(old)).frozen).toBeDefined();
  });

  it("has no key for what is uploaded after it was revoked [H5]", async () => {
    const { service, old, next: other } = await startStage();
    await recovered(other);
    expectOk(await old.revoke(other.deviceId));
    await expectClosedTo(other, service, old);
  });

  it("has no key for what is uploaded after it was denied [H5]", async () => {
    const { service, old, next: thief } = await startStage();
    expectOk(await old.deny(await recovered(thief)));
    await expectClosedTo(thief, service, old);
  });

  async function expectClosedTo(gone: TestPhone, service: TestService, phone: TestPhone): Promise<void> {
    expectOk(await phone.status());
    expectOk(await phone.upload(contentsOf(7)));
    const [after, before] = (await backupOf(service, phone)).versions;
    if (!before || !after) throw new Error("there is no version");
    expect([before.key, after.key]).toEqual([1, 2]);
    expect(await opens(service, gone, before)).toBe(true);
    expect(await opens(service, gone, after)).toBe(false);
    expect(await opens(service, phone, after)).toBe(true);
  }
});

describe("whoever can read the database", () => {
  it("can't show what is stored of an iCloud account as a phone shows it [A8]", async () => {
    const { service, old } = await startStage({ phones: iPhone });
    const { keys } = await backupOf(service, old);
    const thief = await registeredPhone(service, iPhone);
    const storageCheck = String(keys[0]?.storageCheck);
    const refused = await thief.recover({}, { body: { storageCheck } });
    expect(problemOf(refused)).toMatchObject({ code: "storage-account-mismatch" });
    expectOpened(await thief.recover());
  });

  it("can't show what is stored of a recovery key as a phone shows it [H9]", async () => {
    const { service, old } = await startStage({ phones: { ...iPhone, storageSecret } });
    expectOk(await old.setRecoveryKey());
    const { recoveryKey } = await backupOf(service, old);
    const thief = await registeredPhone(service, { platform: "ios" });
    const refused = await thief.recover({}, { body: { recoveryKeyCheck: recoveryKey?.check } });
    expect(problemOf(refused)).toMatchObject({ code: "recovery-key-wrong" });
  });
});

describe("an app that is told to wait for what only its owner can end", () => {
  it("is not told to retry: neither while a recovery waits, nor frozen, nor out of tries [G2] [G10]", async () => {
    const { old, next } = await startStage({ wait: 7 * DAY });
    const id = await waiting(next);
    const refusals = [await next.open(id)];
    await next.signIn(STALE);
    for (let tries = 0; tries < 10; tries++) await next.open(id);
    refusals.push(await next.open(id));
    await next.signIn();
    expectOk(await old.deny(id));
    expectOk(await next.register());
    refusals.push((await next.recover()) as (typeof refusals)[number]);
    expect(refusals.map((refused) => problemOf(refused).code)).toEqual([
      "recovery-waiting",
      "too-many-refusals",
      "backup-frozen",
    ]);
    for (const refused of refusals) {
      expect(problemOf(refused).retryable).toBe(false);
      expect(refused.headers.get("Retry-After")).toBeNull();
    }
  });
});
