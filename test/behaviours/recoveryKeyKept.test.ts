import { describe, expect, it } from "vitest";
import {
  recoveryKeyCheck as checkOf,
  formatRecoveryKey,
  parseRecoveryKey,
  StorageSecretRefused,
  unwrapStorageSecret,
} from "../../local/phone/protocol/recoveryKey.ts";
import { storageCheck } from "../../local/phone/protocol/storage.ts";
import { contents } from "../support/accounts.ts";
import { keptOf, partitionOf, userIdOf } from "../support/partition.ts";
import { backedUpPhone, expectOk, problemOf, startService, type TestPhone } from "../support/service.ts";
import { overhear } from "../support/traffic.ts";
import {
  at,
  DAY,
  later,
  newPhone,
  recordOf,
  recovered,
  recoveredOn,
  startStage,
  startWithRecoveryKey,
  statusOf,
  storageSecret,
} from "./stage.ts";

const ios = { platform: "ios", storageSecret } as const;
const WRONG = formatRecoveryKey(new Uint8Array(16).fill(9));

describe("a recovery key", () => {
  it("is none by default [H9]", async () => {
    const { old, next } = await startStage({ phones: ios });
    expect(await statusOf(old)).not.toHaveProperty("recoveryKey");
    expect(problemOf(await next.recover({ recoveryKey: WRONG }))).toMatchObject({
      status: 409,
      code: "recovery-key-none",
    });
  });

  it("is set up by a trusted phone, and told in its status and in the record [H9] [H6]", async () => {
    const { service, old, next } = await startStage({ phones: ios });
    expect(problemOf(await setOn(next))).toMatchObject({ status: 409, code: "trust-required" });
    await old.signIn({ signedInSecondsAgo: 3000 });
    expect(problemOf(await old.setRecoveryKey())).toMatchObject({ code: "step-up-required" });
    await old.signIn();
    const set = await old.setRecoveryKey();
    expectOk(set);
    expect(set.recoveryKey).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){7}[0-9A-HJKMNP-TV-Z]{4}$/);
    const setAt = at(service.now());
    expect(set.body).toEqual({ setAt });
    expect((await statusOf(old)).recoveryKey).toEqual({ setAt, key: 1, versions: 1, newest: 1 });
    expect((await recordOf(old))[0]).toEqual({ type: "recovery-key-set", details: {}, device: "Old phone" });
  });

  it("is set once where the answer got lost and the phone tries again [H9]", async () => {
    const { service, old, recoveryKey: typed } = await startWithRecoveryKey();
    const before = await statusOf(old);
    const { recoveryKey } = await storedBackup(service, old);
    service.advance(1);
    const { wrapped: wrappedStorageSecret } = recoveryKey;
    const recoveryKeyCheck = checkOf(parseRecoveryKey(typed), userIdOf(old));
    expectOk(await old.setRecoveryKey({ body: { recoveryKeyCheck, wrappedStorageSecret } }));
    expect(await statusOf(old)).toEqual(before);
  });

  it("is not needed on Android, where the recovery account opens the backup [H9]", async () => {
    const { old } = await startStage({ phones: { platform: "android" } });
    const refused = await setOn(old);
    expect(problemOf(refused)).toMatchObject({ status: 409, code: "recovery-key-unneeded" });
  });

  it("is not set up by a phone in another iCloud account [H9] [A8]", async () => {
    const { old } = await startStage({ phones: ios });
    const refused = await old.setRecoveryKey({ body: { storageCheck: "c".repeat(43) } });
    expect(problemOf(refused)).toMatchObject({ code: "storage-account-mismatch" });
  });

  it("refuses material of the wrong shape, key or owner, and changes nothing [H9]", async () => {
    const { service, old } = await startStage({ phones: ios });
    const [userKey = expect.fail("no key")] = (await storedBackup(service, old)).keys;
    const header = { alg: "dir", enc: "A256GCM", use: "storage-secret", kid: userKey.id, uid: userIdOf(old) };
    const before = await partitionOf(service, old);
    for (const wrappedStorageSecret of [
      "wrapped",
      wrappedWith({ ...header, kid: "k".repeat(22) }),
      wrappedWith({ ...header, uid: "u".repeat(43) }),
      wrappedWith({ ...header, use: "envelope" }),
      wrappedWith({ ...header, more: 1 }),
    ]) {
      const refused = await old.setRecoveryKey({ body: { wrappedStorageSecret } });
      expect(problemOf(refused)).toMatchObject({ status: 400, code: "recovery-key-invalid" });
    }
    expect(await partitionOf(service, old)).toEqual(before);
    expectOk(await old.setRecoveryKey({ body: { wrappedStorageSecret: wrappedWith(header) } }));
  });

  it("opens nothing alone, and neither does the recovery account alone [H9] [A7]", async () => {
    const { service, old, recoveryKey: typed } = await startWithRecoveryKey();
    const { recoveryKey: kept } = await storedBackup(service, old);
    const { id = "", value = "" } = old.state().userKey ?? {};
    const userKey = { id, value: Buffer.from(value, "base64url") };
    const recoveryKey = parseRecoveryKey(typed);
    const both = { recoveryKey, userKey, userId: userIdOf(old) };
    expect(await unwrapStorageSecret(kept.wrapped, both)).toEqual(storageSecret);
    const guessed = { id, value: new Uint8Array(32) };
    for (const input of [
      { ...both, userKey: guessed },
      { ...both, recoveryKey: new Uint8Array(16) },
      { ...both, userId: "u".repeat(43) },
    ]) {
      await expect(unwrapStorageSecret(kept.wrapped, input)).rejects.toThrow(StorageSecretRefused);
    }
  });

  it("is never sent, nor kept: no request and no stored item holds it [H9]", async () => {
    const service = await startService();
    const traffic = overhear(Number(new URL(service.origin).port));
    const old = await backedUpPhone(service, ios);
    expectOk(await old.upload(contents));
    const set = await old.setRecoveryKey();
    expectOk(set);
    const next = await newPhone(service, { platform: "ios" });
    expectOk(await next.preview({ recoveryKey: set.recoveryKey }));
    const id = await recovered(next, { recoveryKey: set.recoveryKey });
    expectOk(await next.open(id, { recoveryKey: set.recoveryKey }));
    traffic.stop();
    const bytes = Buffer.from(parseRecoveryKey(set.recoveryKey));
    const forms = [set.recoveryKey, set.recoveryKey.replaceAll("-", ""), bytes.join(",")];
    const searched = [
      ...traffic.exchanges().map(({ sent }) => JSON.stringify(sent)),
      JSON.stringify(await partitionOf(service, old)),
      JSON.stringify(service.lines),
    ];
    expect(searched.length).toBeGreaterThan(8);
    expect(searched.join()).toContain("recoveryKeyCheck");
    for (const form of [
      ...forms,
      ...(["base64url", "base64", "hex"] as const).map((as) => bytes.toString(as)),
    ]) {
      for (const text of searched) expect(text).not.toContain(form);
    }
  });

  it("that is mistyped is told before anything is sent: no try is lost [H9]", async () => {
    const { service, next, recoveryKey } = await startWithRecoveryKey();
    const last = recoveryKey.endsWith("0") ? "1" : "0";
    const { counts } = await service.counted(async () => {
      await expect(next.recover({ recoveryKey: recoveryKey.slice(0, -1) + last })).rejects.toThrow();
    });
    expect(counts).toEqual({ read: 0, list: 0, commit: 0, unwrap: 0 });
    await recoveredOn(next, { recoveryKey: recoveryKey.toLowerCase().replaceAll("-", " ") });
  });

  it("that is wrong is refused and counted, wherever it is tried; after five the right one is, too [H9]", async () => {
    const { service, old, next, recoveryKey } = await startWithRecoveryKey();
    const first = service.now();
    const tries = [next.recover, next.preview, next.recover, next.preview, next.recover];
    for (const [place, tryKey] of tries.entries()) {
      expect(problemOf(await tryKey({ recoveryKey: WRONG }))).toMatchObject({
        status: 403,
        code: "recovery-key-wrong",
        triesLeft: 4 - place,
      });
      service.advance(1);
    }
    const until = { of: "recovery-keys", retryAt: at(first + DAY * 1000) };
    for (const key of [WRONG, recoveryKey]) {
      const refused = await next.recover({ recoveryKey: key });
      expect(problemOf(refused)).toMatchObject({ status: 429, code: "too-many-tries", ...until });
    }
    expect((await recordOf(old)).filter(({ type }) => type === "recovery-refused")).toHaveLength(5);
    // Who has the storage account needs none of it.
    const phone = await newPhone(service, ios);
    await recoveredOn(phone);
    await later(service, DAY, next);
    await recoveredOn(next, { recoveryKey });
  });

  it("that was removed opens nothing any more, and a repeat is harmless [H9]", async () => {
    const { service, old, next, recoveryKey } = await startWithRecoveryKey();
    expectOk(await old.removeRecoveryKey());
    expect(await statusOf(old)).not.toHaveProperty("recoveryKey");
    expect(problemOf(await next.recover({ recoveryKey }))).toMatchObject({ code: "recovery-key-none" });
    expect(JSON.stringify(await storedBackup(service, old))).not.toMatch(/recoveryKey|"check"/);
    const before = await keptOf(service, old);
    expectOk(await old.removeRecoveryKey());
    expect(await keptOf(service, old)).toEqual(before);
  });

  it("that was replaced opens nothing any more; the new one does [H9]", async () => {
    const { old, next, recoveryKey } = await startWithRecoveryKey();
    const second = await old.setRecoveryKey();
    expectOk(second);
    expect(second.recoveryKey).not.toBe(recoveryKey);
    expect(problemOf(await next.recover({ recoveryKey }))).toMatchObject({ code: "recovery-key-wrong" });
    await recoveredOn(next, { recoveryKey: second.recoveryKey });
  });

  it("goes with the backup: turned off and on again, there is none [H9] [F2]", async () => {
    const { service, old, next, recoveryKey } = await startWithRecoveryKey();
    const { recoveryKey: kept } = await storedBackup(service, old);
    expectOk(await old.disable());
    expect(JSON.stringify(await partitionOf(service, old))).not.toContain(kept.wrapped);
    expectOk(await old.enable());
    expectOk(await old.upload(contents));
    expect(problemOf(await next.recover({ recoveryKey }))).toMatchObject({ code: "recovery-key-none" });
  });
});

/** Sets up some recovery key, whatever the phone knows of the backup. */
async function setOn(phone: TestPhone) {
  const body = {
    storageCheck: storageCheck(storageSecret, userIdOf(phone)),
    recoveryKeyCheck: "k".repeat(43),
    wrappedStorageSecret: "wrapped",
  };
  const answer = await phone.send({ method: "PUT", path: "/v1/backup/recovery-key", body });
  return { ok: answer.status < 300, problem: answer.body };
}

/** A compact JWE with this header, of the length that a wrapped storage secret has. */
function wrappedWith(header: object): string {
  const encoded = Buffer.from(JSON.stringify(header)).toString("base64url");
  return `${encoded}..${"i".repeat(16)}.${"c".repeat(43)}.${"t".repeat(22)}`;
}

/** The backup as it is stored. */
async function storedBackup(service: Awaited<ReturnType<typeof startService>>, phone: TestPhone) {
  const stored = await service.adapters.store.read(userIdOf(phone), "owner");
  return stored?.body.backup as {
    readonly keys: readonly { readonly id: string }[];
    readonly recoveryKey: { readonly check: string; readonly wrapped: string };
  };
}
