import { afterAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { Problem } from "../../../shared/errors/problem.ts";
import { KeyUnavailable } from "../../../shared/keys/port.ts";
import { StoreUnavailable } from "../../../shared/store/port.ts";
import { timeLimit, uuid } from "../../contract/notify.ts";
import { contents } from "../../support/accounts.ts";
import { userIdOf } from "../../support/partition.ts";
import { backedUpPhone, expectOk, problemOf, registeredPhone } from "../../support/service.ts";
import { startFaultyService, startLeakingService, storageSecret, valuesOf } from "./leaking.ts";

// Every test that starts the service searches what it said: test/support/leaks.ts. Here is shown what that finds.

describe("the search at the end of every test finds", () => {
  it("a log line that holds anything of any kind [C4]", async () => {
    const { service, faults, phone, sent } = await startLeakingService();
    const values = await valuesOf(service, phone, sent);
    expect(await service.leaks()).toEqual([]);
    // The log has an error's advice, which is written by us: here it repeats what came.
    for (const value of Object.values(values)) {
      faults.read = Object.assign(new Error("broken"), { advice: `no room for ${value}` });
      expect(problemOf(await phone.status())).toMatchObject({ code: "internal" });
    }
    const kinds = Object.keys(values).map((kind) => `the log line of backup-status holds: ${kind}`);
    expect((await service.leaks()).sort()).toEqual(kinds.sort());
  });

  it("a problem that holds anything but what its owner may read [C4]", async () => {
    const { service, faults, phone, sent } = await startLeakingService();
    const {
      "account reference": reference,
      "phone name": name,
      ...secrets
    } = await valuesOf(service, phone, sent);
    faults.read = new Problem("busy", { conflicts: [reference], device: { name } }, {});
    expect(problemOf(await phone.status())).toMatchObject({ conflicts: [reference], device: { name } });
    expect(await service.leaks()).toEqual([]);

    const kinds = Object.keys(secrets).map((kind) => `the answer 503 of backup-status holds: ${kind}`);
    faults.read = new Problem("busy", { secrets: Object.values(secrets) }, {});
    await phone.status();
    expect((await service.leaks()).sort()).toEqual(kinds.sort());
  });

  it("an answer that holds a secret in a header [C4]", async () => {
    const { service, faults, phone, sent } = await startLeakingService();
    const { "access token": token } = await valuesOf(service, phone, sent);
    faults.read = new Problem("busy", {}, { "X-Token": token });
    await phone.status();
    expect(await service.leaks()).toEqual(["the answer 503 of backup-status holds: access token"]);
  });

  it("a notification that holds a secret [C4]", async () => {
    const { service, phone, sent } = await startLeakingService();
    const values = await valuesOf(service, phone, sent);
    const told = { device: values["phone name"], text: `Somebody recovers ${values["account name"]}` };
    await service.adapters.store.commit(userIdOf(phone), [
      { kind: "create", id: "notice:1", body: { schema: 1, ...told } },
    ]);
    expect(await service.leaks()).toEqual(["a notification holds: account name"]);
  });

  it("a message that says anything of its owner, who and what they are [C4]", async () => {
    const { service, phone, sent } = await startLeakingService();
    const values = await valuesOf(service, phone, sent);
    const { notify } = service.adapters;
    const target = { platform: "fcm", environment: "production", token: "a-token-of-this-phone" } as const;
    const push = async (noticeId: string) => {
      await notify.push({ id: uuid(1), target, content: { kind: "notice", noticeId }, timeLimit });
    };
    await push("n".repeat(22));
    expect(await service.leaks()).toEqual([]);
    await push(userIdOf(phone));
    for (const value of Object.values(values)) await push(value);
    // The nonce of a challenge travels in its push, and nowhere else.
    const kinds = [...Object.keys(values), "owner's id"].filter((kind) => kind !== "push nonce");
    expect((await service.leaks()).sort()).toEqual(
      kinds.map((kind) => `what was sent by push holds: ${kind}`).sort(),
    );
  });

  it("a log line that holds a token, an address or a code to which, or with which, something was sent [C4]", async () => {
    const { service, faults, phone } = await startLeakingService();
    const { notify } = service.adapters;
    const target = { platform: "fcm", environment: "production", token: "a-token-of-this-phone" } as const;
    const message = { language: "ja", content: { kind: "code", code: "271828" }, timeLimit } as const;
    await notify.push({ id: uuid(1), target, content: { kind: "notice", noticeId: "a-notice" }, timeLimit });
    await notify.mail({ ...message, id: uuid(2), to: "somebody@example.org" });
    await notify.text({ ...message, id: uuid(3), to: "+46701234567" });
    for (const value of [target.token, "somebody@example.org", "271828"]) {
      faults.read = Object.assign(new Error("broken"), { advice: `no room for ${value}` });
      expect(problemOf(await phone.status())).toMatchObject({ code: "internal" });
    }
    expect((await service.leaks()).sort()).toEqual(
      ["contact address", "contact code", "push token"].map(
        (kind) => `the log line of backup-status holds: ${kind}`,
      ),
    );
  });

  it("what the host prints beside its log [C4]", async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const { service, faults, phone, sent } = await startLeakingService();
    const { "phone name": name } = await valuesOf(service, phone, sent);
    // An error that can't even be logged: the host prints the name of the one that comes of it.
    faults.read = Object.defineProperty(new Error(), "cause", {
      get: () => {
        throw Object.assign(new Error(), { name });
      },
    });
    expect((await phone.send({ method: "GET", path: "/v1/backup" })).status).toBe(500);
    expect(await service.leaks()).toEqual(["what the host printed holds: phone name"]);
  });
});

describe("a test whose service leaks", () => {
  const reasons: (string | undefined)[] = [];

  it.fails("fails when it is over [C4]", async () => {
    onTestFinished(({ task }) => {
      reasons.push(...(task.result?.errors ?? []).map(({ message }) => message));
    });
    const { service, faults } = await startFaultyService();
    const phone = await registeredPhone(service);
    faults.read = Object.assign(new Error("broken"), { advice: await phone.signIn() });
    problemOf(await phone.status());
  });

  // Where the test can't see it: it fails for that reason and for no other.
  afterAll(() => {
    expect(reasons).toEqual(["the service leaks: the log line of backup-status holds: access token"]);
  });
});

it("has nothing of all this in what it says, whatever goes wrong [C4]", async () => {
  const { service, faults } = await startFaultyService();
  const setup = { platform: "ios", storageSecret } as const;
  const phone = await backedUpPhone(service, { ...setup, name: "Marked phone" });
  expectOk(await phone.upload(contents));
  const next = await registeredPhone(service, { ...setup, name: "Other marked phone" });

  const codes: string[] = [];
  const refuse = (result: Parameters<typeof problemOf>[0]) => codes.push(problemOf(result).code);
  const { sealing } = phone.state().keys;
  refuse(await next.recover({ onPhone: phone.state().accounts.map(({ ref }) => ref) }));
  refuse(await phone.upload(contents, { body: { sealing } }));
  refuse(await phone.upload(contents, { body: { [sealing.d]: storageSecret, contents } }));
  refuse(await phone.upload(contents, { headers: { "If-Match": await phone.signIn() } }));
  refuse(await phone.key({ headers: { "X-Storage-Check": sealing.d.slice(1) } }));
  refuse(await phone.status({ proof: { payload: { ath: await phone.signIn() } } }));
  await next.signIn({ signedInSecondsAgo: 3600, secondFactor: false });
  refuse(await next.recover());
  const token = await phone.signIn();
  faults.unwrap = new KeyUnavailable("busy", { cause: new Error(`refused: Bearer ${token}`) });
  refuse(await phone.key());
  faults.read = new StoreUnavailable(1, { cause: new Error(`no item for ${JSON.stringify(contents)}`) });
  refuse(await phone.status());
  faults.read = new TypeError(`${sealing.d}\n    at ${token}`);
  refuse(await phone.status());
  expect(codes).toEqual([
    "accounts-present",
    "private-key-refused",
    "body-invalid",
    "version-changed",
    "header-invalid",
    "proof-invalid",
    "step-up-required",
    "keys-unavailable",
    "store-unavailable",
    "internal",
  ]);

  faults.read = undefined;
  faults.unwrap = undefined;
  await next.signIn();
  expectOk(await next.recover());
  expect(await service.leaks()).toEqual([]);
});
