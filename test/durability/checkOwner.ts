import { expect } from "vitest";
import { expectOk } from "../support/service.ts";
import { comingBack, type Owner, phonesOf, phoneToRecover, recover, settle } from "./owner.ts";

/**
 * Through HTTP: the owner's phones finish what the kill broke off, and a phone recovers the present version, as long as
 * there may be a new one today. New ones are revoked in the end, since an owner has few phones: with each begins a new
 * user key, which the first has from then on.
 */
export async function checkOwner(owner: Owner): Promise<void> {
  const { first, ledger } = owner;
  await Promise.all(phonesOf(owner).map((busy) => settle(owner, busy)));

  const key = await comingBack(() => first.phone.key());
  expectOk(key);
  ledger.key(key.body.key);
  const status = await comingBack(() => first.phone.status());
  expectOk(status);
  expect(status.body).toMatchObject({ state: "on", trusted: true, nextVersion: ledger.count() + 1 });
  if (ledger.count() === 0) return;

  const recovering = await phoneToRecover(owner);
  if (recovering) {
    expectOk(await comingBack(() => recovering.phone.register()));
    expect(await recover(owner, recovering)).toBe(ledger.count());
  }
  let { number } = key.body.key;
  for (const other of [owner.guest, recovering]) {
    if (!other) continue;
    expectOk(await comingBack(() => first.phone.revoke(other.phone.deviceId)));
    const next = await comingBack(() => first.phone.key());
    expectOk(next);
    ledger.key(next.body.key);
    ledger.learn(first.phone.state().userKey);
    expect(next.body.key.number, "the key after a phone was revoked").toBeGreaterThan(number);
    number = next.body.key.number;
  }
  delete owner.guest;
}
