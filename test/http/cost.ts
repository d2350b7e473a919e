import { LIMITS } from "../../shared/limits/tries.ts";
import { MOST_DEVICES } from "../../shared/model/device.ts";
import { contents } from "../support/accounts.ts";
import type { Counts } from "../support/counting.ts";
import {
  backedUpPhone,
  expectOk,
  type PhoneSetup,
  problemOf,
  registeredPhone,
  type TestPhone,
  type TestService,
} from "../support/service.ts";

/** In seconds. */
const DAY = 24 * 60 * 60;

/** No call at any port. */
export const nothing: Counts = { read: 0, list: 0, commit: 0, unwrap: 0 };

type Attempt = () => Promise<{ readonly ok: boolean }>;

/** What `act` cost. It has to succeed: a refusal is cheap. */
export async function costOf(service: TestService, act: Attempt): Promise<Counts> {
  const { result, counts } = await service.counted(act);
  expectOk(result);
  return counts;
}

/** Why `act` was refused, and what that cost. */
export async function refusalOf(
  service: TestService,
  act: Attempt,
): Promise<{ readonly code: string; readonly counts: Counts }> {
  const { result, counts } = await service.counted(act);
  return { code: problemOf(result).code, counts };
}

/** A phone of an owner whose backup has a version. */
export async function phoneWithBackup(service: TestService, setup?: PhoneSetup): Promise<TestPhone> {
  const phone = await backedUpPhone(service, setup);
  expectOk(await phone.upload(contents));
  return phone;
}

/** Registers as many phones as an owner may have, as many a day as may be. */
export async function fillPlaces(service: TestService): Promise<void> {
  for (let at = 0; at < MOST_DEVICES; at++) {
    if (at > 0 && at % LIMITS.registrations.perOwner === 0) service.advance(DAY);
    await registeredPhone(service);
  }
  service.advance(DAY);
}
