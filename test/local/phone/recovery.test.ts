import { describe, expect, it } from "vitest";
import { formatRecoveryKey } from "../../../local/phone/protocol/recoveryKey.ts";
import { problem, RECOVERY_ID, waiting } from "./support/answering.ts";
import { full, setUp, storageSecret, turnedOn } from "./support/phones.ts";

const ios = { platform: "ios" as const, storageSecret };
const otherICloud = new Uint8Array(32).fill(8);

/** A second phone, on which a recovery waits. */
async function waitingPhone() {
  const set = await turnedOn();
  await set.first.upload(full);
  const second = await set.phone({ name: "second" });
  await second.register();
  set.mishaps.push(waiting());
  return { ...set, second, begun: await second.recover() };
}

describe("a phone whose recovery waits", () => {
  it("has nothing of the backup, and keeps in mind what to open [H10]", async () => {
    const { begun, second } = await waitingPhone();
    expect(begun).toMatchObject({ ok: true, body: { state: "waiting", approvers: 1, triesLeft: 4 } });
    expect(begun).not.toHaveProperty("contents");
    const { recovery, userKey, accounts } = second.state();
    expect({ recovery, userKey, accounts }).toEqual({
      recovery: { recoveryId: RECOVERY_ID },
      userKey: undefined,
      accounts: [],
    });
  });

  it("opens it after a restart, and then has nothing to open any more [H4]", async () => {
    const { phone, second, last } = await waitingPhone();
    const restarted = await phone({ state: JSON.parse(JSON.stringify(second.state())) });
    const { recovery } = restarted.state();
    const opened = await restarted.open(recovery?.recoveryId ?? "none", { onPhone: ["r".repeat(43)] });
    expect(opened).toMatchObject({ ok: true, contents: full });
    expect(last()).toMatchObject({
      path: `/v1/recoveries/${RECOVERY_ID}/open`,
      body: { accounts: ["r".repeat(43)] },
    });
    expect(last().headers.get("Idempotency-Key")).toBeNull();
    expect(restarted.state()).not.toHaveProperty("recovery");
    expect(restarted.state().accounts).toHaveLength(full.accounts.length);
  });

  it("goes on waiting when it is told that it is too early [H10]", async () => {
    const { second, mishaps } = await waitingPhone();
    mishaps.push(problem(409, { code: "recovery-waiting", retryable: true }, { "Retry-After": "600" }));
    expect(await second.open(RECOVERY_ID)).toMatchObject({ ok: false, retryAfter: 600 });
    expect(second.state().recovery).toEqual({ recoveryId: RECOVERY_ID });
  });

  it("uses a new key to begin again, which resumes what waits [H4]", async () => {
    const { second, mishaps, received } = await waitingPhone();
    mishaps.push(waiting());
    await second.recover();
    const [one, two] = received.slice(-2).map(({ headers }) => headers.get("Idempotency-Key"));
    expect(two).not.toBe(one);
    expect(second.state().recovery).toEqual({ recoveryId: RECOVERY_ID });
  });

  it.each(["recovery-over", "recovery-not-found"])("forgets one that is gone: %s [H4]", async (code) => {
    const { second, mishaps } = await waitingPhone();
    mishaps.push(problem(409, { code }));
    await second.open(RECOVERY_ID);
    expect(second.state()).not.toHaveProperty("recovery");
  });

  it("keeps it in mind when another one is cancelled, and forgets it with its own [H4]", async () => {
    const { second, mishaps } = await waitingPhone();
    mishaps.push(new Response(null, { status: 204 }));
    expect(await second.cancel("s".repeat(22))).toMatchObject({ ok: true });
    expect(second.state().recovery).toEqual({ recoveryId: RECOVERY_ID });
    expect(await second.cancel(RECOVERY_ID)).toMatchObject({ ok: true, status: 204 });
    expect(second.state()).not.toHaveProperty("recovery");
  });
});

describe("a phone that is asked about another one's recovery", () => {
  it.each(["approve", "deny"] as const)("can %s it", async (act) => {
    const { second, first, last } = await waitingPhone();
    expect(await first[act](RECOVERY_ID)).toMatchObject({ ok: true, status: 204 });
    expect(last()).toMatchObject({ method: "POST", path: `/v1/recoveries/${RECOVERY_ID}/${act}` });
    expect(second.state().recovery).toEqual({ recoveryId: RECOVERY_ID });
  });

  it("can lift the freeze that a denial leaves [H5]", async () => {
    const { first, last } = await turnedOn();
    expect(await first.liftFreeze()).toMatchObject({ ok: true, status: 204 });
    expect(last()).toMatchObject({ method: "DELETE", path: "/v1/backup/freeze" });
  });
});

describe("an owner who has a recovery key [H9]", () => {
  async function withRecoveryKey() {
    const set = await turnedOn(ios);
    await set.first.upload(full);
    const made = await set.first.setRecoveryKey();
    if (!made.ok) return expect.fail("a recovery key was set up");
    return { ...set, recoveryKey: made.recoveryKey };
  }

  it("recovers with it on a phone that has another iCloud account, and goes on as before", async () => {
    const { first, phone, last, received, recoveryKey } = await withRecoveryKey();
    await first.key();
    const check = last().headers.get("X-Storage-Check");
    const second = await phone({ platform: "ios", storageSecret: otherICloud });
    await second.register();
    expect(await second.recover({ recoveryKey })).toMatchObject({ ok: true, contents: full });
    expect(Object.keys(received.at(-2)?.body ?? {}).sort()).toEqual(["accounts", "recoveryKeyCheck"]);
    expect(last().headers.get("X-Storage-Check")).toBe(check);
    expect(second.storageSecret()).toEqual(storageSecret);
    await second.upload(full);
    expect(last().body.storageCheck).toBe(check);
    expect(await first.recover()).toMatchObject({ ok: true, contents: full });
  });

  it.each([
    ["the service refuses the other one", problem(403, { code: "storage-account-mismatch" })],
    ["the service does not say", problem(503, { code: "unavailable", retryable: true })],
  ])("keeps the secret that its iCloud account has, where %s", async (_, answer) => {
    const { phone, fetch, recoveryKey } = await withRecoveryKey();
    const second = await phone({
      platform: "ios",
      storageSecret: otherICloud,
      fetch: async (input, init) => (String(input).endsWith("/key") ? answer.clone() : fetch(input, init)),
    });
    await second.register();
    expect(await second.recover({ recoveryKey })).toMatchObject({ ok: true, contents: full });
    expect(second.storageSecret()).toEqual(otherICloud);
  });

  it("opens with it what had to wait", async () => {
    const { phone, mishaps, recoveryKey } = await withRecoveryKey();
    const second = await phone({ platform: "ios", storageSecret: otherICloud });
    await second.register();
    mishaps.push(waiting());
    await second.recover({ recoveryKey });
    expect(second.storageSecret()).toEqual(otherICloud);
    expect(await second.open(RECOVERY_ID, { recoveryKey })).toMatchObject({ ok: true, contents: full });
    expect(second.storageSecret()).toEqual(storageSecret);
  });

  it("recovers with it on Android, which keeps no storage secret [H8]", async () => {
    const { phone, recoveryKey, last } = await withRecoveryKey();
    const second = await phone();
    await second.register();
    expect(await second.recover({ recoveryKey })).toMatchObject({ ok: true, contents: full });
    expect(second.storageSecret()).toBeUndefined();
    await second.key();
    expect(last().headers.get("X-Storage-Check")).toBeNull();
  });

  it("is told of a typing error before anything is sent", async () => {
    const { first, received, recoveryKey } = await withRecoveryKey();
    const sent = received.length;
    const typed = recoveryKey.replace(/.$/, (last) => (last === "7" ? "8" : "7"));
    for (const act of [
      () => first.recover({ recoveryKey: typed }),
      () => first.preview({ recoveryKey: typed }),
    ]) {
      await expect(act()).rejects.toMatchObject({ name: "RecoveryKeyMistyped" });
    }
    await expect(first.open(RECOVERY_ID, { recoveryKey: "" })).rejects.toMatchObject({
      name: "RecoveryKeyMistyped",
    });
    expect(received).toHaveLength(sent);
  });

  it("is told if what is kept opens with another recovery key, and nothing of it is taken", async () => {
    const { phone } = await withRecoveryKey();
    const second = await phone({ platform: "ios", storageSecret: otherICloud });
    await second.register();
    const recoveryKey = formatRecoveryKey(new Uint8Array(16));
    await expect(second.recover({ recoveryKey })).rejects.toMatchObject({ name: "StorageSecretRefused" });
    expect(second.storageSecret()).toEqual(otherICloud);
    expect(second.state().accounts).toEqual([]);
  });

  it("sends neither the recovery key nor the storage secret to the service", async () => {
    const { received, recoveryKey } = await withRecoveryKey();
    const sent = JSON.stringify(received.map(({ body }) => body));
    expect(sent).toContain("wrappedStorageSecret");
    expect(sent).not.toContain(recoveryKey);
    expect(sent).not.toContain(Buffer.from(storageSecret).toString("base64url"));
  });

  it("gets another one each time, and can do without", async () => {
    const { first, last, recoveryKey } = await withRecoveryKey();
    const again = await first.setRecoveryKey();
    if (!again.ok) return expect.fail("a recovery key was set up");
    expect(again.recoveryKey).not.toBe(recoveryKey);
    expect(await first.removeRecoveryKey()).toMatchObject({ ok: true, status: 204 });
    expect(last()).toMatchObject({ method: "DELETE", path: "/v1/backup/recovery-key" });
  });

  it("has the phone ask for the user key if it lacks it", async () => {
    const { phone, received } = await withRecoveryKey();
    const second = await phone(ios);
    await second.register();
    expect(await second.setRecoveryKey()).toMatchObject({ ok: true });
    expect(received.slice(-2).map(({ path }) => path)).toEqual(["/v1/backup/key", "/v1/backup/recovery-key"]);
  });

  it("is refused one if the phone may not have the user key", async () => {
    const { phone, mishaps } = setUp();
    const second = await phone(ios);
    await second.register();
    mishaps.push(problem(409, { code: "trust-required" }));
    expect(await second.setRecoveryKey()).toMatchObject({ ok: false, problem: { code: "trust-required" } });
  });

  it("has none on Android, where there is no iCloud account to stand in for", async () => {
    const { first, received } = await turnedOn();
    const sent = received.length;
    await expect(first.setRecoveryKey()).rejects.toMatchObject({ name: "StorageSecretMissing" });
    expect(received).toHaveLength(sent);
  });
});
