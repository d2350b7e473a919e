import { describe, expect, it } from "vitest";
import { BEHIND } from "../../shared/backup/history.ts";
import { contents, contentsOf } from "../support/accounts.ts";
import { partitionOf } from "../support/partition.ts";
import { expectOk, expectOpened, problemOf, type TestPhone } from "../support/service.ts";
import { overhear } from "../support/traffic.ts";
import {
  at,
  DAY,
  expectWaits,
  freshEnvelope,
  HOUR,
  later,
  recordOf,
  startStage,
  statusOf,
  waiting,
} from "./stage.ts";

describe("a recovery on a new phone, where the owner chose a waiting time,", () => {
  it("tells until when it waits and who can shorten that, and brings nothing [H10]", async () => {
    const { service, next } = await startStage({ wait: DAY });
    const begun = await next.recover();
    expectWaits(begun);
    expect(begun.body).toMatchObject({
      state: "waiting",
      purpose: "recover",
      kinds: { personal: 2, "work-or-school": 2, "third-party": 2 },
      startedAt: at(service.now()),
      releaseAt: at(service.now() + DAY * 1000),
      approvers: 1,
    });
    for (const member of ["key", "content", "accounts", "version"]) {
      expect(begun.body).not.toHaveProperty(member);
    }
    const read = await next.readRecovery(begun.body.recoveryId);
    expectOk(read);
    expect(read.body).toMatchObject({ state: "waiting", releaseAt: begun.body.releaseAt });
  });

  it("is refused a millisecond before its time, and opened at it with every account [H10] [D8]", async () => {
    const { service, next } = await startStage({ wait: DAY });
    const id = await waiting(next);
    const releaseAt = at(service.now() + DAY * 1000);
    await later(service, DAY - 0.001, next);
    const early = await next.open(id);
    expect(problemOf(early)).toMatchObject({
      status: 409,
      code: "recovery-waiting",
      remedy: "approve-on-another-phone",
      otherwise: "wait",
      releaseAt,
      approvers: 1,
    });

    service.advance(0.001);
    const opened = await next.open(id);
    expectOpened(opened);
    expect(opened.contents).toEqual(contents);
    expect(opened.body).toMatchObject({ recoveryId: id, state: "released", version: 1 });
    expectOk(await next.upload(contents));
  });

  it("is nothing that passes by itself: no app is told to ask again on its own [H10]", async () => {
    const { next } = await startStage({ wait: DAY });
    const early = await next.open(await waiting(next));
    expect(problemOf(early).retryable).toBe(false);
    expect(early.headers.get("Retry-After")).toBeNull();
  });

  it("lets neither a key nor an envelope out before, whatever its phone asks for [H10] [D6]", async () => {
    const { service, old, next } = await startStage({ wait: DAY });
    expectOk(await old.upload(contents));
    const envelope = await freshEnvelope(old);
    const id = await waiting(next);
    const before = await ownerOf(next);
    const traffic = overhear(Number(new URL(service.origin).port));
    const acts = {
      key: () => next.key(),
      export: () => next.exportAll(),
      restore: () => next.restore(1),
      "turn off": () => next.disable(),
      erase: () => next.erase(),
      "revoke another": () => next.revoke(old.deviceId),
      "choose no wait": () => next.choosePolicy({ waitingSeconds: 0 }),
      "allow the other platform": () => next.choosePolicy({ otherPlatform: true }),
      "set a recovery key": () =>
        next.send({
          method: "PUT",
          path: "/v1/backup/recovery-key",
          body: {
            storageCheck: "c".repeat(43),
            recoveryKeyCheck: "k".repeat(43),
            wrappedStorageSecret: "w",
          },
        }),
      "remove a recovery key": () => next.removeRecoveryKey(),
      "approve itself": () => next.approve(id),
    };
    for (const [name, act] of Object.entries(acts)) {
      const { status, body } = await act();
      expect({ name, status, code: codeIn(body) }).toEqual({ name, status: 409, code: "trust-required" });
    }
    const headers = { "If-Match": (await next.status()).headers.get("ETag") ?? "" };
    const body = { envelope, manifest: { accounts: [] }, replaces: 2 };
    const sent = await next.send({ method: "PUT", path: "/v1/backup", headers, body });
    expect(codeIn(sent.body)).toBe("overwrite-refused");
    for (const act of [
      () => next.open(id),
      () => next.recover({ purpose: "start-anew" }),
      () => next.open(id),
      () => next.recover(),
      () => next.preview(),
      () => next.status(),
    ]) {
      await act();
    }
    expectOk(await next.readRecovery(id));
    traffic.stop();
    const said = traffic.exchanges();
    expect(said.length).toBeGreaterThan(15);
    for (const { answered } of said) {
      expect(answered.body).not.toMatch(/"(sealed|envelope|content|items)":|"(accounts|conflicts)":\[/);
    }
    expect(next.state().userKey).toBeUndefined();
    expect(await ownerOf(next)).toEqual(before);
  });

  it("brings what is present when it is opened, where no version was named [H10]", async () => {
    const { service, old, next } = await startStage({ wait: DAY });
    const id = await waiting(next);
    expectOk(await old.upload(contentsOf(7)));
    await later(service, DAY, next);
    const opened = await next.open(id);
    expectOpened(opened);
    expect(opened.body.version).toBe(2);
    expect(opened.contents).toEqual(contentsOf(7));
    const read = await next.readRecovery(id);
    expectOk(read);
    expect(read.body).toMatchObject({ state: "released", version: 2 });
    expect(read.body.accounts).toHaveLength(7);
  });

  it("brings the version that was named, though there is a newer one [H10] [H1]", async () => {
    const { service, old, next } = await startStage({ wait: DAY });
    const id = await waiting(next, { version: 1 });
    expectOk(await old.upload(contentsOf(7)));
    await later(service, DAY, next);
    const opened = await next.open(id);
    expectOpened(opened);
    expect(opened.body.version).toBe(1);
    expect(opened.contents).toEqual(contents);
  });

  it("keeps the version that it named, however many are uploaded meanwhile [H10] [H1]", async () => {
    const { service, old, next } = await startStage({ wait: HOUR });
    const id = await waiting(next, { version: 1 });
    for (let upload = 0; upload < 12; upload++) expectOk(await old.upload(contents));
    expect(await versionsOf(old)).toEqual([13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 1]);
    await later(service, HOUR, next);
    const opened = await next.open(id);
    expectOpened(opened);
    expect(opened.body.version).toBe(1);
    // As long as it can be opened again, by a clock that uploads of seven days have shown.
    for (let day = 1; day <= 14 + BEHIND; day++) {
      await later(service, DAY, old);
      expectOk(await old.upload(contents));
      expect((await versionsOf(old)).includes(1)).toBe(day < 14 + BEHIND);
    }
  });

  it("asks for a recent sign-in when it is opened, too [H10] [D6]", async () => {
    const { service, next } = await startStage({ wait: DAY });
    const id = await waiting(next);
    service.advance(DAY);
    await next.signIn({ signedInSecondsAgo: 3000 });
    expect(problemOf(await next.open(id))).toMatchObject({ status: 401, code: "step-up-required" });
    await next.signIn();
    expectOk(await next.open(id));
  });

  it("is looked through again when it is opened: accounts that came meanwhile are in the way [H10] [D2]", async () => {
    const { service, old, next } = await startStage({ wait: DAY });
    const id = await waiting(next);
    await later(service, DAY, next);
    const onPhone = old.state().accounts.map(({ ref }) => ref);
    expect(problemOf(await next.open(id, { onPhone }))).toMatchObject({ code: "accounts-present" });
    expectOk(await next.open(id));
  });

  it("is told to the other phones in their status: who waits, and until when; for 14 days from its release [H10] [H5]", async () => {
    const { service, old, next } = await startStage({ wait: DAY });
    const id = await waiting(next);
    const entry = {
      recoveryId: id,
      purpose: "recover",
      state: "waiting",
      device: { deviceId: next.deviceId, name: "New phone", platform: "android" },
      startedAt: at(service.now()),
      releaseAt: at(service.now() + DAY * 1000),
      expiresAt: at(service.now() + 15 * DAY * 1000),
    };
    expect((await statusOf(old)).recoveries).toEqual([{ ...entry, thisPhone: false }]);
    expect((await statusOf(next)).recoveries).toEqual([{ ...entry, thisPhone: true }]);
    // Opened late, it can be denied for as long: a thief could otherwise wait until nobody may.
    await later(service, 10 * DAY, old, next);
    expectOk(await next.open(id));
    const expiresAt = at(service.now() + 14 * DAY * 1000);
    const released = { ...entry, state: "released", expiresAt, thisPhone: false };
    expect((await statusOf(old)).recoveries).toEqual([released]);
    await later(service, 14 * DAY - 0.001, old);
    expect((await statusOf(old)).recoveries).toHaveLength(1);
    service.advance(0.001);
    expect((await statusOf(old)).recoveries).toEqual([]);
  });

  it("makes its phone show that it is to be opened, from its time on and on no other phone [H10] [G8]", async () => {
    const { service, old, next } = await startStage({ wait: DAY });
    const id = await waiting(next);
    await later(service, DAY - 0.001, old, next);
    expect((await statusOf(next)).indicator).toBe("none");
    service.advance(0.001);
    expect((await statusOf(next)).indicator).toBe("exclamation");
    expect((await statusOf(old)).indicator).toBe("none");
    expectOk(await next.cancel(id));
    expect((await statusOf(next)).indicator).toBe("none");
  });

  it("changes the ETag of every phone's status: who asks for news gets them [H10] [H5]", async () => {
    const { service, old, next } = await startStage({ wait: HOUR });
    const seen = new Set<string>();
    const news = async (phone: TestPhone) => {
      const { status, headers } = await phone.status();
      const etag = headers.get("ETag") ?? "";
      const again = await phone.send({
        method: "GET",
        path: "/v1/backup",
        headers: { "If-None-Match": etag },
      });
      expect([status, again.status, seen.has(etag)]).toEqual([200, 304, false]);
      seen.add(etag);
    };
    await news(old);
    const id = await waiting(next);
    await news(old);
    await news(next);
    await later(service, HOUR - 1, old, next);
    service.advance(1);
    await news(next);
    expectOk(await next.open(id));
    await news(old);
    expectOk(await old.deny(id));
    await news(old);
  });

  it("is in the record: begun, and released when it was opened [H10] [H6]", async () => {
    const { service, old, next } = await startStage({ wait: DAY });
    const recoveryId = await waiting(next);
    await later(service, DAY, old, next);
    // What a phone asks again and again does not fill the record.
    const early = await recordOf(old);
    expectOk(await next.open(recoveryId));
    expectOk(await next.open(recoveryId));
    const released = {
      type: "recovery-released",
      details: { recoveryId, version: 1 },
      device: "New phone",
    };
    expect(await recordOf(old)).toEqual([released, ...early]);
    expect(early[0]).toEqual({ type: "recovery-begun", details: { recoveryId }, device: "New phone" });
  });

  it("leaves no event when it is asked for too early: an app may try as often as it likes [H10]", async () => {
    const { service, next } = await startStage({ wait: DAY });
    const id = await waiting(next);
    const before = await partitionOf(service, next);
    for (let time = 0; time < 3; time++) {
      expect(problemOf(await next.open(id))).toMatchObject({ code: "recovery-waiting" });
    }
    expect(await partitionOf(service, next)).toEqual(before);
  });
});

async function versionsOf(phone: TestPhone): Promise<number[]> {
  const listed = await phone.versions();
  expectOk(listed);
  return listed.body.versions.map(({ version }) => version);
}

function codeIn(body: unknown): unknown {
  return Object(body).code;
}

/** What the owner is told of the backup, the phones and the policy, but for the upload that failed. */
async function ownerOf(phone: TestPhone) {
  const { health, ...status } = await statusOf(phone);
  const [policy, devices] = [await phone.policy(), await phone.devices()];
  expectOk(policy);
  expectOk(devices);
  return { ...status, policy: policy.body, devices: devices.body };
}
