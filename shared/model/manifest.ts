import * as z from "zod";
import { sha256, tenantId } from "../formats.ts";

/** The most accounts that one backup holds. */
export const MOST_ACCOUNTS = 500;

/** The most accounts that a phone says it has left out: more than any app exports. */
const MOST_LEFT_OUT = 100_000;

/**
 * An account as the service knows it: without a name. `ref` is an HMAC under the owner's reference salt; strict,
 * so that nothing else gets in [C3, C6].
 */
export const manifestEntry = z.discriminatedUnion("kind", [
  z.discriminatedUnion("push", [
    z.strictObject({ ref: sha256, kind: z.literal("personal"), push: z.literal(false) }),
    z.strictObject({
      ref: sha256,
      kind: z.literal("personal"),
      push: z.literal(true),
      /** HMAC of who it is at its issuer: a sign-in to verify it is held against it. */
      subjectHash: sha256,
    }),
  ]),
  z.strictObject({
    ref: sha256,
    kind: z.literal("work-or-school"),
    push: z.boolean(),
    tenant: tenantId,
    /** HMAC of the provider's id of the user: an activation is bound to it. */
    subjectHash: sha256,
  }),
  z.strictObject({ ref: sha256, kind: z.literal("third-party"), push: z.literal(false) }),
]);

export type ManifestEntry = z.infer<typeof manifestEntry>;

/** What the service may know of a backup's accounts, in the owner's order. */
export const manifest = z.strictObject({
  accounts: z
    .array(manifestEntry)
    .max(MOST_ACCOUNTS)
    .refine(
      (accounts) => new Set(accounts.map(({ ref }) => ref)).size === accounts.length,
      "names an account twice",
    ),
  /** How many accounts of the phone are not in the envelope, since they do not fit [C8]; left out if none. */
  leftOut: z.int().positive().max(MOST_LEFT_OUT).optional(),
});

export type Manifest = z.infer<typeof manifest>;
