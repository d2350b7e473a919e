import { describe, expect, it } from "vitest";
import { formatRecoveryKey, makeRecoveryKey } from "../../../local/phone/protocol/recoveryKey.ts";
import { MOST_TALLIES } from "../../../shared/model/tries.ts";
import { ids } from "../../../shared/store/items.ts";
import { system } from "../../../shared/system.ts";
import { contents } from "../../support/accounts.ts";
import { heldOf, userIdOf } from "../../support/partition.ts";
import {
  backedUpPhone,
  expectOk,
  expectOpened,
  phoneOf,
  problemOf,
  registeredPhone,
  startService,
  type TestPhone,
  type TestService,
} from "../../support/service.ts";
import { at, DAY, HOUR, later, newPhone, recovered, startStage, statusOf, waiting } from "../stage.ts";
import { android, FREEZE, iPhone, iPhoneElsewhere, laterStale, ownerOf, phonesOf, STALE } from "./stage.ts";

const WEEK = 7 * DAY;

describe("an owner who lost the only phone before its first upload", () => {
  it("gets the key on a new one, and backs up there [G9]", async () => {
    const service = await startService();
    await backedUpPhone(service);
    await expectBackedUpOn(await newPhone(service, { name: "New phone" }));
  });

  it("does so where the answer to turning on was lost, and the app was installed again [G9] [G2]", async () => {
    const service = await startService();
    const lost = await registeredPhone(service, { fetch: losing("/v1/backup/enable") });
    await expect(lost.enable()).rejects.toThrow("lost");
    await expectBackedUpOn(await newPhone(service, { name: "New phone" }));
  });

  async function expectBackedUpOn(next: TestPhone): Promise<void> {
    const refused = { code: "backup-already-on", remedy: "recover-first" };
    expect(problemOf(await next.enable())).toMatchObject(refused);
    const begun = await next.recover();
    expectOk(begun);
    expect(begun.body).not.toHaveProperty("content");
    expectOk(await next.upload(contents));
    const { current } = await statusOf(next);
    expect(current).toMatchObject({ accounts: contents.accounts.length, device: { name: "New phone" } });
  }
});

describe("an owner whose iPhone and iCloud account are gone, without a recovery key,", () => {
  const phones = [
    ["an iPhone in another iCloud account", iPhoneElsewhere, "storage-account-mismatch"],
    ["a phone of the other platform", android, "platform-changed"],
  ] as const;

  it.each(phones)("starts anew after the waiting time on %s, and backs up there [G9]", async (_, ...what) => {
    const { next } = await startedAnew(...what);
    expectOk(await next.upload(contents));
    expect(await statusOf(next)).toMatchObject({ trusted: true, versions: 2, current: { version: 2 } });
  });

  it.each(phones)("can erase everything after that, on %s [G9] [H7]", async (_, ...what) => {
    const { service, next, userId } = await startedAnew(...what);
    expectOk(await next.erase());
    expect(await heldOf(service.adapters.store, userId)).toEqual([]);
  });

  async function startedAnew(like: typeof iPhoneElsewhere | typeof android, code: string) {
    const { service } = await startStage({ wait: WEEK, phones: iPhone });
    const next = await newPhone(service, { name: "Only phone", ...like });
    expect(problemOf(await next.recover())).toMatchObject({ code, otherwise: "start-anew" });
    expect(problemOf(await next.erase())).toMatchObject({ code: "trust-required" });
    const id = await waiting(next, { purpose: "start-anew" });
    await later(service, WEEK, next);
    expectOk(await next.open(id));
    return { service, next, userId: userIdOf(next) };
  }
});

describe("an owner with no place left for a new phone", () => {
  it("has one where all twenty are lost: that of the untrusted phone that registered first [G9]", async () => {
    const { service } = await startStage();
    await fill(service, 8, "Lost phone");
    await fill(service, 10, "Lost phone");
    service.advance(DAY);
    const next = await newPhone(service, { name: "Only phone" });
    expect(await phonesOf(next)).toHaveLength(20);
    expect(await phonesOf(next)).not.toContain("New phone");
    await recovered(next);
    expect(await phonesOf(next)).toEqual(expect.arrayContaining(["Old phone*", "Only phone*"]));
  });

  it("loses no trusted phone to a stranger who fills the places, and a day at most [G9]", async () => {
    const { service, old } = await startStage();
    await fill(service, 10, "Stranger's phone");
    await fill(service, 10, "Stranger's phone");
    const next = await phoneOf(service, { name: "Only phone" });
    const refused = problemOf(await next.register());
    expect(refused).toMatchObject({ status: 429, code: "too-many-tries", of: "registrations" });
    const wait = Date.parse(String(refused.retryAt)) - service.now();
    expect(wait).toBeLessThanOrEqual(DAY * 1000);
    await later(service, wait / 1000, next, old);
    expectOk(await next.register());
    expect(await phonesOf(old)).toContain("Old phone*");
    await recovered(next);
  });

  /** So many more phones, on a day of their own. */
  async function fill(service: TestService, count: number, name: string): Promise<void> {
    service.advance(DAY);
    for (let phone = 0; phone < count; phone++) await newPhone(service, { name });
  }
});

describe("a freeze that nobody can lift", () => {
  it("ends after 30 days by itself: an owner whose denying phone is gone recovers then [G9] [H5]", async () => {
    const { service, old, next: thief } = await startStage();
    const frozenUntil = at(service.now() + FREEZE * 1000);
    expectOk(await old.deny(await recovered(thief)));
    const next = await newPhone(service, { name: "Only phone" });
    const refused = { code: "backup-frozen", remedy: "lift-freeze", otherwise: "wait", frozenUntil };
    for (const act of [next.recover, next.erase]) expect(problemOf(await act())).toMatchObject(refused);
    expect(problemOf(await next.liftFreeze())).toMatchObject({ code: "trust-required" });
    service.advance((Date.parse(frozenUntil) - service.now() - 1) / 1000);
    await next.signIn();
    expect(problemOf(await next.recover())).toMatchObject(refused);
    service.advance(0.001);
    const opened = await next.recover();
    expectOpened(opened);
    expect(opened.contents).toEqual(contents);
  });

  it("keeps an owner from the backup for 44 days where a thief has the only old phone [G9]", async () => {
    const { service, old: stolen } = await startStage({ wait: WEEK });
    const begun = service.now();
    const next = await newPhone(service);
    const first = await waiting(next);
    await laterStale(service, WEEK - 120, stolen, next);
    expectOk(await stolen.deny(first));
    await later(service, FREEZE, next);
    expectOk(await next.register());
    const second = await waiting(next);
    await stolen.signIn(STALE);
    expect(problemOf(await stolen.deny(second))).toMatchObject({ code: "step-up-required" });
    await later(service, WEEK, next);
    expectOpened(await next.open(second));
    expect(service.now() - begun).toBeLessThanOrEqual(44 * DAY * 1000);
  });
});

describe("an app that polls with an old sign-in", () => {
  it("doesn't shut out the fresh one, however often it was refused [G9]", async () => {
    const { service, next } = await startStage({ wait: HOUR });
    const id = await waiting(next);
    await laterStale(service, HOUR, next);
    for (let poll = 0; poll < 10; poll++) {
      expect(problemOf(await next.open(id))).toMatchObject({ code: "step-up-required" });
    }
    expect(problemOf(await next.open(id))).toMatchObject({
      code: "too-many-refusals",
      remedy: "sign-in-again",
    });
    await next.signIn();
    expectOpened(await next.open(id));
  });

  it("reads as often as it likes how the recovery stands, uncounted [G9]", async () => {
    const { service, next } = await startStage({ wait: HOUR });
    const id = await waiting(next);
    await next.signIn(STALE);
    const { tries } = await ownerOf(service, next);
    for (let poll = 0; poll < 40; poll++) {
      expectOk(await next.readRecovery(id));
      expectOk(await next.status());
    }
    expect((await ownerOf(service, next)).tries).toEqual(tries);
  });
});

describe("an owner whose recovery key a stranger guesses at, on phone after phone,", () => {
  it("goes on backing up: what is counted is forgotten with its time [G9]", async () => {
    const { service, old } = await startStage({ phones: iPhone });
    expectOk(await old.setRecoveryKey());
    const guess = formatRecoveryKey(makeRecoveryKey(system));
    for (let day = 0; day < 16; day++) {
      await later(service, DAY, old);
      for (let phone = 0; phone < 10; phone++) {
        const thief = await registeredPhone(service, iPhoneElsewhere);
        expect(problemOf(await thief.recover({ recoveryKey: guess }))).toMatchObject({
          code: "recovery-key-wrong",
        });
        expectOk(await thief.revoke(thief.deviceId));
      }
    }
    expect((await ownerOf(service, old)).tries.length).toBeLessThan(MOST_TALLIES);
    expectOk(await old.upload(contents));
  });
});

describe("an owner whose record has an event that its head doesn't know", () => {
  it("is told that the data are unreadable rather than to come back, and can erase them [G9] [H7]", async () => {
    const { service, old } = await startStage();
    const { store } = service.adapters;
    const userId = userIdOf(old);
    const before = await store.read(userId, ids.owner);
    expectOk(await old.choosePolicy({ conflict: "any-account" }));
    const now = await store.read(userId, ids.owner);
    if (!before || !now) throw new Error("there is no owner");
    await store.commit(userId, [{ kind: "replace", id: ids.owner, body: before.body, etag: now.etag }]);
    const refused = await old.disable();
    expect(problemOf(refused)).toMatchObject({ code: "data-unreadable", retryable: false });
    expectOk(await old.erase());
    expect(await heldOf(store, userId)).toEqual([]);
  });
});

/** Carries requests, and loses the answers to those of one path. */
function losing(path: string): typeof fetch {
  return async (input, init) => {
    const answer = await fetch(input, init);
    if (String(input).endsWith(path)) throw new Error("the answer was lost");
    return answer;
  };
}
