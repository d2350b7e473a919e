import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { openOutbox, readOutbox } from "../../../local/embedded/outbox.ts";
import { OUTBOX_PATH, outboxHandler } from "../../../local/host/pages/outbox.ts";
import { serve } from "../../../local/host/server.ts";
import { timeLimit, uuid } from "../../contract/notify.ts";
import { temporaryFolder } from "../../support/folder.ts";
import { startService } from "../../support/service.ts";

const NOW = Date.parse("2026-11-22T08:00:00.000Z");
const AT = "2026-11-22T08:00:00.000Z";
const TOKEN = "fcm-token:APA91b_x+/=";

/** A host with nothing but an outbox, and what lands there. */
async function startHost() {
  const options = { file: join(await temporaryFolder(), "outbox.db"), now: () => NOW };
  const toOutbox = outboxHandler((to) => readOutbox(options, to));
  const extra = async (...request: Parameters<typeof toOutbox>) => toOutbox(...request);
  const host = await serve({ routes: [], port: 0, requestId: () => "id", extra });
  onTestFinished(() => host.close());
  const notify = openOutbox(options);
  return {
    ask: (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${host.port}${path}`, init),
    push: (token = TOKEN) =>
      notify.push({
        id: uuid(1),
        target: { platform: "fcm", environment: "production", token },
        content: { kind: "notice", noticeId: "a-notice" },
        timeLimit,
      }),
    mail: (to: string) =>
      notify.mail({
        id: uuid(2),
        to,
        language: "en",
        content: { kind: "code", code: "271828" },
        timeLimit,
      }),
  };
}

const asJson = { headers: { Accept: "application/json" } };

const PUSHED = {
  at: AT,
  channel: "push",
  to: TOKEN,
  platform: "fcm",
  environment: "production",
  headers: {},
  body: { message: { data: { key: "notice", noticeId: "a-notice" } } },
};

describe("the outbox's page", () => {
  it("is a list that says what was sent to whom, newest first [H5]", async () => {
    const { ask, push, mail } = await startHost();
    await push();
    await mail("alice@example.com");
    const answer = await ask(OUTBOX_PATH);
    expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
    const page = await answer.text();
    const shown = [...page.matchAll(/<dt>(.*?)<\/dt>\n<dd>(.*?)<\/dd>/g)].map(([, ...parts]) => parts);
    expect(shown).toEqual([
      [`<time>${AT}</time> mail to <strong>alice@example.com</strong>`, expect.stringContaining("271828")],
      [`<time>${AT}</time> push to <strong>${TOKEN}</strong>`, expect.stringContaining("a-notice")],
    ]);
  });

  it("says so if there is nothing yet", async () => {
    const { ask } = await startHost();
    const page = await (await ask(OUTBOX_PATH)).text();
    expect(page).toContain("Nothing yet");
    expect(page).not.toContain("<dl>");
  });

  it("takes no address and no token for markup, and would not run it", async () => {
    const { ask, push, mail } = await startHost();
    await mail(`<script>alert("1")</script>@example.com`);
    await push("'&<b>");
    const answer = await ask(OUTBOX_PATH);
    const page = await answer.text();
    expect(page).not.toMatch(/<script|<b>/);
    expect(page).toContain("&#60;script&#62;alert(&#34;1&#34;)&#60;/script&#62;");
    expect(page).toContain("&#39;&#38;&#60;b&#62;");
    expect(answer.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(answer.headers.get("cache-control")).toBe("no-store");
  });

  it("is JSON for whoever asks for that", async () => {
    const { ask, push } = await startHost();
    await push();
    const answer = await ask(`${OUTBOX_PATH}?now`, asJson);
    expect(answer.headers.get("content-type")).toBe("application/json");
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(await answer.json()).toEqual({ messages: [PUSHED] });
  });

  it("gives a phone what was pushed to its token, and to no other", async () => {
    const { ask, push, mail } = await startHost();
    await push();
    await push("another");
    await mail("alice@example.com");
    const query = new URLSearchParams({ to: TOKEN });
    const answer = await ask(`${OUTBOX_PATH}?${query}`, asJson);
    expect(await answer.json()).toEqual({ messages: [PUSHED] });
  });
});

it.each([
  ["POST", OUTBOX_PATH],
  ["GET", `${OUTBOX_PATH}/more`],
  ["GET", "/outboxes"],
])("%s %s is not for the outbox", async (method, path) => {
  const { ask, push } = await startHost();
  await push();
  const answer = await ask(path, { method });
  expect(answer.status).toBe(404);
  expect(await answer.text()).not.toContain("a-notice");
});

it("the local host shows what its service sent, in the folder of its data", async () => {
  const service = await startService({ settings: { NOTIFY: "outbox" } });
  const target = { platform: "apns", environment: "sandbox", token: "a1".repeat(32) } as const;
  const content = { kind: "notice", noticeId: "a-notice" } as const;
  await service.adapters.notify.push({ id: uuid(1), target, content, timeLimit });
  const answer = await fetch(new URL(OUTBOX_PATH, service.origin), asJson);
  expect(await answer.json()).toMatchObject({ messages: [{ to: target.token, environment: "sandbox" }] });
});
