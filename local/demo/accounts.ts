import { base64url } from "jose";
import type { HeldAccount } from "../phone/acts/state.ts";
import { accountCode } from "../phone/protocol/accountCode.ts";
import type { PhoneOfStory } from "./phone.ts";

// What a phone of the story shows of its accounts.

/** Those that wait for their owner. */
export function pendingOf(phone: PhoneOfStory): HeldAccount[] {
  return phone.state().accounts.filter(({ actionRequired }) => actionRequired !== undefined);
}

/** The one-time code that a personal account with push shows on this phone. @param now milliseconds since 1970 */
export function codeOn(phone: PhoneOfStory, ref: string, now: number): string {
  const secret = phone.state().credentials.find((credential) => credential.ref === ref)?.codeSecret;
  return secret === undefined ? "none" : accountCode(base64url.decode(secret), now);
}
