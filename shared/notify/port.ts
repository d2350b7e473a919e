import type { Language } from "../errors/language.ts";
import type { PushTarget } from "../model/pushToken.ts";

/**
 * What leaves the service: push notifications, e-mail and text messages. Each call sends one message to one target, once:
 * who calls decides whether, and when, it is sent again.
 */
export interface Notify {
  /** Sends to the token of one phone. */
  push(send: PushSend): Promise<Sent>;
  /** @param send `to`: an e-mail address */
  mail(send: MessageSend): Promise<Sent>;
  /** @param send `to`: a telephone number in E.164 */
  text(send: MessageSend): Promise<Sent>;
}

interface Send {
  /** UUID, of this message to this target alone: platforms drop a second message under one id. */
  readonly id: string;
  /** Milliseconds that the call may take; the platforms' own limits are longer. */
  readonly timeLimit: number;
}

export interface PushSend extends Send {
  readonly target: PushTarget;
  /** What the app gets: it says nothing of an owner, and the app asks the service for the rest. */
  readonly content:
    | { readonly kind: "notice"; readonly noticeId: string }
    | { readonly kind: "challenge"; readonly challengeId: string; readonly nonce: string };
}

export interface MessageSend extends Send {
  readonly to: string;
  readonly language: Language;
  readonly content: { readonly kind: "code"; readonly code: string } | { readonly kind: "notice" };
}

/** What became of a message. */
export type Sent =
  /** The platform took it. Nothing says that it arrives. */
  | { readonly outcome: "sent" }
  /** The platform surely did not take it, and never will: `target-gone` if that is because the target is no more. */
  | { readonly outcome: "refused"; readonly reason: "target-gone" | "target-refused" | "request-refused" }
  /** The platform surely did not take it, and may later. @member retryAfter seconds */
  | { readonly outcome: "busy"; readonly retryAfter: number }
  /** No answer: it may have been sent. */
  | { readonly outcome: "unknown" };
