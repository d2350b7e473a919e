import { storageCheck } from "../../local/phone/protocol/storage.ts";
import { contents } from "../support/accounts.ts";
import { backedUpPhone, expectOk, type TestPhone, type TestService } from "../support/service.ts";

export const storageSecret = new Uint8Array(32).fill(7);

/** What every phone here is, so that each shows a storage account. */
export const ios = { platform: "ios", storageSecret } as const;

/** The reference of an account that no backup here holds. */
export const ELSEWHERE = "r".repeat(43);

/** A phone with a version of its own, so that there is something to lose. */
export async function phoneWithBackup(service: TestService, owner = "alice"): Promise<TestPhone> {
  const phone = await backedUpPhone(service, { ...ios, owner });
  expectOk(await phone.upload(contents));
  return phone;
}

/** What the phone shows of its storage account. */
export function shown(phone: TestPhone): string {
  return storageCheck(storageSecret, phone.state().owner?.userId ?? "");
}
