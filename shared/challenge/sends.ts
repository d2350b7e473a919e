import { APART } from "../contact/sends.ts";
import { type Challenge, MOST_SENDS_OF_A_CHALLENGE } from "../model/challenge.ts";
import type { SendCount } from "../model/contact.ts";
import { timestampOf } from "../words.ts";

// Times are milliseconds since the epoch.

/** Milliseconds between two pushes of a challenge. */
export const PUSHES_APART = 30 * 1000;

/** Milliseconds in which a push is to be answered. */
export const PUSH_LIFE = 120 * 1000;

/** Milliseconds that a code is good for. */
const CODE_LIFE = 10 * 60 * 1000;

export type ChallengeSendRefusal =
  | { readonly reason: "sends-spent" }
  | { readonly reason: "code-sent-recently" | "push-sent-recently"; readonly until: number };

/** Why a challenge sends no code now, nor a push. */
export function refuseSend(
  of: "code" | "push",
  sends: SendCount | undefined,
  now: number,
): ChallengeSendRefusal | undefined {
  if (!sends) return undefined;
  if (sends.count >= MOST_SENDS_OF_A_CHALLENGE) return { reason: "sends-spent" };
  const until = againAt(of, sends, now);
  return now < until ? { reason: `${of}-sent-recently`, until } : undefined;
}

/** From when it sends another. One that was sent ahead of this instance's clock holds up the next no longer than any. */
export function againAt(of: "code" | "push", { last }: SendCount, now: number): number {
  return Math.min(Date.parse(last), now) + (of === "code" ? APART : PUSHES_APART);
}

function oneMore(sends: SendCount | undefined, now: number): SendCount {
  const last = timestampOf(now);
  return { count: (sends?.count ?? 0) + 1, since: sends?.since ?? last, last };
}

/** A challenge that has sent a code. @param code its HMAC */
export function withCodeSent(challenge: Challenge, contactId: string, code: string, now: number): Challenge {
  const { codes = [], sends } = challenge.code ?? {};
  const sent = { contactId, code, expiresAt: timestampOf(now + CODE_LIFE) };
  return {
    ...challenge,
    code: { codes: [...codes, sent].slice(-MOST_SENDS_OF_A_CHALLENGE), sends: oneMore(sends, now) },
  };
}

/** A challenge that has sent a push. @param nonce its SHA-256 */
export function withPushSent(challenge: Challenge, nonce: string, now: number): Challenge {
  const { nonces = [], sends } = challenge.push ?? {};
  const sent = { nonce, until: timestampOf(now + PUSH_LIFE) };
  return {
    ...challenge,
    push: { nonces: [...nonces, sent].slice(-MOST_SENDS_OF_A_CHALLENGE), sends: oneMore(sends, now) },
  };
}

/** What a code is. @param hmacs of what was given, for the contact of each code, under each service key in use */
export function judgeCode(
  { code }: Pick<Challenge, "code">,
  hmacs: ReadonlySet<string>,
  now: number,
): "right" | "superseded" | "expired" | "wrong" {
  const codes = code?.codes ?? [];
  const given = codes.findLast((sent) => hmacs.has(sent.code));
  if (!given) return "wrong";
  if (given !== codes.at(-1)) return "superseded";
  return now < Date.parse(given.expiresAt) ? "right" : "expired";
}
