import type { IncomingMessage, ServerResponse } from "node:http";
import type { OutboxEntry } from "../embedded/outbox.ts";
import { answerJson } from "./json.ts";

export const OUTBOX_PATH = "/outbox";

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
    const content = page(entries);
    response.writeHead(200, {
      "content-type": "text/html; charset=utf-8",
      "content-length": Buffer.byteLength(content),
      "cache-control": "no-store",
      "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
    });
    response.end(content);
    return true;
  };
}

const COLUMNS = ["When", "How", "To", "What"];

function page(entries: readonly OutboxEntry[]): string {
  const rows = entries.map((entry) =>
    [entry.at, entry.channel, entry.to, contentOf(entry)].map((cell) => `<td>${escaped(cell)}</td>`).join(""),
  );
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Outbox</title>
<style>
body { font: 1rem/1.5 system-ui, sans-serif; margin: 2rem; color: #1b1b1b; background: #fff; }
table { border-collapse: collapse; }
th, td { text-align: left; vertical-align: top; overflow-wrap: anywhere; padding: .4rem 1rem .4rem 0; border-bottom: 1px solid #ccc; }
td { font-variant-numeric: tabular-nums; }
td:nth-child(-n+2) { white-space: nowrap; }
</style>
<h1>Outbox</h1>
<p>What was sent to phones, mailboxes and numbers, newest first. On a developer's machine it goes nowhere else.</p>
${
  rows.length === 0
    ? "<p>Nothing yet. Add a contact, or recover a backup on a second phone.</p>"
    : `<table>
<thead><tr>${COLUMNS.map((name) => `<th scope="col">${name}</th>`).join("")}</tr></thead>
<tbody>
${rows.map((cells) => `<tr>${cells}</tr>`).join("\n")}
</tbody>
</table>`
}
</html>
`;
}

function contentOf(entry: OutboxEntry): string {
  if (entry.channel === "push") return JSON.stringify(entry.body);
  return entry.channel === "mail" ? `${entry.subject}: ${entry.text}` : entry.text;
}

/** Owners choose addresses, and apps their tokens: neither may be read as markup. */
function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
