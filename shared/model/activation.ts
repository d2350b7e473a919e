import * as z from "zod";
import { randomId, sha256, tenantId } from "../formats.ts";
import { timestamp } from "../words.ts";
import { sealed } from "./sealed.ts";

/** How an account provider gives the code: on a page for its people, or by an administrator [E5]. */
export const activationRoute = z.enum(["self-service", "administrator"]);

export type ActivationRoute = z.infer<typeof activationRoute>;

/** Seconds that a code is good for. */
export const ACTIVATION_LIFE: Readonly<Record<ActivationRoute, number>> = {
  "self-service": 10 * 60,
  administrator: 24 * 60 * 60,
};

/** Seconds that it is kept beyond its life. */
export const ACTIVATION_KEPT = 24 * 60 * 60;

/** What an activation says of its account, as JSON, sealed: all that names somebody. */
export const activatedAccount = z.strictObject({
  /** The user's id at the provider. */
  subject: z.string(),
  organization: z.string(),
  userName: z.string(),
});

export type ActivatedAccount = z.infer<typeof activatedAccount>;

/** `activation:{id}` of the second container, in the partition of its subject. */
export const activationShape = z.strictObject({
  schema: z.literal(1),
  tenant: tenantId,
  route: activationRoute,
  /** Whether the provider shows a number while the push is to be answered [E13]. */
  showNumber: z.boolean(),
  account: sealed,
  /** HMAC of the code, and which code it is: of several, the last is good. */
  code: sha256,
  generation: z.int().positive(),
  issuedAt: timestamp,
  expiresAt: timestamp,
  cancelledAt: timestamp.optional(),
  /** For whom it was taken: for this challenge alone, or another of the same owner once that has ended without a key. */
  claimedBy: z.strictObject({ userId: sha256, challengeId: randomId }).optional(),
  /** SHA-256 of the request that issued it: a repeat of its Idempotency-Key has the same. */
  request: sha256,
});

export type Activation = z.infer<typeof activationShape>;

/** Where an activation is. Not beside an item's own members: on Cosmos DB `partition` there is the partition key's. */
const placedActivation = z.strictObject({ partition: sha256, id: randomId });

/** `code` of the second container, in the partition HMAC(code): where its activation is. */
export const activationCodeShape = z.strictObject({
  schema: z.literal(1),
  activation: placedActivation,
  generation: z.int().positive(),
});

export type ActivationCode = z.infer<typeof activationCodeShape>;

/** The most activations of one subject that are open: issued, not claimed, not over. */
export const MOST_OPEN_ACTIVATIONS = 5;

/** `open` of the second container, in the partition of a subject: each new activation is committed with it, so that they are counted one after the other. */
export const openActivationsShape = z.strictObject({
  schema: z.literal(1),
  /** Those that may still be open; one that was claimed or cancelled is taken out when there is no room. */
  activations: z.array(z.strictObject({ id: randomId, expiresAt: timestamp })).max(MOST_OPEN_ACTIVATIONS),
});

export type OpenActivations = z.infer<typeof openActivationsShape>;

/** `key` of the second container, in the partition HMAC(tenant, Idempotency-Key): the activation that a request with this key made. */
export const activationKeyShape = z.strictObject({
  schema: z.literal(1),
  activation: placedActivation,
});

export type ActivationKey = z.infer<typeof activationKeyShape>;
