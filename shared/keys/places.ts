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

/** Of a code to a contact, for one challenge: sent for another, or to another contact, the same digits are another code. */
export function placeOfChallengeCode(userId: string, challengeId: string, contactId: string): Place {
  return { partition: userId, item: ids.challenge(challengeId), member: `code:${contactId}` };
}

/** Of the secret of a phone's one-time codes for an account. */
export function placeOfOtp(userId: string, deviceId: string, ref: string): Place {
  return { partition: userId, item: ids.credential(deviceId, ref), member: "otp" };
}

// In the second container, whose partitions are HMACs themselves.

/** Of an activation code. */
export const PLACE_OF_ACTIVATION_CODE: Place = { partition: "activations", item: "code", member: "code" };

/** Of a provider's Idempotency-Key, as `tenant ‖ 0x00 ‖ key`. */
export const PLACE_OF_ACTIVATION_KEY: Place = { partition: "activations", item: "key", member: "key" };

/** Of who an account is, as `authority ‖ 0x00 ‖ subject`: in this partition lie its activations and who holds it. */
export const PLACE_OF_SUBJECT: Place = { partition: "activations", item: "subject", member: "partition" };

/** Of what an activation says of its account. */
export function placeOfActivated(partition: string, activationId: string): Place {
  return { partition, item: ids.activation(activationId), member: "account" };
}

/** Of a phone's push token. */
export function placeOfToken(userId: string, deviceId: string): Place {
  return { partition: userId, item: ids.push(deviceId), member: "token" };
}
