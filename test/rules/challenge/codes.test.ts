import { describe, expect, it } from "vitest";
import { judgeActivation, readActivationCode } from "../../../shared/challenge/activation.ts";
import {
  againAt,
  judgeCode,
  PUSH_LIFE,
  refuseSend,
  withCodeSent,
  withPushSent,
} from "../../../shared/challenge/sends.ts";
import { activationWith, at, challengeWith, NOW, SECOND } from "./challenge.ts";

const CONTACT = "k".repeat(22);

describe("an activation code", () => {
  it("is read as it is typed: in groups, with hyphens, in full-width digits; anything else is none", () => {
    for (const text of [
      "123456789012",
      "123 456 789 012",
      " 123-456-789-012 ",
      "123–456—789‑012",
      "１２３　４５６　７８９　０１２",
      "123\u00a0456 789\t012",
    ]) {
      expect([text, readActivationCode(text)]).toEqual([text, "123456789012"]);
    }
    for (const text of [
      "",
      "12345678901",
      "1234567890123",
      "12345678901a",
      "123.456.789.012",
      "١٢٣456789012",
    ]) {
      expect([text, readActivationCode(text)]).toEqual([text, undefined]);
    }
  });

  const judge = (
    changes: Parameters<typeof activationWith>[0] = {},
    {
      isForAccount = true,
      claim = "none",
      isLast = true,
      seconds = 0,
    }: {
      isForAccount?: boolean;
      claim?: "none" | "here" | "given-up" | "other";
      isLast?: boolean;
      seconds?: number;
    } = {},
  ) =>
    judgeActivation(
      { item: activationWith(changes), isLast },
      { isForAccount, claim, now: NOW + seconds * SECOND },
    );

  it("is wrong where nobody made it, and where it was made for another account, whatever became of it", () => {
    expect(judgeActivation(undefined, { isForAccount: true, claim: "none", now: NOW })).toBe("wrong");
    expect(judge({}, { isForAccount: false })).toBe("wrong");
    expect(judge({ cancelledAt: at(1) }, { isForAccount: false, isLast: false, seconds: 700 })).toBe("wrong");
  });

  it("is right until its time is over, and told apart where a newer one, its provider or another took its place", () => {
    expect(judge({}, { seconds: 599.999 })).toBe("right");
    expect(judge({}, { seconds: 600 })).toBe("expired");
    expect(judge({}, { isLast: false })).toBe("superseded");
    expect(judge({ cancelledAt: at(1) })).toBe("cancelled");
    expect(judge({}, { claim: "other" })).toBe("used");
    expect(judge({}, { claim: "given-up" })).toBe("right");
    expect(judge({}, { claim: "given-up", seconds: 600 })).toBe("expired");
    // Claimed in time, it is finished after it.
    expect(judge({}, { claim: "here", seconds: 600 })).toBe("right");
  });
});

describe("what a challenge sends", () => {
  it("are three codes, a minute apart, and three pushes, half a minute apart", () => {
    for (const [of, apart] of [
      ["code", 60],
      ["push", 30],
    ] as const) {
      const sends = (count: number) => ({ count, since: at(-900), last: at(0) });
      expect(refuseSend(of, undefined, NOW)).toBeUndefined();
      expect(refuseSend(of, sends(2), NOW + apart * SECOND - 1)).toEqual({
        reason: `${of}-sent-recently`,
        until: NOW + apart * SECOND,
      });
      expect(refuseSend(of, sends(2), NOW + apart * SECOND)).toBeUndefined();
      expect(refuseSend(of, sends(3), NOW + 999 * SECOND)).toEqual({ reason: "sends-spent" });
      // One that was sent ahead of this clock.
      expect(againAt(of, { ...sends(1), last: at(500) }, NOW)).toBe(NOW + apart * SECOND);
    }
  });

  it("is remembered, the last three, with when it was and until when it is good", () => {
    let challenge = challengeWith();
    for (const n of [0, 1, 2, 3]) {
      challenge = withCodeSent(challenge, CONTACT, `${n}`, NOW + n * 60 * SECOND);
      challenge = withPushSent(challenge, `p${n}`, NOW + n * 60 * SECOND);
    }
    expect(challenge.code?.codes).toEqual(
      [1, 2, 3].map((n) => ({ contactId: CONTACT, code: `${n}`, expiresAt: at(n * 60 + 600) })),
    );
    expect(challenge.code?.sends).toEqual({ count: 4, since: at(0), last: at(180) });
    expect(challenge.push?.nonces.map(({ nonce }) => nonce)).toEqual(["p1", "p2", "p3"]);
    expect(challenge.push?.nonces.at(-1)?.until).toBe(at(180 + PUSH_LIFE / SECOND));
    expect(challenge.push?.sends.count).toBe(4);
    expect(PUSH_LIFE).toBe(120 * SECOND);
  });

  it("is right for ten minutes, and no guess where a newer code came or its time is over", () => {
    const first = withCodeSent(challengeWith(), CONTACT, "first", NOW);
    const both = withCodeSent(first, CONTACT, "second", NOW);
    const judge = (code: string, seconds = 0, challenge = both) =>
      judgeCode(challenge, new Set(["of another contact", code]), NOW + seconds * SECOND);
    expect(judge("second")).toBe("right");
    expect(judge("second", 599.999)).toBe("right");
    expect(judge("second", 600)).toBe("expired");
    expect(judge("first")).toBe("superseded");
    expect(judge("third")).toBe("wrong");
    expect(judge("first", 0, challengeWith())).toBe("wrong");
  });
});
