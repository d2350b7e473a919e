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
 * The outbox's page, as an `extra` of a host: a table to look at or, with `Accept: application/json`, the messages as
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

const COLUMNS = ["When", "How", "To", "What"];

function bodyOf(entries: readonly OutboxEntry[]): string {
  // Owners choose addresses, and apps their tokens: neither may be read as markup.
  const rows = entries.map((entry) =>
    [`<time>${entry.at}</time>`, entry.channel, escaped(entry.to), escaped(contentOf(entry))]
      .map((cell) => `<td>${cell}</td>`)
      .join(""),
  );
  return `<p><a href="/">Where to begin</a></p>
<h1>Outbox</h1>
<p>What was sent to phones, mailboxes and numbers, newest first. On a developer's machine it goes nowhere else.</p>
${
  rows.length === 0
    ? "<p>Nothing yet. Add a contact, or recover a backup on a second phone.</p>"
    : `<div class="wide" tabindex="0" role="region" aria-label="Messages"><table>
<thead><tr>${COLUMNS.map((name) => `<th scope="col">${name}</th>`).join("")}</tr></thead>
<tbody>
${rows.map((cells) => `<tr>${cells}</tr>`).join("\n")}
</tbody>
</table></div>`
}`;
}

function contentOf(entry: OutboxEntry): string {
  if (entry.channel === "push") return JSON.stringify(entry.body);
  return entry.channel === "mail" ? `${entry.subject}: ${entry.text}` : entry.text;
}
