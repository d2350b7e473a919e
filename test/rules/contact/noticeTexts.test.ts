import { describe, expect, it } from "vitest";
import { MOST_NOTICE_TEXTS, MOST_WAITING, turnOf, withoutText } from "../../../shared/contact/noticeTexts.ts";
import type { NoticeTexts } from "../../../shared/model/noticeTexts.ts";
import { noticeTexts } from "../../../shared/store/items.ts";

const AT = Date.parse("2026-11-22T08:00:00.000Z");
const DAY = 24 * 60 * 60 * 1000;

const uuid = (n: number) => `00000000-0000-8000-8000-${String(n).padStart(12, "0")}`;
const id = (text: string) => text.padEnd(22, "0");

function text(n: number, target = "number") {
  return { noticeId: id(`notice${n}`), target: id(target), messageId: uuid(n) };
}

/** The count after these texts, one after another. */
function counted(texts: readonly ReturnType<typeof text>[], before?: NoticeTexts, now = AT) {
  return texts.reduce<NoticeTexts | undefined>(
    (count, next) => turnOf(count, next, now).after ?? count,
    before,
  );
}

const full = counted([text(1), text(2), text(3)]);

describe("a notice by text", () => {
  it("is sent three times a day, from the first one on", () => {
    expect(full).toEqual({ since: "2026-11-22T08:00:00.000Z", messages: [1, 2, 3].map(uuid), waiting: {} });
    expect(full?.messages).toHaveLength(MOST_NOTICE_TEXTS);
    expect(turnOf(full, text(4), AT + DAY - 1)).toMatchObject({ turn: "waits", until: AT + DAY });
    expect(turnOf(full, text(4), AT + DAY)).toEqual({
      turn: "sends",
      after: { since: "2026-11-23T08:00:00.000Z", messages: [uuid(4)], waiting: {} },
    });
  });

  it("is counted once, whatever becomes of it at first", () => {
    expect(turnOf(full, text(2), AT + 1)).toEqual({ turn: "sends" });
  });

  it("is folded into the one that waits for its number, and into no other's", () => {
    const waiting = counted([text(4)], full);
    expect(turnOf(waiting, text(4), AT + 1)).toMatchObject({ turn: "waits", until: AT + DAY });
    expect(turnOf(waiting, text(5), AT + 1)).toEqual({ turn: "folded" });
    expect(turnOf(waiting, text(5, "other"), AT + 1)).toMatchObject({ turn: "waits" });
    // The one that waits may be gone by then.
    expect(turnOf(waiting, text(5), AT + DAY)).toMatchObject({ turn: "sends" });
  });

  it("is sent again when one was not, and leaves the others counted", () => {
    const less = withoutText(full ?? expect.fail(), uuid(2));
    expect(less.messages).toEqual([uuid(1), uuid(3)]);
    expect(turnOf(less, text(4), AT + 1)).toMatchObject({ turn: "sends" });
  });

  it("waits a day at most, where another instance's clock was ahead", () => {
    const ahead = counted([text(1), text(2), text(3)], undefined, AT + 5 * DAY);
    expect(turnOf(ahead, text(4), AT)).toMatchObject({ turn: "waits", until: AT + DAY });
  });

  it("waits in an item that is of its form, however many numbers there are", () => {
    const numbers = Array.from({ length: MOST_WAITING + 3 }, (_, n) => text(10 + n, `number${n}x`));
    const most = counted(numbers, full);
    const waiting = Object.keys(most?.waiting ?? {});
    expect(waiting).toEqual(numbers.slice(3).map(({ target }) => target));
    expect(noticeTexts.shape.safeParse({ schema: 1, ...most }).success).toBe(true);
    const [first = expect.fail()] = numbers.slice(3);
    expect(Object.keys(counted([first], most)?.waiting ?? {})).toHaveLength(MOST_WAITING);
  });
});
