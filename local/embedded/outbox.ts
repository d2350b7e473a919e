import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import type { PushTarget } from "../../shared/model/pushToken.ts";
import { messageText, type PushMessage, pushMessage } from "../../shared/notify/payload.ts";
import type { MessageSend, Notify, Sent } from "../../shared/notify/port.ts";
import { openDatabase } from "./database.ts";

interface OutboxOptions {
  /** The path of a database of its own: made on the first send, with its folder, for this user alone. */
  readonly file: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** A message as it was sent: what a phone, a mailbox or a number would get. */
export type OutboxEntry = {
  readonly at: string;
  /** A token, an address or a number. */
  readonly to: string;
} & (
  | ({ readonly channel: "push" } & Omit<PushTarget, "token"> & PushMessage)
  | { readonly channel: "mail"; readonly subject: string; readonly text: string }
  | { readonly channel: "text"; readonly text: string }
);

type Channel = OutboxEntry["channel"];

/** How long a message is shown and kept, in milliseconds: as long as a notice. */
const KEPT = 14 * 24 * 60 * 60_000;

const SCHEMA = `
  create table sent (
    number integer primary key,
    at integer not null, -- milliseconds since 1970-01-01T00:00:00Z
    channel text not null,
    id text not null,
    target text not null,
    message text not null -- JSON
  ) strict;
  create index sent_by_target on sent (target);
  create unique index sent_once on sent (channel, id) where channel <> 'push';
`;

const database = { schema: SCHEMA, version: 1, busyTimeout: 2_000 };

/** Milliseconds after the last message in which the file stays open. */
const IDLE = 500;

/**
 * What is sent on one machine lands in a file, and nowhere else. Like the platforms it takes a mail or a text once under
 * one id, and a push each time. It closes by itself: the port has no end.
 */
export function openOutbox({ file, now }: OutboxOptions): Notify {
  let opened: DatabaseSync | undefined;
  let closing: NodeJS.Timeout | undefined;

  function close(): void {
    clearTimeout(closing);
    opened?.close();
    opened = undefined;
  }

  /**
   * Opening and closing flush the disk several times over, and a notice goes to many targets at once. Nor does each message
   * wait for the disk: all are on it once the file closes, and a power cut before that leaves the file whole.
   */
  function open(): DatabaseSync {
    // Somebody may have emptied the folder: what is written to a file that is gone is lost.
    if (!existsSync(file)) close();
    clearTimeout(closing);
    closing = setTimeout(close, IDLE).unref();
    if (opened) return opened;
    opened = openDatabase({ file, ...database });
    opened.exec("pragma synchronous = normal");
    return opened;
  }

  function put(channel: Channel, id: string, target: string, message: unknown): Sent {
    try {
      const outbox = open();
      outbox
        .prepare("insert or ignore into sent (at, channel, id, target, message) values (?, ?, ?, ?, ?)")
        .run(now(), channel, id, target, JSON.stringify(message));
      outbox.prepare("delete from sent where at <= ?").run(now() - KEPT);
      return { outcome: "sent" };
    } catch {
      // X
      close();
      return { outcome: "busy", retryAfter: 1 };
    }
  }

  return {
    push: async ({ id, target: { token, ...target }, content }) =>
      PRINTABLE.test(token)
        ? put("push", id, token, { ...target, ...pushMessage({ token, ...target }, content, now()) })
        : REFUSED,
    mail: async (send) => put("mail", send.id, send.to, messageText(send)),
    text: async (send: MessageSend) =>
      E164.test(send.to) ? put("text", send.id, send.to, { text: messageText(send).text }) : REFUSED,
  };
}

const REFUSED: Sent = { outcome: "refused", reason: "target-refused" };
const PRINTABLE = /^[\x21-\x7e]{1,4096}$/;
const E164 = /^\+[1-9]\d{6,14}$/;

/** What was sent in the last 14 days, newest first. @param to only what went to this token, address or number */
export function readOutbox({ file, now }: OutboxOptions, to?: string): OutboxEntry[] {
  if (!existsSync(file)) return [];
  const opened = new DatabaseSync(file, { readOnly: true, timeout: database.busyTimeout });
  try {
    const rows = opened
      .prepare(
        `select at, channel, target, message from sent
         where at > ?1 and (?2 is null or target = ?2) order by number desc`,
      )
      .all(now() - KEPT, to ?? null);
    return rows.map(({ at, channel, target, message }) => ({
      at: new Date(Number(at)).toISOString(),
      channel: String(channel) as Channel,
      to: String(target),
      ...JSON.parse(String(message)),
    }));
  } finally {
    opened.close();
  }
}
