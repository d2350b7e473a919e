import { hash } from "node:crypto";
import type { Event, Head } from "../model/event.ts";

/** What happened, before it has its place in the chain. */
export type Happening = Pick<Event, "at" | "type" | "device" | "details">;

/** The next event after `head`. */
export function chained({ number, hash: previous }: Head, happening: Happening): Event {
  const unhashed = { number: number + 1, ...happening, previous };
  return { schema: 1, ...unhashed, hash: hashOf(unhashed) };
}

/**
 * SHA-256 of an event's members as a JSON array (RFC 8785), which fixes their order: docs/protocol.md. A member of
 * the details that the event does not have is null; `uploads` is left out.
 */
export function hashOf(event: Omit<Event, "schema" | "hash">): string {
  const { number, at, type, device, details, previous } = event;
  const { code = null, deviceId = null, recoveryId = null, version = null, uploads } = details;
  const members = [
    number,
    at,
    type,
    device ? [device.deviceId, device.name, device.platform] : null,
    // The last stands there only where it is one: events from before it keep their hashes.
    [code, deviceId, recoveryId, version, ...(uploads === undefined ? [] : [uploads])],
    previous,
  ];
  return hash("sha256", JSON.stringify(members), "base64url");
}
