import { expect } from "vitest";
import type { Refused } from "../../local/phone/acts/problem.ts";
import type { Begun, Opened, RecoverRequest, Waits } from "../../local/phone/acts/recovery/recovery.ts";
import { contents } from "../support/accounts.ts";
import { userIdOf } from "../support/partition.ts";
import {
  backedUpPhone,
  expectOk,
  expectOpened,
  type PhoneSetup,
  problemOf,
  registeredPhone,
  type ServiceOptions,
  startService,
  type TestPhone,
  type TestService,
} from "../support/service.ts";

/** In seconds. */
export const MINUTE = 60;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export interface Stage {
  readonly service: TestService;
  /** It made the backup, and is trusted. */
  readonly old: TestPhone;
  /** Registered a minute later, and no more. */
  readonly next: TestPhone;
}

interface StageSetup extends ServiceOptions {
  /** Seconds that a recovery on a new phone waits; chosen where it is not 0. */
  readonly wait?: number;
  /** What both phones are like. */
  readonly phones?: PhoneSetup;
}

/** An owner with a backup, and with a new phone. */
export async function startStage({ wait = 0, phones = {}, ...options }: StageSetup = {}): Promise<Stage> {
  const service = await startService(options);
  const old = await backedUpPhone(service, { name: "Old phone", ...phones });
  expectOk(await old.upload(contents));
  if (wait > 0) expectOk(await old.choosePolicy({ waitingSeconds: wait }));
  return { service, old, next: await newPhone(service, { name: "New phone", ...phones }) };
}

/** A phone that is a minute younger than what there was. */
export async function newPhone(service: TestService, setup: PhoneSetup = {}): Promise<TestPhone> {
  service.advance(MINUTE);
  return await registeredPhone(service, setup);
}

/** The clock goes on, and the owner signs in again on these phones. */
export async function later(
  service: TestService,
  seconds: number,
  ...phones: readonly TestPhone[]
): Promise<void> {
  service.advance(seconds);
  for (const phone of phones) await phone.signIn();
}

/** Narrows a recovery to one that waits. */
export function expectWaits(result: Opened | Begun | Waits | Refused): asserts result is Waits {
  expectOk(result);
  if (result.body.state !== "waiting") throw new Error("it does not wait");
}

/** Begins a recovery, which has to wait. @returns its id */
export async function waiting(phone: TestPhone, request?: RecoverRequest): Promise<string> {
  const begun = await phone.recover(request);
  expectWaits(begun);
  return begun.body.recoveryId;
}

/** Recovers the backup at once. */
export async function recoveredOn(phone: TestPhone, request?: RecoverRequest): Promise<Opened> {
  const result = await phone.recover(request);
  expectOpened(result);
  return result;
}

/** Recovers the backup at once. @returns the recovery's id */
export async function recovered(phone: TestPhone, request?: RecoverRequest): Promise<string> {
  return (await recoveredOn(phone, request)).body.recoveryId;
}

/**
 * A refusal for want of tries, which is over in an hour or a day, not while an app waits.
 * @param spent which ones, and when there are some again
 */
export function expectSpent(
  result: { readonly ok: boolean },
  spent: { readonly of: string; readonly retryAt: string },
): void {
  expect(problemOf(result)).toMatchObject({
    status: 429,
    code: spent.of === "step-ups" || spent.of === "proofs" ? "too-many-refusals" : "too-many-tries",
    retryable: false,
    ...spent,
  });
  expect(result).not.toHaveProperty("retryAfter");
}

/** What a phone is told of a backup that is on. */
export async function statusOf(phone: TestPhone) {
  const status = await phone.status();
  expectOk(status);
  if (status.body.state !== "on") throw new Error(`the backup is ${status.body.state}`);
  return status.body;
}

/** The record, newest first, an event's type and details. */
export async function recordOf(phone: TestPhone) {
  const record = await phone.activity();
  expectOk(record);
  return record.body.events.map(({ type, details, device }) => ({ type, details, device: device?.name }));
}

/** The notices of recoveries and of what came of them, oldest first. */
export async function noticesOf(service: TestService, phone: TestPhone) {
  const all = await allNoticesOf(service, phone);
  return all.filter(({ type }) => /^(recovery|freeze|backup-started)-/.test(String(type)));
}

/** The notices that wait to be delivered, oldest first. */
export async function allNoticesOf({ adapters }: TestService, phone: TestPhone) {
  const items = await adapters.store.list(userIdOf(phone), "notice:");
  return items.map(({ body }) => body).sort((a, b) => (String(a.at) < String(b.at) ? -1 : 1));
}

/** A time in milliseconds since the epoch, as answers have it. */
export function at(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

/** An envelope for the backup that was not uploaded yet. */
export async function freshEnvelope(trusted: TestPhone): Promise<string> {
  const { envelope = "" } = (await recoveredOn(trusted)).body.content ?? {};
  return `${envelope.slice(0, -2)}${envelope.endsWith("AA") ? "BA" : "AA"}`;
}

/** The tries that are counted, but for the registrations that every test begins with. */
export async function talliesOf({ adapters }: TestService, phone: TestPhone) {
  const stored = await adapters.store.read(userIdOf(phone), "owner");
  const tallies = stored?.body.tries as { readonly of: string; readonly count: number }[];
  return tallies.filter(({ of }) => of !== "registrations");
}

/**
 * A phone that is only registered, and could seal an envelope: it had the backup, was revoked, and has registered again.
 * @param by the phone that revokes it
 */
export async function phoneWithoutTrust(
  service: TestService,
  by: TestPhone,
  setup: PhoneSetup = {},
): Promise<TestPhone> {
  const phone = await registeredPhone(service, setup);
  expectOk(await phone.recover());
  expectOk(await by.revoke(phone.deviceId));
  await phone.signIn();
  expectOk(await phone.register());
  expectOk(await phone.status());
  return phone;
}

/** In the iCloud account of the old phone that has a recovery key. */
export const storageSecret = new Uint8Array(32).fill(7);

/** An owner of iPhones with a recovery key; the next phone is in no iCloud account. */
export async function startWithRecoveryKey() {
  const service = await startService();
  const old = await backedUpPhone(service, { name: "Old phone", platform: "ios", storageSecret });
  expectOk(await old.upload(contents));
  const set = await old.setRecoveryKey();
  expectOk(set);
  return { service, old, next: await newPhone(service, { platform: "ios" }), recoveryKey: set.recoveryKey };
}
