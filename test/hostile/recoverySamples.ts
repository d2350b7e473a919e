import { randomUUID } from "node:crypto";
import { recoveryKeyBody } from "../support/recoveryKey.ts";
import { expectOk, registeredPhone, type TestPhone, type TestService } from "../support/service.ts";
import { ELSEWHERE, ios, phoneWithBackup, shown, storageSecret } from "./phones.ts";
import type { Sample } from "./scene.ts";

/** Seconds that a recovery waits here: longer than a test goes on. */
export const WAIT = 3 * 24 * 60 * 60;

export interface Waiting {
  /** Has the backup. */
  readonly old: TestPhone;
  /** Waits for it. */
  readonly fresh: TestPhone;
  readonly recoveryId: string;
}

/** A recovery that waits, for as long as the owner chose. */
export async function waitingRecovery(service: TestService): Promise<Waiting> {
  const old = await phoneWithBackup(service);
  expectOk(await old.choosePolicy({ waitingSeconds: WAIT }));
  // Younger, and so with no say about what the old one does.
  service.advance(1);
  const fresh = await registeredPhone(service, ios);
  const begun = await fresh.recover();
  expectOk(begun);
  return { old, fresh, recoveryId: begun.body.recoveryId };
}

/** What a phone shows when it wants to recover. */
export function wanted(phone: TestPhone) {
  return { storageCheck: shown(phone), accounts: [ELSEWHERE] };
}

/** The samples of recoveries, and of what guards them. */
export const recoverySamples: Readonly<Record<string, (service: TestService) => Promise<Sample>>> = {
  "recoveries-preview": async (service) => {
    await phoneWithBackup(service);
    const phone = await registeredPhone(service, ios);
    const body = { purpose: "recover", storageCheck: shown(phone), version: 1 };
    return { phone, path: "/v1/recoveries/preview", body };
  },

  "recoveries-begin": async (service) => {
    await phoneWithBackup(service);
    const phone = await registeredPhone(service, ios);
    const headers = { "Idempotency-Key": randomUUID() };
    const body = { purpose: "recover", ...wanted(phone), version: 1 };
    return { phone, path: "/v1/recoveries", headers, body };
  },

  "recoveries-read": async (service) => {
    const phone = await phoneWithBackup(service);
    const begun = await phone.recover();
    expectOk(begun);
    return { phone, path: `/v1/recoveries/${begun.body.recoveryId}` };
  },

  "recoveries-open": async (service) => {
    const { fresh, recoveryId } = await waitingRecovery(service);
    service.advance(WAIT);
    return { phone: fresh, path: `/v1/recoveries/${recoveryId}/open`, body: wanted(fresh) };
  },

  "recoveries-cancel": async (service) => {
    const { fresh, recoveryId } = await waitingRecovery(service);
    return { phone: fresh, path: `/v1/recoveries/${recoveryId}` };
  },

  "recoveries-approve": async (service) => {
    const { old, recoveryId } = await waitingRecovery(service);
    return { phone: old, path: `/v1/recoveries/${recoveryId}/approve` };
  },

  "recoveries-deny": async (service) => {
    const { old, recoveryId } = await waitingRecovery(service);
    return { phone: old, path: `/v1/recoveries/${recoveryId}/deny` };
  },

  "backup-freeze-lift": async (service) => {
    const { old, recoveryId } = await waitingRecovery(service);
    expectOk(await old.deny(recoveryId));
    return { phone: old, path: "/v1/backup/freeze" };
  },

  "backup-recovery-key-set": async (service) => {
    const phone = await phoneWithBackup(service);
    return {
      phone,
      path: "/v1/backup/recovery-key",
      body: await recoveryKeyBody(phone.state(), storageSecret),
    };
  },

  "backup-recovery-key-remove": async (service) => {
    const phone = await phoneWithBackup(service);
    expectOk(await phone.setRecoveryKey());
    return { phone, path: "/v1/backup/recovery-key" };
  },
};
