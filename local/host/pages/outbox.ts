import type { IncomingMessage, ServerResponse } from "node:http";
import { escaped } from "../../../shared/http/page.ts";
import type { OutboxEntry } from "../../embedded/outbox.ts";
import { answerJson } from "../json.ts";
import { answerPage, type LocalPage } from "./pages.ts";

export const OUTBOX_PATH = "/outbox";

export const OUTBOX: LocalPage = {
  path: OUTBOX_PATH,
  title: "Outbox",
  about: "What was sent to phones, mailboxes and numbers.",
};

/**
 * The outbox's page, as an `extra` of a host: a list to look at or, with `Accept: application/json`, the messages as
 * JSON. `?to=` names one token, address or number; a phone on this machine reads its push notifications so.
 * Returns whether the request was for it.
 */
export function outboxHandler(
  read: (to?: string) => readonly OutboxEntry[],
): (message: IncomingMessage, response: ServerResponse) => boolean {
  return (message, response) => {
    const { pathname, searchParams } = new URL(message.url ?? "/", "http://outbox.invalid");
    if (pathname !== OUTBOX_PATH || message.method !== "GET") return false;
    const entries = read(searchParams.get("to") ?? undefined);
    if (message.headers.accept?.includes("application/json") === true) {
      answerJson(response, { status: 200, body: { messages: entries } });
      return true;
    }
    answerPage(message, response, { title: OUTBOX.title, body: bodyOf(entries) });
    return true;
  };
}

function bodyOf(entries: readonly OutboxEntry[]): string {
  // Owners choose addresses, and apps their tokens: neither may be read as markup.
  const messages = entries.map(
    (entry) => `<dt><time>${entry.at}</time> ${entry.channel} to <strong>${escaped(entry.to)}</strong></dt>
<dd>${escaped(contentOf(entry))}</dd>`,
  );
  return `<p><a href="/">Where to begin</a></p>
<h1>Outbox</h1>
<p>What was sent to phones, mailboxes and numbers, newest first. On a developer's machine it goes nowhere else.</p>
${
  messages.length === 0
    ? "<p>Nothing yet. Add a contact, or recover a backup on a second phone.</p>"
    : `<dl>${messages.join("\n")}</dl>`
}`;
}

function contentOf(entry: OutboxEntry): string {
  if (entry.channel === "push") return JSON.stringify(entry.body);
  return entry.channel === "mail" ? `${entry.subject}: ${entry.text}` : entry.text;
}
