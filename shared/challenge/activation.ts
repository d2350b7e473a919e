import * as z from "zod";
import type { Activation } from "../model/activation.ts";

/** Digits of an activation code. */
export const ACTIVATION_DIGITS = 12;

/** The code that was typed: in groups, and with the full-width digits of Chinese and Japanese keyboards. Undefined if it is none. */
export function readActivationCode(text: string): string | undefined {
  const digits = text
    .replace(/[０-９]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) - 0xfee0))
    .replace(/[\s\u3000\u00a0‐‑‒–—―－-]/gu, "");
  return new RegExp(`^[0-9]{${ACTIVATION_DIGITS}}$`).test(digits) ? digits : undefined;
}

/** The code as a phone sends it: what was typed or scanned. */
export const activationCode = z
  .string()
  .max(64)
  .refine((code) => readActivationCode(code) !== undefined, `${ACTIVATION_DIGITS} digits`);

export type ActivationVerdict = "right" | "wrong" | "used" | "expired" | "cancelled" | "superseded";

/**
 * What a code is, for the challenge of one account. One that was made for another account is as wrong as one that nobody
 * made: telling them apart would say whose it is.
 */
export function judgeActivation(
  found: { readonly item: Activation; readonly isLast: boolean } | undefined,
  {
    isForAccount,
    claim,
    now,
  }: {
    /** Whether tenant and subject are those of the challenge's account. */
    readonly isForAccount: boolean;
    /** For whom it is claimed: this challenge, one of the same owner that ended without a key, or another. */
    readonly claim: "none" | "here" | "given-up" | "other";
    readonly now: number;
  },
): ActivationVerdict {
  if (!found || !isForAccount) return "wrong";
  const { item, isLast } = found;
  // It names the account all the same: no guess.
  if (!isLast) return "superseded";
  if (item.cancelledAt !== undefined) return "cancelled";
  if (claim === "other") return "used";
  return claim !== "here" && now >= Date.parse(item.expiresAt) ? "expired" : "right";
}
