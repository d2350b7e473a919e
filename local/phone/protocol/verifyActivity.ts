import { createHash } from "node:crypto";
import type { Activity, ActivityEvent } from "./event.ts";

/** Whether a record is whole; if not, the newest place at which it breaks. */
export type Verification =
  | {
      readonly intact: true;
      /** The number of the oldest event, more than 1 if the beginning has expired; 0 for an empty record. */
      readonly from: number;
    }
  | {
      readonly intact: false;
      readonly number: number;
      /** What the event of that number is: gone from the end or from the middle, in another place, or not as it was. */
      readonly reason: "end-missing" | "missing" | "out-of-order" | "changed";
    };

/**
 * Recomputes the hash chain of a record (docs/protocol.md), from its head back: each event says what the hash of the
 * previous one must be. A beginning that was cut off looks the same as one that has expired.
 * @param events newest first
 */
export function verifyActivity(events: Activity["events"], head: Activity["head"]): Verification {
  let { number, hash } = head;
  for (const event of events) {
    if (event.number !== number)
      return { intact: false, number, reason: reasonOf(events, number, head.number) };
    if (event.hash !== hash || hashOf(event) !== hash) return { intact: false, number, reason: "changed" };
    number = event.number - 1;
    hash = event.previous;
  }
  if (events.length === 0 && number > 0) return { intact: false, number, reason: "end-missing" };
  // Only the first event has no previous one: for it alone `number` ends at 0.
  if ((number === 0) !== (hash === "")) return { intact: false, number: number + 1, reason: "changed" };
  return { intact: true, from: head.number === 0 ? 0 : number + 1 };
}

function reasonOf(events: Activity["events"], wanted: number, last: number) {
  if (events.some(({ number }) => number === wanted)) return "out-of-order";
  return wanted === last ? "end-missing" : "missing";
}

/** `hash`: base64url(SHA-256(the event's members as a JSON array, RFC 8785)); a missing member is null. */
export function hashOf({ number, at, type, device, details, previous }: ActivityEvent): string {
  const { code = null, deviceId = null, recoveryId = null, version = null, uploads } = details;
  const members = [
    number,
    at,
    type,
    device ? [device.deviceId, device.name, device.platform] : null,
    [code, deviceId, recoveryId, version, ...(uploads === undefined ? [] : [uploads])],
    previous,
  ];
  // For arrays, strings, integers and null, JSON.stringify gives the canonical form: RFC 8785 refers to ECMA-262.
  return createHash("sha256").update(JSON.stringify(members), "utf8").digest("base64url");
}
