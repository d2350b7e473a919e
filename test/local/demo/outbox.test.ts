import { describe, expect, it } from "vitest";
import { createOutbox } from "../../../local/demo/outbox.ts";
import { createTeller } from "../../../local/demo/tell.ts";
import type { OutboxEntry } from "../../../local/embedded/outbox.ts";

const AT = "2026-11-22T08:00:00.000Z";
const SENTENCE = "Something happened to the backup. Open the app.";

const mail = (to: string, text = SENTENCE): OutboxEntry => ({
  at: AT,
  to,
  channel: "mail",
  subject: "s",
  text,
});
const push = (to: string, noticeId: string): OutboxEntry => ({
  at: AT,
  to,
  channel: "push",
  platform: "fcm",
  environment: "production",
  headers: {},
  body: { message: { data: { key: "notice", noticeId } } },
});

/** An outbox with a phone and a mailbox that have names. */
function stage() {
  const sent: OutboxEntry[] = [mail("a@b.example", "from before")];
  const printed: string[] = [];
  const tell = createTeller((text) => printed.push(text), false);
  const outbox = createOutbox({ read: () => sent.toReversed(), tell });
  outbox.name("a@b.example", "her mailbox");
  outbox.name("token", "her phone");
  const arriving = (...entries: OutboxEntry[]) => outbox.arriving(async () => sent.push(...entries));
  return { arriving, printed };
}

describe("what arrives while something is done in the story", () => {
  it("is what was sent meanwhile: to phones first, whichever was sent first", async () => {
    const { arriving } = stage();
    const { arrived } = await arriving(mail("a@b.example"), push("token", "n"));
    expect(arrived.map(({ by, to, text }) => [by, to, text])).toEqual([
      ["push", "her phone", "notice n"],
      ["mail", "her mailbox", `"${SENTENCE}"`],
    ]);
    expect((await arriving()).arrived).toEqual([]);
  });

  it("names nobody whom the story does not know, and says what is no notice", async () => {
    const { arriving } = stage();
    const { arrived } = await arriving({ ...push("other", "n"), body: {} } as OutboxEntry);
    expect(arrived).toEqual([{ by: "push", to: "somebody else", text: "no notice" }]);
  });

  it("is told in one line for one text, and what a mail has said before by its beginning", async () => {
    const { arriving, printed } = stage();
    await arriving(mail("a@b.example"), mail("c@d.example"));
    await arriving(mail("a@b.example"));
    expect(printed.filter((line) => line !== "").map((line) => line.replace(/\n +/g, " "))).toEqual([
      `   mail   somebody else, her mailbox: "${SENTENCE}"`,
      '   mail   her mailbox: "Something happened to the backup. …"',
    ]);
  });
});
