import { describe, expect, it } from "vitest";
import { languages } from "../../shared/errors/language.ts";
import type { PushTarget } from "../../shared/model/pushToken.ts";
import type { Notify } from "../../shared/notify/port.ts";
import { messageTexts } from "../../shared/notify/texts.ts";
import type { Outcome } from "../support/sent.ts";

interface OpenedNotify {
  readonly notify: Notify;
  /** Another instance, which shares no memory with the first. */
  readonly another: () => Notify;
  /** What has arrived, in order. */
  readonly arrived: () => readonly Outcome[];
}

export const FCM: PushTarget = { platform: "fcm", environment: "production", token: "fcm-token:APA91b_x" };
export const APNS: PushTarget = { platform: "apns", environment: "production", token: "a1".repeat(32) };
export const NOTICE = { kind: "notice", noticeId: "n".repeat(22) } as const;
export const CHALLENGE = { kind: "challenge", challengeId: "c".repeat(22), nonce: "o".repeat(22) } as const;
const CODE = { kind: "code", code: "271828" } as const;

/** A UUID of its own for each number. */
export const uuid = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;

export const timeLimit = 5_000;

/** What every driver of the port does. */
export function notifyContract(name: string, open: () => Promise<OpenedNotify>): void {
  describe(`notify contract: ${name}`, () => {
    it.each([
      ["an Android phone", FCM, { message: { data: { key: "notice", noticeId: NOTICE.noticeId } } }],
      [
        "an iPhone",
        APNS,
        { aps: { alert: { "loc-key": "notice" }, "mutable-content": 1 }, noticeId: NOTICE.noticeId },
      ],
    ])("pushes a notice to %s as its key and its id [H5]", async (_, target, payload) => {
      const { notify, arrived } = await open();
      const sent = await notify.push({ id: uuid(1), target, content: NOTICE, timeLimit });
      expect(sent).toEqual({ outcome: "sent" });
      expect(arrived()).toEqual([{ channel: "push", to: target.token, payload }]);
    });

    it.each([FCM, APNS])(
      "pushes a challenge with its nonce to $platform, and nothing else",
      async (target) => {
        const { notify, arrived } = await open();
        expect(await notify.push({ id: uuid(1), target, content: CHALLENGE, timeLimit })).toEqual({
          outcome: "sent",
        });
        const [only] = arrived();
        const text = JSON.stringify(only);
        expect(text).toContain(CHALLENGE.nonce);
        expect(text).toContain(CHALLENGE.challengeId);
      },
    );

    it.each(languages)("writes mail and text in %s, with a code or with what happened", async (language) => {
      const { notify, arrived } = await open();
      const mail = { to: "alice@example.com", language, timeLimit };
      const text = { to: "+46701234567", language, timeLimit };
      expect([
        await notify.mail({ ...mail, id: uuid(1), content: CODE }),
        await notify.mail({ ...mail, id: uuid(2), content: { kind: "notice" } }),
        await notify.text({ ...text, id: uuid(3), content: CODE }),
        await notify.text({ ...text, id: uuid(4), content: { kind: "notice" } }),
      ]).toEqual(Array(4).fill({ outcome: "sent" }));
      const { subject, code, notice } = messageTexts[language];
      expect(arrived()).toEqual([
        { channel: "mail", to: mail.to, subject, text: code(CODE.code) },
        { channel: "mail", to: mail.to, subject, text: notice },
        { channel: "text", to: text.to, text: code(CODE.code) },
        { channel: "text", to: text.to, text: notice },
      ]);
    });

    it.each([
      ["mail", "alice@example.com", "bob@example.com"],
      ["text", "+46701234567", "+46707654321"],
    ] as const)(
      "sends a %s once under one id, from whichever instance, and drops another target's under it",
      async (channel, to, other) => {
        const { notify, another, arrived } = await open();
        const message = { id: uuid(1), to, language: "en", content: CODE, timeLimit } as const;
        const sent = [
          await notify[channel](message),
          await another()[channel](message),
          await another()[channel]({ ...message, to: other }),
        ];
        expect(sent).toEqual(Array(3).fill({ outcome: "sent" }));
        expect(arrived()).toHaveLength(1);
        await notify[channel]({ ...message, id: uuid(2) });
        expect(arrived().map((each) => each.to)).toEqual([to, to]);
      },
    );

    it("pushes again what is sent again: the phone knows a notice by its id", async () => {
      const { notify, arrived } = await open();
      const push = { id: uuid(1), target: FCM, content: NOTICE, timeLimit };
      await notify.push(push);
      await notify.push(push);
      const [first, second, ...more] = arrived();
      expect([second, more]).toEqual([first, []]);
    });

    it("takes ids of mail and of text apart", async () => {
      const { notify, arrived } = await open();
      const message = { id: uuid(1), language: "en", content: CODE, timeLimit } as const;
      await notify.mail({ ...message, to: "alice@example.com" });
      await notify.text({ ...message, to: "+46701234567" });
      expect(arrived()).toHaveLength(2);
    });

    it.each(["46701234567", "+0701234567", "+46", "+4670123456\r\n7", ""])(
      "is told by the platform that %j is no number",
      async (to) => {
        const { notify, arrived } = await open();
        const sent = await notify.text({ id: uuid(1), to, language: "en", content: CODE, timeLimit });
        expect(sent).toEqual({ outcome: "refused", reason: "target-refused" });
        expect(arrived()).toEqual([]);
      },
    );

    it.each(["", "a b", "a\r\nX-Other: b", "é", "x".repeat(4097)])(
      "sends nothing to %j, which can be no token",
      async (token) => {
        const { notify, arrived } = await open();
        const sent = await notify.push({
          id: uuid(1),
          target: { ...FCM, token },
          content: NOTICE,
          timeLimit,
        });
        expect(sent).toEqual({ outcome: "refused", reason: "target-refused" });
        expect(arrived()).toEqual([]);
      },
    );
  });
}
