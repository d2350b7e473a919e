import { decodeProtectedHeader } from "jose";
import { describe, expect, it } from "vitest";
import { claimsOf, problem, RECOVERY_ID, tokenOf, waiting } from "./support/answering.ts";
import { empty, full, setUp, storageSecret, turnedOn } from "./support/phones.ts";

describe("a phone that has turned backup on", () => {
  it.each([{ platform: "android" as const }, { platform: "ios" as const, storageSecret }])(
    "uploads what another phone recovers, the same in count, order and settings: $platform [C1] [D8]",
    async (options) => {
      const { first, phone } = await turnedOn(options);
      expect(await first.upload(full)).toMatchObject({ ok: true, body: { version: 1, accounts: 5 } });
      const second = await phone(options);
      await second.register();
      expect(await second.recover()).toMatchObject({ ok: true, contents: full });
    },
  );

  it("sends its first upload as the first, and the next over the one it made", async () => {
    const { first, last } = await turnedOn();
    await first.upload(full);
    expect(last().headers.get("If-None-Match")).toBe("*");
    await first.upload(empty);
    expect(last().headers.get("If-Match")).toBe('"1"');
    expect(decodeProtectedHeader(String(last().body.envelope))).toMatchObject({ ver: 2, plt: "android" });
  });

  it("sends nothing that an envelope may not hold [C3]", async () => {
    const { first, received } = await turnedOn();
    const sent = received.length;
    const contents = { ...full, files: [] };
    await expect(first.upload(contents)).rejects.toMatchObject({ name: "ContentsRefused" });
    expect(received).toHaveLength(sent);
  });

  it("sends no name of an account [C4]", async () => {
    const { first, last } = await turnedOn();
    await first.upload(full);
    const sent = JSON.stringify(last().body);
    for (const { issuer, userName } of full.accounts) {
      expect(sent).not.toContain(issuer);
      expect(sent).not.toContain(userName);
    }
  });

  it("sends the check of its storage account on iOS, and none on Android [A5] [A6]", async () => {
    const ios = await turnedOn({ platform: "ios", storageSecret });
    const { storageCheck } = ios.last().body;
    await ios.first.upload(full);
    expect(ios.last().body.storageCheck).toBe(storageCheck);
    await ios.first.key();
    expect(ios.last().headers.get("X-Storage-Check")).toBe(storageCheck);
    const android = await turnedOn({ storageSecret });
    expect(android.last().body).toEqual({});
  });

  it("goes on from its state after a restart", async () => {
    const { first, phone, last } = await turnedOn();
    await first.upload(full);
    const state = JSON.parse(JSON.stringify(first.state()));
    const restarted = await phone({ state });
    expect(restarted.deviceId).toBe(first.deviceId);
    await restarted.upload(empty);
    expect(last().headers.get("If-Match")).toBe('"1"');
  });
});

describe("a phone that is told what to replace [H2]", () => {
  it("says so in the body, and does not seal again if the answer to the first try got lost [G2]", async () => {
    const { first, last, mishaps } = await turnedOn();
    mishaps.push("answer-lost");
    await expect(first.upload(full)).rejects.toThrow("fetch failed");
    const { envelope, replaces } = last().body;
    expect(replaces).toBeUndefined();
    await first.upload(full, { replaces: 7 });
    expect(last().body).toMatchObject({ envelope, replaces: 7 });
  });
});

describe("a phone that makes a version for the other platform [H8]", () => {
  const ios = { platform: "ios" as const, storageSecret };

  it("seals it without the storage secret, and still shows its storage account", async () => {
    const { first, last } = await turnedOn(ios);
    const { storageCheck } = last().body;
    await first.upload(full, { storageBound: false });
    expect(decodeProtectedHeader(String(last().body.envelope))).toMatchObject({ plt: "ios", ssb: false });
    expect(last().body.storageCheck).toBe(storageCheck);
  });

  it("hands it to a phone of that platform, and to one of its own", async () => {
    const { first, phone } = await turnedOn(ios);
    await first.upload(full, { storageBound: false });
    for (const options of [{}, ios]) {
      const next = await phone(options);
      await next.register();
      const recovered = await next.recover({ unbound: true });
      expect(recovered).toMatchObject({ ok: true, contents: full, body: { platform: "ios" } });
    }
  });

  it.each(["ios", "android"] as const)(
    "is refused by an iPhone whose owner has not allowed it there, and nothing of it is taken: made on %s [A7]",
    async (platform) => {
      const { first, phone, received } = await turnedOn({ platform, storageSecret });
      await first.upload(full, { storageBound: false });
      const next = await phone(ios);
      await next.register();
      await expect(next.recover()).rejects.toMatchObject({ name: "UnboundRefused" });
      const { userKey, accounts } = next.state();
      expect([userKey, accounts]).toEqual([undefined, []]);
      expect(await next.recover({ unbound: true })).toMatchObject({ ok: true, contents: full });
      expect(received.at(-1)?.body).not.toHaveProperty("unbound");
    },
  );

  it("is refused on opening, too, where it had to wait: as long as its owner has not allowed it [A7] [H10]", async () => {
    const { first, phone, mishaps } = await turnedOn(ios);
    await first.upload(full, { storageBound: false });
    const next = await phone(ios);
    await next.register();
    mishaps.push(waiting());
    await next.recover();
    await expect(next.open(RECOVERY_ID)).rejects.toMatchObject({ name: "UnboundRefused" });
    expect(next.state().recovery).toEqual({ recoveryId: RECOVERY_ID });
    expect(await next.open(RECOVERY_ID, { unbound: true })).toMatchObject({ ok: true, contents: full });
  });

  it("is refused with a recovery key, too, which stands in for the iCloud account [A7] [H9]", async () => {
    const { first, phone } = await turnedOn(ios);
    const made = await first.setRecoveryKey();
    if (!made.ok) return expect.fail("a recovery key was set up");
    const { recoveryKey } = made;
    await first.upload(full, { storageBound: false });
    const next = await phone({ platform: "ios" });
    await next.register();
    await expect(next.recover({ recoveryKey })).rejects.toMatchObject({ name: "UnboundRefused" });
  });

  it("can't be made to take one that is bound if there is no storage account", async () => {
    const { first, phone } = await turnedOn(ios);
    await first.upload(full);
    const next = await phone();
    await next.register();
    await expect(next.recover()).rejects.toMatchObject({ name: "EnvelopeRefused", reason: "ssb" });
  });

  it("does not send a bound envelope in its place after an answer that got lost", async () => {
    const { first, last, mishaps } = await turnedOn(ios);
    mishaps.push("answer-lost");
    await expect(first.upload(full)).rejects.toThrow("fetch failed");
    await first.upload(full, { storageBound: false });
    expect(decodeProtectedHeader(String(last().body.envelope))).toMatchObject({ ssb: false });
  });
});

describe("a phone that backs up no more, since the backup is another one's now", () => {
  it.each([
    ["of another platform", 409, "platform-changed"],
    ["in another iCloud account", 403, "storage-account-mismatch"],
  ])("says so each time, and never starts anew by itself: %s [G1] [A8]", async (_, status, code) => {
    const { first, mishaps, received } = await turnedOn();
    await first.upload(full);
    const sent = received.length;
    for (let tries = 0; tries < 3; tries++) {
      mishaps.push(problem(status, { code, otherwise: "start-anew" }));
      expect(await first.upload(empty)).toMatchObject({ ok: false, problem: { code } });
    }
    const requests = received.slice(sent).map(({ method, path }) => `${method} ${path}`);
    expect(requests).toEqual(Array(3).fill("PUT /v1/backup"));
  });
});

describe("a phone that is not trusted [D11]", () => {
  it("gets no key to upload with, and sends nothing in its place", async () => {
    const { first, phone, mishaps, received } = await turnedOn();
    await first.upload(full);
    const second = await phone();
    await second.register();
    await second.status();
    mishaps.push(problem(409, { code: "trust-required", remedy: "recover-or-start-anew" }));
    expect(await second.upload(empty)).toMatchObject({ ok: false, problem: { code: "trust-required" } });
    expect(received.at(-1)).toMatchObject({ method: "GET", path: "/v1/backup/key" });
  });

  it("is told what is there by its upload, where it has a key from before it was removed", async () => {
    const { first, phone, mishaps, received } = await turnedOn();
    await first.upload(full);
    const key = { id: "o".repeat(22), value: "A".repeat(43) };
    const again = await phone({ state: { ...first.state(), userKey: key } });
    mishaps.push(problem(409, { code: "trust-required" }), problem(409, { code: "overwrite-refused" }));
    expect(await again.upload(empty)).toMatchObject({ ok: false, problem: { code: "overwrite-refused" } });
    expect(received.slice(-2).map(({ path }) => path)).toEqual(["/v1/backup/key", "/v1/backup"]);
  });
});

describe("a phone that has turned backup off", () => {
  it("forgets the key and what it would have sent, and keeps its accounts [F2] [F3]", async () => {
    const { first, mishaps, last } = await turnedOn();
    await first.upload(full);
    mishaps.push("answer-lost");
    await expect(first.upload(empty)).rejects.toThrow("fetch failed");
    expect(await first.disable()).toMatchObject({ ok: true, status: 204 });
    expect(last().headers.get("Idempotency-Key")).toBeNull();
    const { userKey, backup, unanswered, accounts, owner } = first.state();
    expect([userKey, backup, unanswered]).toEqual([undefined, undefined, {}]);
    expect(accounts.map(({ userName }) => userName)).toEqual(full.accounts.map(({ userName }) => userName));
    expect(owner).toBeDefined();
  });

  it("forgets nothing if that was refused [F1]", async () => {
    const { first, mishaps } = await turnedOn();
    mishaps.push(problem(400, { code: "confirmation-required", confirm: "delete" }));
    await first.disable({ path: "/v1/backup" });
    expect(first.state().userKey).toBeDefined();
  });

  it.each(["erased", "device-not-registered"])(
    "forgets all but its keys and accounts when it learns that all was erased: %s [F3] [H7]",
    async (answer) => {
      const { first, mishaps } = await turnedOn();
      await first.upload(full);
      const { keys, accounts } = first.state();
      if (answer !== "erased") mishaps.push(problem(401, { code: answer }));
      await first.erase();
      expect(first.state()).toEqual({ keys, accounts, credentials: [], unanswered: {} });
    },
  );
});

describe("a phone on which iOS has another storage account", () => {
  it("cannot open the backup, though the service hands it out [A7]", async () => {
    const { first, phone } = await turnedOn({ platform: "ios", storageSecret });
    await first.upload(full);
    const second = await phone({ platform: "ios", storageSecret: new Uint8Array(32) });
    await second.register();
    await expect(second.recover()).rejects.toMatchObject({ reason: "it does not open" });
  });
});

describe("a phone that has recovered", () => {
  it("asks for the status before it uploads, and builds on what is there", async () => {
    const { first, phone, received } = await turnedOn();
    await first.upload(full);
    const second = await phone();
    await second.register();
    await second.recover();
    await first.upload(full);
    expect(await second.upload(empty)).toMatchObject({ ok: true, body: { version: 3 } });
    const [status, upload] = received.slice(-2);
    expect(status).toMatchObject({ method: "GET", path: "/v1/backup" });
    expect(upload?.headers.get("If-Match")).toBe('"2"');
  });

  it("tells which accounts it had, and also has those that came [D2]", async () => {
    const { first, phone, last } = await turnedOn();
    await first.upload(full);
    const second = await phone();
    await second.register();
    await second.recover({ onPhone: ["r".repeat(43)], version: 1 });
    expect(last().body).toEqual({ accounts: ["r".repeat(43)], version: 1 });
    await second.recover();
    expect(last().body).toEqual({ accounts: [] });
    expect(second.state().accounts).toEqual(first.state().accounts);
  });

  it("reads its recovery again", async () => {
    const { first, phone } = await turnedOn();
    await first.upload(full);
    const second = await phone();
    await second.register();
    await second.recover();
    expect(await second.readRecovery(RECOVERY_ID)).toMatchObject({
      ok: true,
      body: { recoveryId: RECOVERY_ID },
    });
  });
});

describe("a phone that gets no answer [G2]", () => {
  it("sends the same envelope again, with a new proof", async () => {
    const { first, mishaps, received } = await turnedOn();
    mishaps.push("answer-lost");
    await expect(first.upload(full)).rejects.toThrow("fetch failed");
    expect(await first.upload(full)).toMatchObject({ ok: true });
    const [lost, again] = received.slice(-2);
    if (!lost || !again) throw new Error("two uploads were sent");
    expect(again.body).toEqual(lost.body);
    expect(again.headers.get("If-None-Match")).toBe("*");
    expect(claimsOf(again).jti).not.toBe(claimsOf(lost).jti);
  });

  it("seals again once the answer came", async () => {
    const { first, received } = await turnedOn();
    await first.upload(full);
    await first.upload(full);
    const [one, two] = received.slice(-2);
    expect(one?.body.envelope).not.toBe(two?.body.envelope);
  });

  it.each([
    ["no answer", "answer-lost" as const],
    ["a step-up", problem(401, { code: "step-up-required", missing: ["second-factor"], maxAge: 600 })],
    [
      "a service that is down",
      problem(503, { code: "unavailable", retryable: true }, { "Retry-After": "7" }),
    ],
  ])("repeats turning on with the same key after %s, over a restart", async (_, mishap) => {
    const { phone, mishaps, received } = setUp();
    const first = await phone();
    await first.register();
    mishaps.push(mishap);
    await first.enable().catch((error: unknown) => expect(error).toBeInstanceOf(TypeError));
    const restarted = await phone({ state: first.state() });
    expect(await restarted.enable()).toMatchObject({ ok: true });
    const [lost, again] = received.slice(-2);
    const key = again?.headers.get("Idempotency-Key");
    expect(key).toMatch(/^[A-Za-z0-9_-]{22}$/);
    expect(lost?.headers.get("Idempotency-Key")).toBe(key);
  });

  it("uses a new key for a recovery other than the one that got no answer", async () => {
    const { first, mishaps, received } = await turnedOn();
    await first.upload(full);
    for (const request of [{}, { version: 1 }]) {
      mishaps.push("answer-lost");
      await expect(first.recover(request)).rejects.toThrow("fetch failed");
    }
    await first.recover({ version: 1 });
    const [one, two, again] = received.slice(-3).map(({ headers }) => headers.get("Idempotency-Key"));
    expect(two).not.toBe(one);
    expect(again).toBe(two);
  });

  it("uses a new key once the refusal is final", async () => {
    const { phone, mishaps, received } = setUp();
    const first = await phone();
    await first.register();
    mishaps.push(problem(409, { code: "backup-already-on" }));
    await first.recover();
    await first.enable();
    mishaps.push(problem(409, { code: "backup-already-on" }));
    await first.enable();
    await first.enable();
    const keys = received.map(({ headers }) => headers.get("Idempotency-Key")).filter((key) => key !== null);
    expect(new Set(keys).size).toBe(4);
  });
});

describe("a phone", () => {
  it("gives a problem as a result, with when to try again", async () => {
    const { phone, mishaps } = setUp();
    mishaps.push(problem(503, { code: "unavailable", retryable: true }, { "Retry-After": "7" }));
    expect(await (await phone()).status()).toMatchObject({
      ok: false,
      status: 503,
      retryAfter: 7,
      problem: { code: "unavailable" },
    });
  });

  it("gives a gateway's answer as a problem too", async () => {
    const { phone, mishaps } = setUp();
    mishaps.push(new Response("<h1>Bad gateway</h1>", { status: 502 }));
    expect(await (await phone()).status()).toMatchObject({
      ok: false,
      problem: { code: "unknown-answer", retryable: true },
    });
  });

  it("is told of a backup that is off", async () => {
    const { phone } = setUp();
    const result = await (await phone()).status();
    expect(result).toMatchObject({ ok: true, body: { state: "off", nextVersion: 1 } });
  });

  it("lists the owner's phones and revokes one", async () => {
    const { first } = await turnedOn();
    const listed = await first.devices();
    expect(listed).toMatchObject({ ok: true, body: { devices: [{ deviceId: first.deviceId }] } });
    expect(await first.revoke(first.deviceId)).toMatchObject({ ok: true, status: 204 });
  });

  it("does not take a registration that was made for another owner", async () => {
    const { phone } = setUp();
    const owners = ["alice", "bob"];
    const first = await phone({ token: async () => tokenOf(owners.shift() ?? "bob") });
    await expect(first.register()).rejects.toThrow("registered for another owner");
    expect(first.state().owner).toBeUndefined();
  });

  it("can be made to send an upload that is wrong", async () => {
    const { first, last, mishaps } = await turnedOn();
    mishaps.push(problem(409, { code: "envelope-mismatch", header: "uid" }));
    await first.upload(full, {
      envelopeHeader: { uid: "someone-else" },
      body: { manifest: undefined, extra: 1 },
      headers: { "If-None-Match": undefined, "If-Match": '"other"' },
      proof: { payload: { htm: "POST" } },
    });
    expect(decodeProtectedHeader(String(last().body.envelope))).toMatchObject({
      uid: "someone-else",
      ver: 1,
    });
    expect(Object.keys(last().body)).toEqual(["envelope", "extra"]);
    expect(last().headers.get("If-None-Match")).toBeNull();
    expect(last().headers.get("If-Match")).toBe('"other"');
    expect(claimsOf(last()).htm).toBe("POST");
  });
});
