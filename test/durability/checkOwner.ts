import { expect } from "vitest";
import { expectOk } from "../support/service.ts";
import { comingBack, type Owner, phonesOf, phoneToRecover, recover, settle } from "./owner.ts";

/**
 * Through HTTP: the owner's phones finish what the kill interrupted, and a phone recovers the present version, a new
 * phone as long as the owner may have more. New phones are revoked in the end, since an owner has few.
 */
export async function checkOwner(owner: Owner): Promise<void> {
  const { first, ledger } = owner;
  await Promise.all(phonesOf(owner).map((busy) => settle(owner, busy)));

  const key = await comingBack(() => first.phone.key());
  expectOk(key);
  ledger.key(key.body.key.id);
  const status = await comingBack(() => first.phone.status());
  expectOk(status);
  expect(status.body).toMatchObject({ state: "on", nextVersion: ledger.count() + 1 });
  if (ledger.count() === 0) return;

  const recovering = await phoneToRecover(owner);
  expectOk(await comingBack(() => recovering.phone.register()));
  expect(await recover(owner, recovering)).toBe(ledger.count());
  for (const other of [owner.guest, recovering]) {
    if (!other || other === first) continue;
    expectOk(await comingBack(() => first.phone.revoke(other.phone.deviceId)));
  }
  delete owner.guest;
}
