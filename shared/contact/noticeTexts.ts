import type { NoticeTexts } from "../model/noticeTexts.ts";
import { timestampOf } from "../words.ts";
import { WINDOW } from "./sends.ts";

/** The most texts of notices to one owner within {@link WINDOW}. */
export const MOST_NOTICE_TEXTS = 3;

/** Numbers for which a text waits: more than an owner has contacts that are told. */
export const MOST_WAITING = 16;

/** A text of one notice to one number. */
export interface NoticeText {
  readonly noticeId: string;
  /** The contact's id. */
  readonly target: string;
  /** The same with each attempt. */
  readonly messageId: string;
}

export type TextTurn =
  /** @member after undefined if this very message was counted before */
  | { readonly turn: "sends"; readonly after?: NoticeTexts }
  /** @member until milliseconds since the epoch */
  | { readonly turn: "waits"; readonly until: number; readonly after: NoticeTexts }
  /** A text that waits for this number tells of it as well: a text says no more than that something happened. */
  | { readonly turn: "folded"; readonly after?: undefined };

/** Whether a text is sent, waits until the day of the first one is over, or is folded into the one that waits. */
export function turnOf(before: NoticeTexts | undefined, text: NoticeText, now: number): TextTurn {
  const live = liveTexts(before, now) ?? { since: timestampOf(now), messages: [], waiting: {} };
  const { messages, waiting } = live;
  if (messages.includes(text.messageId)) return { turn: "sends" };
  if (messages.length < MOST_NOTICE_TEXTS) {
    return { turn: "sends", after: { ...live, messages: [...messages, text.messageId] } };
  }
  const first = waiting[text.target] ?? text.noticeId;
  if (first !== text.noticeId) return { turn: "folded" };
  const others = Object.entries(waiting).filter(([target]) => target !== text.target);
  return {
    turn: "waits",
    until: begunAt(live, now) + WINDOW,
    after: {
      ...live,
      waiting: Object.fromEntries([...others.slice(1 - MOST_WAITING), [text.target, text.noticeId]]),
    },
  };
}

/** The count without a text that was surely not sent. */
export function withoutText(before: NoticeTexts, messageId: string): NoticeTexts {
  return { ...before, messages: before.messages.filter((id) => id !== messageId) };
}

function liveTexts(texts: NoticeTexts | undefined, now: number): NoticeTexts | undefined {
  return texts && now < begunAt(texts, now) + WINDOW ? texts : undefined;
}

/** A count that began ahead of this instance's clock lasts at most its full length from now. */
function begunAt({ since }: NoticeTexts, now: number): number {
  return Math.min(Date.parse(since), now);
}
