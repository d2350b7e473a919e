import { expect } from "vitest";
import { expectOk } from "../support/service.ts";
import { createBusyPhone, type Owner, phonesOf, recover, settle } from "./owner.ts";

/**
 * Through HTTP: the owner's phones finish what the kill broke off, and a fresh phone recovers the present version.
 * That one and the guest are revoked in the end, since an owner has few phones.
 */
export async function checkOwner(owner: Owner): Promise<void> {
  const { first, ledger, connection } = owner;
  await Promise.all(phonesOf(owner).map((busy) => settle(owner, busy)));

  const key = await first.phone.key();
  expectOk(key);
  ledger.key(key.body.key.id);
  const status = await first.phone.status();
  expectOk(status);
  expect(status.body).toMatchObject({ state: "on", nextVersion: ledger.count() + 1 });
  if (ledger.count() === 0) return;

  const fresh = await createBusyPhone(connection, "recover");
  expectOk(await fresh.phone.register());
  expect(await recover(owner, fresh)).toBe(ledger.count());
  for (const { phone } of [...(owner.guest ? [owner.guest] : []), fresh]) {
    expectOk(await fresh.phone.revoke(phone.deviceId));
  }
  delete owner.guest;
}
