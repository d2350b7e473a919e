import type { Arrived } from "../../local/cloud/notifyServer/server.ts";
import type { OutboxEntry } from "../../local/embedded/outbox.ts";

/** A message at its target, without what only one of the drivers tells. */
export type Outcome =
  | { readonly channel: "push"; readonly to: string; readonly payload: unknown }
  | { readonly channel: "mail"; readonly to: string; readonly subject: string; readonly text: string }
  | { readonly channel: "text"; readonly to: string; readonly text: string };

export function outcomeOf(message: Arrived | OutboxEntry): Outcome {
  const { channel, to } = message;
  if (channel === "push") return { channel, to, payload: "body" in message ? message.body : message.payload };
  const { text } = message;
  return channel === "mail" ? { channel, to, subject: message.subject, text } : { channel, to, text };
}
