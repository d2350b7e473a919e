import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { endpoints } from "../../../functions/endpoints.ts";
import type { SendRequest } from "../../../local/phone/acts/client.ts";
import { publicJwk } from "../../../local/phone/protocol/keys.ts";
import { storageCheck } from "../../../local/phone/protocol/storage.ts";
import { catalogue } from "../../../shared/errors/catalogue.ts";
import { isForPhones } from "../../../shared/http/endpoint.ts";
import type { Operation, StoredItem } from "../../../shared/store/port.ts";
import { contentsOf } from "../../support/accounts.ts";
import { partitionOf, userIdOf } from "../../support/partition.ts";
import { recoveryKeyBody } from "../../support/recoveryKey.ts";
import {
  backedUpPhone,
  expectOk,
  registeredPhone,
  startService,
  type TestPhone,
  type TestService,
} from "../../support/service.ts";
import { accountKey } from "../challenges/stage.ts";
import { DAY, later, newPhone, recovered, waiting } from "../stage.ts";
import { anew, iPhone, outcomeOf, STALE, uploadRequest } from "./stage.ts";

const STATES = ["off", "on", "deleted", "frozen", "waiting"] as const;
const PHONES = ["registered", "trusted", "stale", "removed"] as const;
type State = (typeof STATES)[number];
type Who = (typeof PHONES)[number];

/**
 * Who may do what, and when. A cell says what the act comes to, and after a semicolon in which states it comes to
 * something else. The states: backup was never on, is on, was turned off, is on and frozen, is on while a recovery waits
 * on another phone. The phones: one that is only registered, and has waited long enough with a recovery of its own; the
 * one that is trusted longest, after a fresh sign-in; the same without one (of their own recovery asks a younger one, on
 * which it was released); and one that was trusted until it was removed, after the recovery of another phone began that is
 * there to be approved or denied. Nobody is trusted before backup was ever on.
 */
const TABLE = `
| act | registered | trusted | trusted, stale sign-in | removed |
|---|---|---|---|---|
| devices-register | ok | ok | step-up-required | ok |
| devices-list | ok | ok | ok | device-not-registered |
| devices-revoke, itself | ok | ok | ok | device-not-registered |
| devices-revoke, a registered phone | trust-required; off, deleted: ok; frozen: backup-frozen | ok | step-up-required | device-not-registered |
| devices-revoke, a trusted phone | trust-required; off: –; frozen: backup-frozen | ok | step-up-required | device-not-registered; off: – |
| devices-push | ok | ok | ok | device-not-registered |
| backup-enable | backup-already-on; off: ok; deleted: start-anew-required; frozen: backup-frozen | backup-already-on; deleted: ok; frozen: backup-frozen | step-up-required; frozen: backup-frozen | device-not-registered |
| backup-status | ok | ok | ok | device-not-registered |
| backup-upload | overwrite-refused; off, deleted: backup-off | ok; deleted: backup-off | ok; deleted: backup-off | device-not-registered |
| backup-upload, a confirmed drop | overwrite-refused; off, deleted: backup-off | ok; deleted: backup-off | step-up-required; deleted: backup-off | device-not-registered |
| backup-disable | trust-required; frozen: backup-frozen | ok; frozen: backup-frozen | step-up-required; frozen: backup-frozen | device-not-registered |
| backup-key | trust-required | ok; deleted: backup-off | ok; deleted: backup-off | device-not-registered |
| backup-refresh | trust-required | ok; deleted: backup-off | step-up-required | device-not-registered |
| backup-versions | trust-required | ok; deleted: backup-off | ok; deleted: backup-off | device-not-registered |
| backup-versions-restore | trust-required; frozen: backup-frozen | ok; deleted: backup-off; frozen: backup-frozen | step-up-required; frozen: backup-frozen | device-not-registered |
| backup-policy-read | ok | ok | ok | device-not-registered |
| backup-policy-choose | trust-required; frozen: backup-frozen | ok; deleted: backup-off; frozen: backup-frozen | step-up-required; frozen: backup-frozen | device-not-registered |
| backup-recovery-key-set | trust-required; frozen: backup-frozen | ok; deleted: backup-off; frozen: backup-frozen | step-up-required; frozen: backup-frozen | device-not-registered |
| backup-recovery-key-remove | trust-required; frozen: backup-frozen | ok; deleted: backup-off; frozen: backup-frozen | step-up-required; frozen: backup-frozen | device-not-registered |
| backup-freeze-lift | trust-required | ok | step-up-required | device-not-registered |
| recoveries-preview | ok; off: backup-none; deleted: backup-deleted; frozen: backup-frozen | ok; deleted: backup-deleted; frozen: backup-frozen | ok; deleted: backup-deleted; frozen: backup-frozen | device-not-registered |
| recoveries-preview, starting anew | ok; off: backup-off; frozen: backup-frozen | ok; frozen: backup-frozen | ok; frozen: backup-frozen | device-not-registered |
| recoveries-begin | ok; off: backup-none; deleted: backup-deleted; frozen: backup-frozen | ok; deleted: backup-deleted; frozen: backup-frozen | step-up-required; deleted: backup-deleted; frozen: backup-frozen | device-not-registered |
| recoveries-begin, starting anew | ok; off: backup-off; frozen: backup-frozen | ok; frozen: backup-frozen | step-up-required; frozen: backup-frozen | device-not-registered |
| recoveries-read, its own | ok; off: recovery-not-found | ok | ok | device-not-registered |
| recoveries-open, its own | ok; off: recovery-not-found; frozen: backup-frozen | ok; deleted: backup-deleted; frozen: backup-frozen | step-up-required; deleted: backup-deleted; frozen: backup-frozen | device-not-registered |
| recoveries-cancel, its own | ok; off: recovery-not-found | ok | ok | device-not-registered |
| recoveries-approve, another's | trust-required; frozen: backup-frozen | ok; frozen: backup-frozen | step-up-required; frozen: backup-frozen | device-not-registered |
| recoveries-deny, another's | older-phone-required; off: recovery-not-found | ok | ok | ok; off: device-not-registered |
| contacts-add | trust-required; off, deleted: ok; frozen: backup-frozen | ok; frozen: backup-frozen | step-up-required; frozen: backup-frozen | device-not-registered |
| contacts-send | trust-required; off, deleted: contact-not-found; frozen: backup-frozen | contact-not-found; frozen: backup-frozen | contact-not-found; frozen: backup-frozen | device-not-registered |
| contacts-confirm | trust-required; off, deleted: contact-not-found; frozen: backup-frozen | contact-not-found; frozen: backup-frozen | contact-not-found; frozen: backup-frozen | device-not-registered |
| contacts-list | trust-required; off, deleted: ok | ok | ok | device-not-registered |
| contacts-remove | trust-required; off, deleted: ok; frozen: backup-frozen | ok; frozen: backup-frozen | step-up-required; frozen: backup-frozen | device-not-registered |
| challenges-begin | trust-required; off, deleted: ok; frozen: backup-frozen | ok; frozen: backup-frozen | ok; frozen: backup-frozen | device-not-registered |
| challenges-read | trust-required; off, deleted: challenge-not-found | challenge-not-found | challenge-not-found | device-not-registered |
| challenges-cancel | trust-required; off, deleted: challenge-not-found | challenge-not-found | challenge-not-found | device-not-registered |
| challenges-sign-in | trust-required; off, deleted: challenge-not-found; frozen: backup-frozen | challenge-not-found; frozen: backup-frozen | challenge-not-found; frozen: backup-frozen | device-not-registered |
| challenges-code-send | trust-required; off, deleted: challenge-not-found; frozen: backup-frozen | challenge-not-found; frozen: backup-frozen | challenge-not-found; frozen: backup-frozen | device-not-registered |
| challenges-code | trust-required; off, deleted: challenge-not-found; frozen: backup-frozen | challenge-not-found; frozen: backup-frozen | challenge-not-found; frozen: backup-frozen | device-not-registered |
| challenges-activation | trust-required; off, deleted: challenge-not-found; frozen: backup-frozen | challenge-not-found; frozen: backup-frozen | challenge-not-found; frozen: backup-frozen | device-not-registered |
| challenges-credential | trust-required; off, deleted: challenge-not-found; frozen: backup-frozen | challenge-not-found; frozen: backup-frozen | challenge-not-found; frozen: backup-frozen | device-not-registered |
| challenges-push-send | trust-required; off, deleted: challenge-not-found; frozen: backup-frozen | challenge-not-found; frozen: backup-frozen | challenge-not-found; frozen: backup-frozen | device-not-registered |
| challenges-push | trust-required; off, deleted: challenge-not-found; frozen: backup-frozen | challenge-not-found; frozen: backup-frozen | challenge-not-found; frozen: backup-frozen | device-not-registered |
| activity-read | ok | ok | ok | device-not-registered |
| me-export | trust-required; off, deleted: ok; frozen: backup-frozen | ok; frozen: backup-frozen | step-up-required; frozen: backup-frozen | device-not-registered |
| me-export-next, of no export | trust-required; off, deleted: body-invalid; frozen: backup-frozen | body-invalid; frozen: backup-frozen | step-up-required; frozen: backup-frozen | device-not-registered |
| me-erase | trust-required; off: ok; frozen: backup-frozen | ok; frozen: backup-frozen | step-up-required; frozen: backup-frozen | device-not-registered |
`;

const rows = TABLE.trim()
  .split("\n")
  .slice(2)
  .map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );

/** What the table says that an act comes to. */
function expectedOf(cells: readonly string[], who: Who, state: State): string {
  if (state === "off" && (who === "trusted" || who === "stale")) return "–";
  const [usual = "", ...others] = (cells[PHONES.indexOf(who) + 1] ?? "").split("; ");
  const other = others
    .map((text) => text.split(": "))
    .find(([states]) => states?.split(", ").includes(state));
  return other?.[1] ?? usual;
}

interface Stage {
  readonly service: TestService;
  readonly phones: Readonly<Record<Who, TestPhone>>;
  /** The recovery that each has of its own; among the trusted phones a younger one has. */
  readonly own: Readonly<Record<Who, string>>;
  /** Of a phone that is neither. */
  readonly others: string;
  readonly registered: TestPhone;
  readonly trusted: TestPhone;
  readonly upload: SendRequest;
  readonly drop: SendRequest;
  readonly recoveryKey: Readonly<Record<string, unknown>>;
}

const NOBODYS = "r".repeat(22);
/** Brings about one of the states. */
const stages: Readonly<Record<State, () => Promise<Stage>>> = {
  off: async () => {
    const service = await startService();
    const phone = await registeredPhone(service, iPhone);
    const [another, removed] = [await newPhone(service, iPhone), await newPhone(service, iPhone)];
    expectOk(await phone.revoke(removed.deviceId));
    const own = { registered: NOBODYS, trusted: NOBODYS, stale: NOBODYS, removed: NOBODYS };
    return await complete(service, phone, {
      phones: { registered: phone, trusted: phone, stale: phone, removed },
      own,
      others: NOBODYS,
      registered: another,
      trusted: another,
    });
  },

  on: async () => await startOn(),

  deleted: async () =>
    await startOn({
      before: async ({ trusted }) => expectOk(await trusted.disable()),
      wish: anew,
    }),

  frozen: async () =>
    await startOn({
      after: async ({ service, trusted }) => {
        const thief = await newPhone(service, iPhone);
        expectOk(await trusted.deny(await waiting(thief)));
      },
    }),

  waiting: async () =>
    await startOn({
      after: async ({ service }) => await waiting(await newPhone(service, iPhone)),
    }),
};

interface Course {
  /** What happens before the registered phone begins its recovery. */
  readonly before?: (stage: { service: TestService; trusted: TestPhone }) => Promise<unknown>;
  /** What that recovery is for. */
  readonly wish?: typeof anew;
  /** What happens at last; a recovery that it begins is the one to be approved or denied. */
  readonly after?: (stage: { service: TestService; trusted: TestPhone }) => Promise<unknown>;
}

async function startOn({ before, wish, after }: Course = {}): Promise<Stage> {
  const service = await startService();
  const trusted = await backedUpPhone(service, iPhone);
  expectOk(await trusted.upload(contentsOf(6)));
  expectOk(await trusted.upload(contentsOf(7)));
  const removed = await newPhone(service, iPhone);
  const removedOwn = await recovered(removed);
  const other = await newPhone(service, iPhone);
  const released = await recovered(other);
  expectOk(await trusted.choosePolicy({ waitingSeconds: DAY }));
  expectOk(await trusted.setRecoveryKey());
  const registered = await newPhone(service, iPhone);
  const another = await newPhone(service, iPhone);
  await before?.({ service, trusted });
  const waited = await waiting(registered, wish);
  await later(service, DAY, trusted, registered, removed, other, another);
  const waits = await after?.({ service, trusted });
  if (before === undefined) expectOk(await trusted.key());
  expectOk(await trusted.revoke(removed.deviceId));
  return await complete(service, trusted, {
    phones: { registered, trusted, stale: trusted, removed },
    own: { registered: waited, trusted: released, stale: released, removed: removedOwn },
    others: typeof waits === "string" ? waits : released,
    registered: another,
    trusted: other,
  });
}

/** The requests that are made of what is there. */
async function complete(
  service: TestService,
  phone: TestPhone,
  stage: Omit<Stage, "service" | "upload" | "drop" | "recoveryKey">,
): Promise<Stage> {
  const { storageSecret } = iPhone;
  const status = await phone.status();
  expectOk(status);
  const on = status.body.state === "on";
  if (on) expectOk(await phone.key());
  const replaces = on && status.body.state === "on" ? status.body.current?.version : undefined;
  return {
    service,
    ...stage,
    upload: await uploadRequest(phone, contentsOf(8), { storageSecret }),
    drop: await uploadRequest(phone, contentsOf(1), { storageSecret, replaces: replaces ?? 1 }),
    recoveryKey: on
      ? await recoveryKeyBody(phone.state(), storageSecret)
      : { storageCheck: shown(phone), recoveryKeyCheck: "c".repeat(43), wrappedStorageSecret: "none" },
  };
}

function shown(phone: TestPhone): string {
  return storageCheck(iPhone.storageSecret, userIdOf(phone));
}

/** The requests, by the name of the endpoint and, after a comma, what is particular to one. */
const requests: Readonly<Record<string, (stage: Stage, who: Who) => SendRequest>> = {
  "devices-register": ({ phones }, who) => ({
    method: "PUT",
    path: `/v1/devices/${phones[who].deviceId}`,
    body: { name: "Pixel", sealingKey: publicJwk(phones[who].state().keys.sealing) },
  }),
  "devices-list": () => ({ method: "GET", path: "/v1/devices" }),
  "devices-revoke, itself": ({ phones }, who) => ({
    method: "DELETE",
    path: `/v1/devices/${phones[who].deviceId}`,
  }),
  "devices-revoke, a registered phone": ({ registered }) => ({
    method: "DELETE",
    path: `/v1/devices/${registered.deviceId}`,
  }),
  "devices-revoke, a trusted phone": ({ trusted }) => ({
    method: "DELETE",
    path: `/v1/devices/${trusted.deviceId}`,
  }),
  "devices-push": () => ({
    method: "PUT",
    path: "/v1/devices/me/push",
    body: { platform: "apns", environment: "production", token: "ab".repeat(32), language: "en" },
  }),
  "backup-enable": ({ phones }, who) => ({
    method: "POST",
    path: "/v1/backup/enable",
    body: { storageCheck: shown(phones[who]) },
  }),
  "backup-status": () => ({ method: "GET", path: "/v1/backup" }),
  "backup-upload": ({ upload }) => upload,
  "backup-upload, a confirmed drop": ({ drop }) => drop,
  "backup-disable": () => ({ method: "DELETE", path: "/v1/backup?confirm=delete" }),
  "backup-key": ({ phones }, who) => ({
    method: "GET",
    path: "/v1/backup/key",
    headers: { "X-Storage-Check": shown(phones[who]) },
  }),
  "backup-refresh": () => ({ method: "POST", path: "/v1/backup/refresh" }),
  "backup-versions": () => ({ method: "GET", path: "/v1/backup/versions" }),
  "backup-versions-restore": () => ({ method: "POST", path: "/v1/backup/versions/1/restore" }),
  "backup-policy-read": () => ({ method: "GET", path: "/v1/backup/policy" }),
  "backup-policy-choose": () => ({
    method: "PUT",
    path: "/v1/backup/policy",
    body: { conflict: "any-account" },
  }),
  "backup-recovery-key-set": ({ recoveryKey }) => ({
    method: "PUT",
    path: "/v1/backup/recovery-key",
    body: recoveryKey,
  }),
  "backup-recovery-key-remove": () => ({ method: "DELETE", path: "/v1/backup/recovery-key" }),
  "backup-freeze-lift": () => ({ method: "DELETE", path: "/v1/backup/freeze" }),
  "recoveries-preview": ({ phones }, who) => preview(phones[who], {}),
  "recoveries-preview, starting anew": ({ phones }, who) => preview(phones[who], anew),
  "recoveries-begin": ({ phones }, who) => begin(phones[who], {}),
  "recoveries-begin, starting anew": ({ phones }, who) => begin(phones[who], anew),
  "recoveries-read, its own": ({ own }, who) => ({ method: "GET", path: `/v1/recoveries/${own[who]}` }),
  "recoveries-open, its own": ({ own, phones }, who) => ({
    method: "POST",
    path: `/v1/recoveries/${own[who]}/open`,
    body: { accounts: [], storageCheck: shown(phones[who]) },
  }),
  "recoveries-cancel, its own": ({ own }, who) => ({ method: "DELETE", path: `/v1/recoveries/${own[who]}` }),
  "recoveries-approve, another's": ({ others }) => ({
    method: "POST",
    path: `/v1/recoveries/${others}/approve`,
  }),
  "recoveries-deny, another's": ({ others }) => ({ method: "POST", path: `/v1/recoveries/${others}/deny` }),
  "contacts-add": () => ({
    method: "POST",
    path: "/v1/contacts",
    // Nobody's before: what is sent to an address is counted over all owners.
    body: { kind: "email", address: `${randomUUID()}@wonderland.example` },
  }),
  "contacts-send": () => ({ method: "POST", path: `/v1/contacts/${NOBODYS}/send` }),
  "contacts-confirm": () => ({
    method: "POST",
    path: `/v1/contacts/${NOBODYS}/code`,
    body: { code: "123456" },
  }),
  "contacts-list": () => ({ method: "GET", path: "/v1/contacts" }),
  "contacts-remove": () => ({ method: "DELETE", path: `/v1/contacts/${NOBODYS}` }),
  "challenges-begin": () => ({
    method: "POST",
    path: "/v1/challenges",
    headers: { "Idempotency-Key": randomUUID() },
    body: {
      account: { ref: "r".repeat(43), kind: "personal", push: true, subjectHash: "s".repeat(43) },
    },
  }),
  "challenges-read": () => ({ method: "GET", path: `/v1/challenges/${NOBODYS}` }),
  "challenges-cancel": () => ({ method: "DELETE", path: `/v1/challenges/${NOBODYS}` }),
  "challenges-sign-in": () => ofChallenge("sign-in", { token: "A".repeat(64) }),
  "challenges-code-send": () => ofChallenge("code/send", { contactId: NOBODYS }),
  "challenges-code": () => ofChallenge("code", { code: "123456" }),
  "challenges-activation": () => ofChallenge("activation", { code: "123456789012" }),
  "challenges-credential": () => ofChallenge("credential", { publicKey: accountKey().publicKey }),
  "challenges-push-send": () => ofChallenge("push/send"),
  "challenges-push": () =>
    ofChallenge("push", { answer: `${"A".repeat(8)}.${"B".repeat(8)}.${"C".repeat(86)}` }),
  "activity-read": () => ({ method: "GET", path: "/v1/activity" }),
  "me-export": () => ({ method: "POST", path: "/v1/me/export" }),
  "me-export-next, of no export": () => ({
    method: "POST",
    path: "/v1/me/export/next",
    body: { next: `${"k".repeat(22)}.${"v".repeat(99)}` },
  }),
  "me-erase": () => ({ method: "DELETE", path: "/v1/me?confirm=erase" }),
};

/** The phone that has a recovery of its own. */
function recovererOf({ phones, trusted }: Stage, who: Who): TestPhone {
  return who === "trusted" || who === "stale" ? trusted : phones[who];
}

function preview(phone: TestPhone, wish: Partial<typeof anew>): SendRequest {
  return { method: "POST", path: "/v1/recoveries/preview", body: { ...wish, storageCheck: shown(phone) } };
}

function begin(phone: TestPhone, wish: Partial<typeof anew>): SendRequest {
  return {
    method: "POST",
    path: "/v1/recoveries",
    body: { ...wish, accounts: [], storageCheck: shown(phone) },
  };
}

/** Of a challenge that nobody has begun. */
function ofChallenge(act: string, body?: object) {
  return { method: "POST", path: `/v1/challenges/${NOBODYS}/${act}`, ...(body && { body }) };
}

describe("the acts, the phones and the states", () => {
  it("are all in the table: every endpoint of an owner, once or with what it is asked for", () => {
    const named = new Set(rows.map(([act = ""]) => act.replace(/,.*/, "")));
    const ofOwners = endpoints.filter(isForPhones);
    expect([...named].toSorted()).toEqual(ofOwners.map(({ declaration }) => declaration.name).toSorted());
    expect(rows.map(([act]) => act)).toEqual(Object.keys(requests));
    const codes = rows.flatMap((cells) =>
      PHONES.flatMap((who) => STATES.map((state) => expectedOf(cells, who, state))),
    );
    expect(codes.filter((code) => code !== "ok" && code !== "–" && !Object.hasOwn(catalogue, code))).toEqual(
      [],
    );
  });

  it.each(STATES)("come to what the table says: %s [D11] [H5] [G9]", async (state) => {
    const stage = await stages[state]();
    const { service, phones } = stage;
    const before = await partitionOf(service, phones.trusted);
    const outcomes: Record<string, Record<string, string>> = {};
    const expected: typeof outcomes = {};
    for (const cells of rows) {
      const [act = ""] = cells;
      outcomes[act] = {};
      expected[act] = {};
      for (const who of PHONES) {
        const told = expectedOf(cells, who, state);
        if (told === "–") continue;
        const phone = act.endsWith("its own") ? recovererOf(stage, who) : phones[who];
        await phone.signIn(who === "stale" ? STALE : {});
        const asked = requests[act]?.(stage, who) ?? expect.fail(`there is no request for ${act}`);
        const headers = { "Idempotency-Key": randomUUID(), ...asked.headers };
        const { ok, problem } = outcomeOf(await phone.send({ ...asked, headers }));
        outcomes[act][who] = ok ? "ok" : String(problem.code);
        expected[act][who] = told;
        await rewind(service, phones.trusted, before);
      }
    }
    expect(outcomes).toEqual(expected);
  });
});

/** Brings the partition back to what it was, so that each act finds the same. */
async function rewind(
  { adapters: { store } }: TestService,
  phone: TestPhone,
  before: readonly StoredItem[],
): Promise<void> {
  const userId = userIdOf(phone);
  const after = await store.list(userId, "");
  const there = new Map(after.map((item) => [item.id, item]));
  const known = new Set(before.map(({ id }) => id));
  const operations = [
    ...before.flatMap(({ id, body }): Operation[] => {
      const item = there.get(id);
      if (!item) return [{ kind: "create", id, body }];
      const same = JSON.stringify(item.body) === JSON.stringify(body);
      return same ? [] : [{ kind: "replace", id, body, etag: item.etag }];
    }),
    ...after.flatMap(({ id, etag }): Operation[] => (known.has(id) ? [] : [{ kind: "delete", id, etag }])),
  ];
  if (operations.length === 0) return;
  const { committed } = await store.commit(userId, operations);
  if (!committed) throw new Error("somebody else was at work");
}
