import { CompactSign } from "jose";
import type { PrivateJwk } from "./keys.ts";

/** What a phone answers a push with. */
export interface PushAnswer {
  /** The service's public origin. */
  readonly aud: string;
  /** The id of the challenge. */
  readonly challenge: string;
  /** As it came in the push: base64url of 16 bytes. */
  readonly nonce: string;
  readonly deviceId: string;
  /** The account's reference. */
  readonly ref: string;
  readonly decision: "approve" | "deny";
  /** That of the provider's page, 10 to 99, as its owner has typed it; left out where none is shown. */
  readonly number?: number | undefined;
}

/** The answer as it is sent: a compact JWS (RFC 7515) by the account's key. */
export async function makePushAnswer(answer: PushAnswer, key: PrivateJwk): Promise<string> {
  const { aud, challenge, nonce, deviceId, ref, decision, number } = answer;
  const payload = { aud, challenge, nonce, deviceId, ref, decision, ...(number !== undefined && { number }) };
  return await new CompactSign(new TextEncoder().encode(JSON.stringify(payload)))
    .setProtectedHeader({ typ: "push-answer+jwt", alg: "ES256" })
    .sign(key);
}
