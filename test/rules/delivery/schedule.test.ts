import { describe, expect, it } from "vitest";
import {
  AT_ONCE,
  attempted,
  claimed,
  dead,
  messageId,
  parkedUntil,
  secondsLeft,
  unsent,
} from "../../../shared/delivery/schedule.ts";
import { type Notice, noticeShape, type Outcome } from "../../../shared/model/notice.ts";
import { ERASED_NOTICE_TTL, NOTICE_TTL } from "../../../shared/store/items.ts";
import { timestampOf } from "../../../shared/words.ts";

const AT = Date.parse("2026-11-22T08:00:00.000Z");
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const [PHONE, OTHER] = ["p".repeat(43), "q".repeat(43)];
const CONTACT = "c".repeat(22);

function notice(more: Partial<Notice> = {}): Notice {
  return {
    schema: 1,
    at: timestampOf(AT),
    type: "exported",
    device: { deviceId: "d".repeat(43), name: "Pixel", platform: "android" },
    to: [PHONE, OTHER],
    contacts: [CONTACT],
    dueAt: timestampOf(AT + 30_000),
    attempts: 0,
    ...more,
  };
}

const made = (outcomes: Record<string, Outcome>) => new Map(Object.entries(outcomes));

const all = { [PHONE]: "sent", [OTHER]: "sent", [CONTACT]: "sent" } as const;

describe("a notice after an attempt", () => {
  it("is done once each target has its outcome: nothing is due, and nothing else of it changes [I1]", () => {
    const { dueAt: _, attempts: __, ...rest } = notice();
    for (const attempts of [0, 3]) {
      const next = attempted(notice({ attempts }), made(all), { now: AT });
      expect(next).toEqual({ ...rest, outcomes: all });
      expect(noticeShape.parse(next)).toEqual(next);
    }
  });

  it("keeps the outcomes that it had, and is due for the others alone [I1]", () => {
    const before = notice({ attempts: 1, outcomes: { [PHONE]: "sent" } });
    const next = attempted(before, made({ [OTHER]: "unreachable" }), { now: AT });
    expect(next.outcomes).toEqual({ [PHONE]: "sent", [OTHER]: "unreachable" });
    expect(unsent(next)).toEqual([CONTACT]);
  });

  it("stays due when it was, if the request itself could not send it [I1]", () => {
    const next = attempted(notice(), made({ [PHONE]: "sent" }), { now: AT + 2_000, retryAfter: 600 });
    expect(next).toMatchObject({ dueAt: timestampOf(AT + 30_000), attempts: 0 });
  });

  it("is put off for 1, 2, 4, 8, 15 and 30 minutes, and is dead after 10 attempts [I1]", () => {
    const pauses: number[] = [];
    let now = AT + 30_000;
    let next = notice({ outcomes: { [OTHER]: "sent", [CONTACT]: "refused" } });
    for (let n = 0; n < 20 && next.dueAt !== undefined; n++) {
      const taken = claimed(next, now);
      if (!taken) break;
      next = attempted(taken, new Map(), { now });
      if (next.dueAt === undefined) break;
      pauses.push((Date.parse(next.dueAt) - now) / MINUTE);
      now = Date.parse(next.dueAt);
    }
    expect(pauses).toEqual([1, 2, 4, 8, 15, 30, 30, 30, 30]);
    expect(next.outcomes).toEqual({ [PHONE]: "dead", [OTHER]: "sent", [CONTACT]: "refused" });
    expect(next).not.toHaveProperty("dueAt");
    expect(next).not.toHaveProperty("attempts");
  });

  it("waits as long as a platform asks to be left alone, if that is longer", () => {
    const of = (retryAfter: number) =>
      attempted(notice({ attempts: 2 }), made({}), { now: AT, retryAfter }).dueAt;
    expect(of(119)).toBe(timestampOf(AT + 2 * MINUTE));
    expect(of(121)).toBe(timestampOf(AT + 121_000));
  });

  it.each([
    ["an erasure, after a day", "erased", ERASED_NOTICE_TTL],
    ["anything else, after 14", "exported", NOTICE_TTL],
  ] as const)("is dead once what it tells is over: %s [I1]", (_, type, life) => {
    const end = AT + life * 1000;
    const last = notice({ type, attempts: 1 });
    expect(attempted(last, made({}), { now: end - MINUTE - 1 }).dueAt).toBe(timestampOf(end - 1));
    expect(attempted(last, made({}), { now: end - MINUTE })).toEqual(dead(last));
    expect(secondsLeft(last, end - 1_500)).toBe(2);
    expect(secondsLeft(last, end + 5_000)).toBe(1);
  });
});

describe("what is still to be sent", () => {
  it("is a notice to phones alone, too", () => {
    const { contacts: _, ...toPhones } = notice();
    expect(unsent(toPhones)).toEqual([PHONE, OTHER]);
  });

  it("is looked at 30 seconds after the commit, or an hour later if it can't be read", () => {
    expect(AT_ONCE).toBe(30_000);
    expect(parkedUntil(AT)).toBe("2026-11-22T09:00:00.000Z");
  });
});

describe("a notice that a sweep takes up", () => {
  it("is its own for a minute, and counts the attempt before anything is sent [I1]", () => {
    const taken = claimed(notice(), AT + MINUTE);
    expect(taken).toEqual({ ...notice(), attempts: 1, dueAt: timestampOf(AT + 2 * MINUTE) });
  });

  it("is given up where ten sweeps took it up and none could mark it [I1]", () => {
    expect(claimed(notice({ attempts: 9 }), AT)).toBeDefined();
    expect(claimed(notice({ attempts: 10 }), AT)).toBeUndefined();
    expect(dead(notice({ outcomes: { [PHONE]: "sent" } })).outcomes).toEqual({
      [PHONE]: "sent",
      [OTHER]: "dead",
      [CONTACT]: "dead",
    });
  });
});

describe("a target that waits for what is no failure", () => {
  const others = new Map<string, Outcome>([
    [PHONE, "sent"],
    [OTHER, "sent"],
  ]);
  const waits = new Map([[CONTACT, AT + 5 * HOUR]]);

  it("uses up no attempt, so that waiting never makes a notice dead", () => {
    const next = attempted(notice({ attempts: 10 }), others, { now: AT, waits });
    expect(next).toMatchObject({ attempts: 9, dueAt: timestampOf(AT + 5 * HOUR) });
    expect(next.outcomes).not.toHaveProperty(CONTACT);
  });

  it("holds up none that failed, and none that failed makes it dead", () => {
    const one = new Map<string, Outcome>([[PHONE, "sent"]]);
    expect(attempted(notice({ attempts: 1 }), one, { now: AT, waits })).toMatchObject({
      attempts: 1,
      dueAt: timestampOf(AT + MINUTE),
    });
    const last = attempted(notice({ attempts: 10 }), one, { now: AT, waits });
    expect(last.outcomes).toEqual({ [PHONE]: "sent", [OTHER]: "dead" });
    expect(last).toMatchObject({ attempts: 9, dueAt: timestampOf(AT + 5 * HOUR) });
  });

  it("is given up where what is told is over before", () => {
    const late = new Map([[CONTACT, AT + 15 * 24 * HOUR]]);
    const next = attempted(notice({ attempts: 1 }), others, { now: AT, waits: late });
    expect(next.outcomes).toMatchObject({ [CONTACT]: "dead" });
    expect(next).not.toHaveProperty("dueAt");
  });
});

describe("the id of a message", () => {
  it("is a UUID of version 8 (RFC 9562), the same with each attempt", () => {
    expect(messageId("n".repeat(22), PHONE)).toBe(messageId("n".repeat(22), PHONE));
    expect(messageId("n".repeat(22), PHONE)).toMatch(
      /^[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/,
    );
  });

  it("is one of each notice and target: under one id, the second would be dropped without a word [I1]", () => {
    const of = ["n", "m"].flatMap((id) => [PHONE, OTHER, CONTACT].map((target) => messageId(id, target)));
    expect(new Set(of).size).toBe(6);
  });
});
