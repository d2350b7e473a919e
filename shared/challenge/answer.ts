import { createPublicKey, hash, verify } from "node:crypto";
import * as z from "zod";
import { randomId, sha256 } from "../formats.ts";
import { type Challenge, shownNumber } from "../model/challenge.ts";

// What a phone answers a push with: a JWS (RFC 7515) by the account's new key.

const header = z.strictObject({ typ: z.literal("push-answer+jwt"), alg: z.literal("ES256") });

const payload = z.strictObject({
  /** The service's origin: an answer made for another one is of no use here. */
  aud: z.string(),
  challenge: randomId,
  nonce: randomId,
  deviceId: sha256,
  ref: sha256,
  decision: z.enum(["approve", "deny"]),
  number: shownNumber.optional(),
});

export type PushAnswer = z.infer<typeof payload>;

/** A compact JWS whose signature has the 64 bytes of ES256 (RFC 7518, section 3.4). */
const ES256_JWS = /^(([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+))\.([A-Za-z0-9_-]{86})$/;

/** What an answer does: `late` and `superseded` cost nothing. */
export type PushVerdict = "approved" | "denied" | "wrong-number" | "superseded" | "late" | "invalid";

/** @param now milliseconds since the epoch */
export function judgeAnswer(
  answer: string,
  challenge: Pick<Challenge, "account" | "credential" | "number" | "push">,
  expected: {
    readonly origin: string;
    readonly challengeId: string;
    readonly deviceId: string;
    readonly now: number;
  },
): PushVerdict {
  const given = challenge.credential && readAnswer(answer, challenge.credential.publicKey);
  if (!given) return "invalid";
  const isAsAsked =
    given.aud === expected.origin &&
    given.challenge === expected.challengeId &&
    given.deviceId === expected.deviceId &&
    given.ref === challenge.account.ref;
  const nonces = challenge.push?.nonces ?? [];
  const nonce = nonces.findLast((sent) => sent.nonce === hash("sha256", given.nonce, "base64url"));
  if (!isAsAsked || !nonce) return "invalid";
  if (nonce !== nonces.at(-1)) return "superseded";
  if (expected.now >= Date.parse(nonce.until)) return "late";
  if (given.decision === "deny") return "denied";
  // Left out where one is shown, or made up where none is: the phone has not asked its owner.
  if ((given.number === undefined) !== (challenge.number === undefined)) return "invalid";
  return given.number === challenge.number ? "approved" : "wrong-number";
}

function readAnswer(
  answer: string,
  key: NonNullable<Challenge["credential"]>["publicKey"],
): PushAnswer | undefined {
  try {
    const [, signed = "", protectedHeader = "", body = "", signature = ""] = ES256_JWS.exec(answer) ?? [];
    header.parse(decoded(protectedHeader));
    const es256 = {
      key: createPublicKey({ format: "jwk", key }),
      dsaEncoding: "ieee-p1363",
    } as const;
    if (!verify("sha256", Buffer.from(signed), es256, Buffer.from(signature, "base64url"))) return undefined;
    return payload.parse(decoded(body));
  } catch {
    return undefined;
  }
}

function decoded(encoded: string): unknown {
  return JSON.parse(Buffer.from(encoded, "base64url").toString("utf8"));
}
