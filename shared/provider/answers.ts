import * as z from "zod";
import type { Activation } from "../model/activation.ts";
import { shownNumber } from "../model/challenge.ts";
import { publicKey } from "../model/publicKey.ts";
import { timestamp } from "../words.ts";
import { activationState, activationStateOf, type Claim } from "./state.ts";

/** An id of the second container, as providers have it: partition and item, so that it is found by one point read. */
const placedId = z.string().regex(/^[A-Za-z0-9_-]{43}\.[A-Za-z0-9_-]{22}$/);

export const activationParams = z.object({ activationId: placedId });
export const credentialParams = z.object({ credentialId: placedId });

export interface Placed {
  readonly partition: string;
  readonly id: string;
}

export function placeOf(placed: string): Placed {
  const [partition = "", id = ""] = placed.split(".");
  return { partition, id };
}

export function placedIdOf({ partition, id }: Placed): string {
  return `${partition}.${id}`;
}

/** A code that was issued: no later answer has it again. */
export const issuedAnswer = z.strictObject({
  activationId: placedId,
  /** 12 digits; shown in groups of three. */
  code: z.string().regex(/^\d{12}$/),
  /** What the QR code says. */
  qr: z.string(),
  expiresAt: timestamp,
});

export const activationAnswer = z.strictObject({
  activationId: placedId,
  state: activationState,
  /** Until when its code can be used. */
  expiresAt: timestamp,
  /** With `confirming`, where one is to be shown: the owner types it into the phone. */
  number: shownNumber.optional(),
  /** With `verified`. */
  credentialId: placedId.optional(),
  /** With `verified`: the account's key on the phone, for ES256. */
  publicKey: publicKey.optional(),
});

export type ActivationAnswer = z.infer<typeof activationAnswer>;

export const credentialAnswer = z.strictObject({
  credentialId: placedId,
  state: z.enum(["live", "revoked"]),
});

export const validAnswer = z.strictObject({ valid: z.boolean() });

/** An activation as its provider sees it. @param now milliseconds since the epoch */
export function activationAnswerOf(
  activationId: string,
  activation: Activation,
  claim: Claim | undefined,
  now: number,
): ActivationAnswer {
  const state = activationStateOf(activation, claim, now);
  const { number, holder, credential } = claim?.challenge ?? {};
  return {
    activationId,
    state,
    expiresAt: activation.expiresAt,
    ...(state === "confirming" && number !== undefined && { number }),
    ...(state === "verified" &&
      holder !== undefined &&
      credential && {
        credentialId: placedIdOf({ partition: holder, id: credential.id }),
        publicKey: credential.publicKey,
      }),
  };
}
