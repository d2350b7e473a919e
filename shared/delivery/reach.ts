import { toldContacts } from "../contact/told.ts";
import type { Kept, Notice, NoticeType } from "../model/notice.ts";
import type { Owner } from "../model/owner.ts";

/** What a phone that is removed is itself told. */
const OWN_REMOVAL: ReadonlySet<NoticeType> = new Set(["device-revoked", "device-displaced"]);

/**
 * Whether a target may be sent to, as things stand now: a phone that is registered, or is told of its own removal, and a
 * contact that is told. A revoked phone and an erased owner get nothing more but what tells them so.
 * @param owner undefined if erased
 */
export function mayReach(notice: Notice, target: string, owner: Owner | undefined, now: number): boolean {
  if (notice.kept?.[target]) return true;
  if (!owner) return false;
  if (!notice.to.includes(target)) return toldContacts(owner, now).some(({ id }) => id === target);
  const isListed = owner.devices.some(({ deviceId }) => deviceId === target);
  return isListed || (OWN_REMOVAL.has(notice.type) && notice.deviceId === target);
}

/** Whether it is a phone's token, rather than a contact's address. */
export function isPush(held: Kept): held is Extract<Kept, { token: unknown }> {
  return "token" in held;
}

/** Whether a target is told by mail. */
export function isMail({ kept }: Notice, target: string, owner: Owner | undefined): boolean {
  const held = kept?.[target] ?? owner?.contacts?.find(({ id }) => id === target);
  return held !== undefined && "kind" in held && held.kind === "email";
}
