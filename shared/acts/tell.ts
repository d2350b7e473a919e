import { toldContacts } from "../contact/told.ts";
import { AT_ONCE, lifeOf } from "../delivery/schedule.ts";
import { actorOf } from "../model/event.ts";
import type { Kept, Notice, Told } from "../model/notice.ts";
import type { Owner } from "../model/owner.ts";
import { ids } from "../store/items.ts";
import type { Operation } from "../store/port.ts";
import { randomId } from "../system.ts";
import { timestampOf } from "../words.ts";
import type { OwnerAct } from "./act.ts";

// The one place where a notice is made.

export function isOfErasure(id: string): boolean {
  return id.startsWith(ids.erasureNotice(""));
}

/**
 * The operations that notify the owner's other phones, and the contacts; empty if there are none.
 * @param owner as after the commit; with the phones that it removes, if they are told
 */
export function tellOthers(
  { services: { system }, device, now }: Pick<OwnerAct, "services" | "device" | "now">,
  owner: Pick<Owner, "devices" | "contacts">,
  told: Told,
): Operation[] {
  const { to, contacts } = othersOf(owner, device.deviceId, now);
  if (to.length + contacts.length === 0) return [];
  const body: Notice = {
    schema: 1,
    at: timestampOf(now),
    ...told,
    device: actorOf(device),
    to,
    ...(contacts.length > 0 && { contacts }),
    dueAt: timestampOf(now + AT_ONCE),
    attempts: 0,
  };
  return [{ kind: "create", id: ids.notice(randomId(system)), body, ttl: lifeOf(body) }];
}

/** Who is told of what a phone does: the ids of the other phones, and of the contacts. */
export function othersOf(owner: Pick<Owner, "devices" | "contacts">, by: string, now: number) {
  return {
    to: owner.devices.map(({ deviceId }) => deviceId).filter((deviceId) => deviceId !== by),
    contacts: toldContacts(owner, now).map(({ id }) => id),
  };
}

/**
 * The operation that notifies them of an erasure, which leaves nothing else: the notice holds where they are reached, as
 * it was stored, encrypted. Empty if none of them can be.
 * @param kept by the target's id
 */
export function tellErased(
  { services: { system }, now }: Pick<OwnerAct, "services" | "now">,
  { to, contacts }: ReturnType<typeof othersOf>,
  kept: ReadonlyMap<string, Kept>,
): Operation[] {
  const isKept = (target: string) => kept.has(target);
  const [phones, others] = [to.filter(isKept), contacts.filter(isKept)];
  if (phones.length + others.length === 0) return [];
  const body: Notice = {
    schema: 1,
    at: timestampOf(now),
    type: "erased",
    to: phones,
    contacts: others,
    kept: Object.fromEntries(kept),
    dueAt: timestampOf(now + AT_ONCE),
    attempts: 0,
  };
  return [{ kind: "create", id: ids.erasureNotice(randomId(system)), body, ttl: lifeOf(body) }];
}
