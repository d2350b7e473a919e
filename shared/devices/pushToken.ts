import type { Device } from "../model/device.ts";
import type { PushTarget, PushToken } from "../model/pushToken.ts";

/** Milliseconds after which a token that did not change is written again, long before it would be dropped: 30 days. */
const RENEWED_AFTER = 30 * 24 * 60 * 60 * 1000;

/** A token that Apple's platform gives: hexadecimal, of 32 bytes so far, and to be of a variable length. */
const APNS_TOKEN = /^(?:[0-9A-Fa-f]{2}){32,100}$/;

/** Why a phone can't be reached by a token: it is of the other platform, or of an environment that there is not. */
export function refusePushToken(
  phone: Pick<Device, "platform">,
  { platform, environment, token }: PushTarget,
): { readonly reason: "push-token-mismatch" } | undefined {
  const fits =
    platform === "apns"
      ? phone.platform === "ios" && APNS_TOKEN.test(token)
      : phone.platform === "android" && environment === "production";
  return fits ? undefined : { reason: "push-token-mismatch" };
}

/** Whether nothing of what a phone says is new, but for its token. @param now milliseconds since the epoch */
export function isCurrent(
  known: PushToken,
  said: Pick<PushToken, "platform" | "environment" | "language">,
  now: number,
): boolean {
  const isSame =
    known.platform === said.platform &&
    known.environment === said.environment &&
    known.language === said.language;
  return isSame && now < Date.parse(known.at) + RENEWED_AFTER;
}
