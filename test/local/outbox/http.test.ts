import { describe, expect, it, onTestFinished } from "vitest";
import { serve } from "../../../local/host/server.ts";
import { OUTBOX_PATH, outboxHandler } from "../../../local/outbox/http.ts";
import type { OutboxEntry } from "../../../local/outbox/outbox.ts";

const ENTRY: OutboxEntry = {
  owner: "u".repeat(43),
  at: "2026-11-22T08:00:00.000Z",
  type: "recovery-waiting",
  releaseAt: "2026-11-23T08:00:00.000Z",
  device: "New phone",
  to: ["Old phone", "Tablet"],
};

/** A host with nothing but an outbox. */
async function startHost(entries: readonly OutboxEntry[]) {
  const toOutbox = outboxHandler(() => entries);
  const extra = async (...request: Parameters<typeof toOutbox>) => toOutbox(...request);
  const host = await serve({ routes: [], port: 0, requestId: () => "id", extra });
  onTestFinished(() => host.close());
  return (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${host.port}${path}`, init);
}

describe("the outbox's page", () => {
  it("is a table that says what was told to whom [H5]", async () => {
    const ask = await startHost([ENTRY]);
    const answer = await ask(OUTBOX_PATH);
    expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
    const cells = Array.from((await answer.text()).matchAll(/<td>(.*?)<\/td>/g), ([, cell]) => cell);
    expect(cells).toEqual([
      ENTRY.at,
      "recovery-waiting",
      "New phone",
      "Old phone, Tablet",
      ENTRY.releaseAt,
      expect.stringMatching(/^u{8}/),
    ]);
  });

  it("says so if there is nothing yet", async () => {
    const ask = await startHost([]);
    const page = await (await ask(OUTBOX_PATH)).text();
    expect(page).toContain("Nothing yet");
    expect(page).not.toContain("<table>");
  });

  it("takes no phone's name for markup, and would not run it", async () => {
    const ask = await startHost([{ ...ENTRY, device: `<script>alert("1")</script>`, to: ["'&<b>"] }]);
    const answer = await ask(OUTBOX_PATH);
    const page = await answer.text();
    expect(page).not.toMatch(/<script|<b>/);
    expect(page).toContain("&#60;script&#62;alert(&#34;1&#34;)&#60;/script&#62;");
    expect(page).toContain("&#39;&#38;&#60;b&#62;");
    expect(answer.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(answer.headers.get("cache-control")).toBe("no-store");
  });

  it("is JSON for whoever asks for that", async () => {
    const ask = await startHost([ENTRY]);
    const answer = await ask(`${OUTBOX_PATH}?now`, { headers: { Accept: "application/json" } });
    expect(answer.headers.get("content-type")).toBe("application/json");
    expect(await answer.json()).toEqual({ notices: [ENTRY] });
  });
});

it.each([
  ["POST", OUTBOX_PATH],
  ["GET", `${OUTBOX_PATH}/more`],
  ["GET", "/outboxes"],
])("%s %s is not for the outbox", async (method, path) => {
  const ask = await startHost([ENTRY]);
  const answer = await ask(path, { method });
  expect(answer.status).toBe(404);
  expect(await answer.text()).not.toContain("New phone");
});
