import type { PushTarget } from "../model/pushToken.ts";
import type { MessageSend, PushSend } from "./port.ts";
import { messageTexts } from "./texts.ts";

/** Seconds that a challenge can be answered in: a push that comes later is of no use. */
const CHALLENGE_LIFE = 120;

/** What is handed to a push service: headers of its protocol, and its JSON. */
export interface PushMessage {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** A push notification in the form of the phone's platform. @param now milliseconds since 1970 */
export function pushMessage(
  { platform }: PushTarget,
  content: PushSend["content"],
  now: number,
): PushMessage {
  return platform === "fcm" ? fcm(content) : apns(content, now);
}

/**
 * Data alone, so that the app is woken, shows a notice once and writes its text itself. No collapse key: FCM keeps no
 * more than four of them for a device, and drops the rest.
 * https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages
 */
function fcm({ kind: key, ...ids }: PushSend["content"]): PushMessage {
  const data = { key, ...ids };
  const urgent = { priority: "high", ttl: `${CHALLENGE_LIFE}s` };
  return { headers: {}, body: { message: { data, ...(key === "challenge" && { android: urgent }) } } };
}

/**
 * An alert whose text is in the app, under the localisation key; `mutable-content` lets the app replace it first.
 * https://developer.apple.com/documentation/usernotifications/generating-a-remote-notification
 */
function apns({ kind: key, ...ids }: PushSend["content"], now: number): PushMessage {
  const headers = { "apns-push-type": "alert", "apns-priority": "10" };
  return {
    headers: {
      ...headers,
      ...("noticeId" in ids && { "apns-collapse-id": ids.noticeId }),
      ...(key === "challenge" && { "apns-expiration": String(Math.floor(now / 1000) + CHALLENGE_LIFE) }),
    },
    body: { aps: { alert: { "loc-key": key }, "mutable-content": 1 }, ...ids },
  };
}

/** What a mail or a text message says, in the reader's language. */
export function messageText({ language, content }: Pick<MessageSend, "language" | "content">) {
  const { subject, code, notice } = messageTexts[language];
  return { subject, text: content.kind === "code" ? code(content.code) : notice };
}
