import type { IncomingMessage, ServerResponse } from "node:http";
import type { OutboxEntry } from "./outbox.ts";

export const OUTBOX_PATH = "/outbox";

/**
 * The outbox's page, as an `extra` of a host: a table to look at or, with `Accept: application/json`, JSON.
 * Returns whether the request was for it.
 */
export function outboxHandler(
  read: () => readonly OutboxEntry[],
): (message: IncomingMessage, response: ServerResponse) => boolean {
  return (message, response) => {
    if (message.url?.split("?", 1)[0] !== OUTBOX_PATH || message.method !== "GET") return false;
    const entries = read();
    const json = message.headers.accept?.includes("application/json") === true;
    const content = json ? JSON.stringify({ notices: entries }) : page(entries);
    response.writeHead(200, {
      "content-type": json ? "application/json" : "text/html; charset=utf-8",
      "content-length": Buffer.byteLength(content),
      "cache-control": "no-store",
      "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
    });
    response.end(content);
    return true;
  };
}

const COLUMNS = ["When", "What", "On phone", "Told to", "Waits until", "Owner"];

function page(entries: readonly OutboxEntry[]): string {
  const rows = entries.map(({ at, type, device, to, releaseAt = "", owner }) =>
    [at, type, device, to.join(", "), releaseAt, `${owner.slice(0, 8)}…`]
      .map((cell) => `<td>${escaped(cell)}</td>`)
      .join(""),
  );
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Outbox</title>
<style>
body { font: 1rem/1.5 system-ui, sans-serif; margin: 2rem; color: #1b1b1b; background: #fff; }
table { border-collapse: collapse; }
th, td { text-align: left; white-space: nowrap; padding: .4rem 1rem .4rem 0; border-bottom: 1px solid #ccc; }
td { font-variant-numeric: tabular-nums; }
</style>
<h1>Outbox</h1>
<p>What the owners' other phones are told, newest first. On a developer's machine nobody delivers it.</p>
${
  rows.length === 0
    ? "<p>Nothing yet. Recover a backup on a second phone.</p>"
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

/** Owners choose the names of their phones, so a name must never be read as markup. */
function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
