import { ids } from "../store/items.ts";
import type { Place } from "./derived.ts";

// Where what is under the service key stands. Said once: what is sealed for one place opens at no other.

export function placeOfAddress(userId: string, contactId: string): Place {
  return { partition: userId, item: ids.contact(contactId), member: "address" };
}

/** Bound to its contact: the same digits are another code anywhere else. */
export function placeOfCode(userId: string, contactId: string): Place {
  return { partition: userId, item: ids.contact(contactId), member: "code" };
}

/** Of a phone's push token. */
export function placeOfToken(userId: string, deviceId: string): Place {
  return { partition: userId, item: ids.push(deviceId), member: "token" };
}
