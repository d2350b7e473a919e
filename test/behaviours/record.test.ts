import { describe, expect, it } from "vitest";
import { hashOf, verifyActivity } from "../../local/phone/protocol/verifyActivity.ts";
import { ids } from "../../shared/store/items.ts";
import type { ItemBody, Operation } from "../../shared/store/port.ts";
import { contents, contentsOf } from "../support/accounts.ts";
import { userIdOf } from "../support/partition.ts";
import {
  backedUpPhone,
  expectOk,
  problemOf,
  registeredPhone,
  START,
  startService,
  type TestPhone,
  type TestService,
} from "../support/service.ts";

describe("the record of what happened", () => {
  it("has one event of a phone's uploads of a day; the next tells how many more there were [H6]", async () => {
    const service = await startService();
    const old = await backedUpPhone(service, { name: "Old phone" });
    const next = await registeredPhone(service, { name: "New phone" });
    const uploadBy = async (phone: TestPhone, of = contents) => {
      await phone.signIn();
      await phone.status();
      expectOk(await phone.upload(of));
    };
    for (let count = 0; count < 3; count++) await uploadBy(old);
    await next.signIn();
    expectOk(await next.recover());
    // Each phone's first.
    await uploadBy(next);
    await uploadBy(next);
    // One that loses an account.
    await uploadBy(next, contentsOf(contents.accounts.length - 1));
    await uploadBy(next, contentsOf(contents.accounts.length - 1));
    service.advance(24 * 60 * 60);
    await uploadBy(old);
    const { events } = await recordOf(old);
    const uploads = events.filter(({ type }) => type === "backup-uploaded").reverse();
    expect(uploads.map(({ device, details }) => [device?.name, details])).toEqual([
      ["Old phone", { version: 1 }],
      ["New phone", { version: 4 }],
      ["New phone", { version: 6, uploads: 1 }],
      ["Old phone", { version: 8, uploads: 1 }],
    ]);
    const released = events.find(({ type }) => type === "recovery-released");
    expect(released?.details).toMatchObject({ uploads: 2 });
  });

  it("tells the owner who did what and when, newest first, on every phone [H6]", async () => {
    const service = await startService();
    const old = await backedUpPhone(service, { name: "Old phone" });
    expectOk(await old.upload(contents));
    expect(problemOf(await old.upload(contentsOf(1)))).toMatchObject({ code: "sharp-drop" });
    expectOk(await old.upload(contents));
    expectOk(await old.choosePolicy({ conflict: "any-account" }));
    service.advance(60);
    const next = await registeredPhone(service, { name: "New phone" });
    expect(problemOf(await next.recover({ onPhone: ["r".repeat(43)] })).code).toBe("accounts-present");
    const recovered = await next.recover();
    expectOk(recovered);
    expectOk(await next.refresh());
    expectOk(await next.restore(1));
    expectOk(await next.register({ body: { name: "My phone" } }));
    expectOk(await next.revoke(old.deviceId));
    expectOk(await next.disable());

    const { events } = await recordOf(next);
    const { recoveryId } = recovered.body;
    expect(events.map(({ type, device, details }) => [type, device?.name, details])).toEqual(
      [
        ["device-registered", "Old phone", {}],
        ["backup-enabled", "Old phone", {}],
        ["backup-uploaded", "Old phone", { version: 1 }],
        ["backup-refused", "Old phone", { code: "sharp-drop" }],
        ["policy-changed", "Old phone", { uploads: 1 }],
        ["device-registered", "New phone", {}],
        ["recovery-refused", "New phone", { code: "accounts-present" }],
        ["recovery-released", "New phone", { recoveryId, version: 2 }],
        ["backup-refreshed", "New phone", {}],
        ["version-restored", "New phone", { version: 3 }],
        ["device-renamed", "My phone", {}],
        ["device-revoked", "My phone", { deviceId: old.deviceId }],
        ["backup-deleted", "My phone", {}],
      ].reverse(),
    );
    expect(new Set(events.map(({ at }) => at))).toEqual(
      new Set([new Date(START + 60_000).toISOString(), new Date(START).toISOString()]),
    );
  });

  it("is a chain of hashes, whose head is where it ends [H6]", async () => {
    const { phone } = await startWithEvents(5);
    const { head, events } = await recordOf(phone);
    expect(events.map(({ number }) => number)).toEqual([7, 6, 5, 4, 3, 2, 1]);
    expect(head).toEqual({ number: 7, hash: events[0]?.hash });
    expect(verifyActivity(events, head)).toEqual({ intact: true, from: 1 });
  });

  it.each([97, 98, 99, 205])(
    "comes in pages, which make one chain: %i events and two [H6]",
    async (count) => {
      const { phone } = await startWithEvents(count);
      const { head, events } = await recordOf(phone);
      expect(events).toHaveLength(count + 2);
      expect(verifyActivity(events, head)).toEqual({ intact: true, from: 1 });
    },
  );

  it("holds no name, user name or reference of an account [H6] [C4]", async () => {
    const { service, phone } = await startWithEvents(1);
    const references = phone.state().accounts.map(({ ref }) => ref);
    const next = await registeredPhone(service);
    expect(problemOf(await next.recover({ onPhone: references })).code).toBe("accounts-present");
    const said = JSON.stringify(await recordOf(phone));
    for (const { issuer, userName } of contents.accounts) {
      expect(said).not.toContain(issuer);
      expect(said).not.toContain(userName);
    }
    for (const reference of references) expect(said).not.toContain(reference);
  });

  it.each(["work-or-school", "provider", "operator"] as const)(
    "is read by no administrator: a token of the kind %s [H6] [C5]",
    async (kind) => {
      const { phone } = await startWithEvents(1);
      await phone.signIn({ kind });
      const refused = problemOf(await phone.activity());
      expect(refused.status).toBe(403);
      expect(refused).not.toHaveProperty("events");
    },
  );

  it("is another owner's own: nobody else's events are in it [H6]", async () => {
    const { service } = await startWithEvents(3);
    const stranger = await registeredPhone(service, { owner: "mallory" });
    const { events } = await recordOf(stranger);
    expect(events.map(({ type }) => type)).toEqual(["device-registered"]);
  });
});

describe("who can write to the database, and so", () => {
  it("takes out an event, is noticed [H6]", async () => {
    const { service, phone } = await startWithEvents(5);
    await tamper(service, phone, async () => [{ kind: "delete", id: ids.event(4) }]);
    expect(await verified(phone)).toEqual({ intact: false, number: 4, reason: "missing" });
  });

  it("cuts off the last events, is noticed [H6]", async () => {
    const { service, phone } = await startWithEvents(5);
    await tamper(service, phone, async () => [
      { kind: "delete", id: ids.event(7) },
      { kind: "delete", id: ids.event(6) },
    ]);
    expect(await verified(phone)).toEqual({ intact: false, number: 7, reason: "end-missing" });
  });

  it.each([
    ["what it was", { type: "backup-uploaded" }],
    ["when it was", { at: "2026-11-22T08:00:00.001Z" }],
    ["what came of it", { details: { version: 9 } }],
    ["which phone it was", { device: { deviceId: "d".repeat(43), name: "Pixel", platform: "android" } }],
  ])("changes an event, is noticed: %s [H6]", async (_, change) => {
    const { service, phone } = await startWithEvents(5);
    await tamper(service, phone, async (read) => [
      await replaced(read, 5, (body) => ({ ...body, ...change })),
    ]);
    expect(await verified(phone)).toEqual({ intact: false, number: 5, reason: "changed" });
  });

  it("changes an event and recomputes its hash, is noticed by the event behind it [H6]", async () => {
    const { service, phone } = await startWithEvents(5);
    const { events } = await recordOf(phone);
    const event = events.find(({ number }) => number === 5) ?? expect.fail("no event 5");
    const changed = { ...event, type: "backup-uploaded" };
    await tamper(service, phone, async (read) => [
      await replaced(read, 5, () => ({ schema: 1, ...changed, hash: hashOf(changed) })),
    ]);
    expect(await verified(phone)).toEqual({ intact: false, number: 5, reason: "changed" });
  });

  it("puts two events in each other's place, is noticed [H6]", async () => {
    const { service, phone } = await startWithEvents(5);
    await tamper(service, phone, async (read) => {
      const [third, fourth] = [await read(3), await read(4)];
      return [await replaced(read, 3, () => fourth.body), await replaced(read, 4, () => third.body)];
    });
    expect(await verified(phone)).toMatchObject({ intact: false, number: 4, reason: "out-of-order" });
  });

  it("puts two events in each other's place, numbers and all, is noticed [H6]", async () => {
    const { service, phone } = await startWithEvents(5);
    await tamper(service, phone, async (read) => {
      const [third, fourth] = [await read(3), await read(4)];
      return [
        await replaced(read, 3, () => ({ ...fourth.body, number: 3 })),
        await replaced(read, 4, () => ({ ...third.body, number: 4 })),
      ];
    });
    expect(await verified(phone)).toMatchObject({ intact: false, number: 4, reason: "changed" });
  });
});

/** A phone to which two things have happened, and then so many changes of the policy. */
async function startWithEvents(count: number) {
  const service = await startService();
  const phone = await backedUpPhone(service);
  for (let at = 0; at < count; at++) {
    if (at === 0) expectOk(await phone.upload(contents));
    else expectOk(await phone.choosePolicy({ conflict: at % 2 === 0 ? "same-account" : "any-account" }));
  }
  return { service, phone };
}

async function recordOf(phone: TestPhone) {
  const record = await phone.activity();
  expectOk(record);
  return record.body;
}

async function verified(phone: TestPhone) {
  const { events, head } = await recordOf(phone);
  return verifyActivity(events, head);
}

type Read = (number: number) => Promise<{ readonly etag: string; readonly body: ItemBody }>;

async function tamper(
  { adapters: { store } }: TestService,
  phone: TestPhone,
  change: (read: Read) => Promise<Operation[]>,
): Promise<void> {
  const userId = userIdOf(phone);
  const read: Read = async (number) =>
    (await store.read(userId, ids.event(number))) ?? expect.fail(`no event ${number}`);
  expect(verifyActivity(...(await chainOf(phone))).intact).toBe(true);
  expect((await store.commit(userId, await change(read))).committed).toBe(true);
}

async function chainOf(phone: TestPhone) {
  const { events, head } = await recordOf(phone);
  return [events, head] as const;
}

async function replaced(
  read: Read,
  number: number,
  change: (body: ItemBody) => ItemBody,
): Promise<Operation> {
  const { etag, body } = await read(number);
  return { kind: "replace", id: ids.event(number), etag, body: change(body) };
}
