import type { Device } from "../model/device.ts";
import type { Owner } from "../model/owner.ts";
import type { StoredUserKey } from "../model/userKey.ts";
import { needsNewKey, phoneRemoved } from "../recovery/revoked.ts";
import type { Act } from "./act.ts";

/** The owner once a phone is removed. @param by the phone that removes it; undefined if it gives up its place */
export async function remove(act: Act, item: Owner, device: Device, by: string | undefined): Promise<Owner> {
  const userKey = needsNewKey(item, device) ? await newKey(act, item) : undefined;
  return phoneRemoved(item, device, by, userKey, act.now);
}

/** A new user key for what is uploaded from now on. */
export async function newKey(
  { services, identity: { userId } }: Act,
  { nextKey }: Owner,
): Promise<StoredUserKey> {
  const { stored, key } = await services.userKeys.create(userId, nextKey);
  key.fill(0);
  return stored;
}
