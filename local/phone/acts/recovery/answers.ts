import * as z from "zod";
import { platformSchema } from "../../protocol/contentKey.ts";
import { sealedKeySchema } from "../../protocol/sealedKey.ts";
import { purposeSchema, versionSchema } from "../answers.ts";

// The bodies of answers about recoveries and recovery keys; as in answers.ts, members may be added.

export const recoveryKeySetSchema = z.looseObject({ setAt: z.iso.datetime() });

const counts = {
  /** How many accounts of each kind. */
  kinds: z.looseObject({
    personal: z.int(),
    "work-or-school": z.int(),
    "third-party": z.int(),
  }),
  /** How many have to be verified again. */
  actionRequired: z.int(),
};

const accountsSchema = z.array(
  z.looseObject({
    ref: z.string(),
    kind: z.enum(["personal", "work-or-school", "third-party"]),
    push: z.boolean(),
    state: z.enum(["ready", "action-required"]),
    means: z.array(z.string()).optional(),
  }),
);

export const recoverySchema = z.looseObject({
  recoveryId: z.string(),
  purpose: purposeSchema,
  state: z.enum(["waiting", "released", "completed", "cancelled", "denied", "expired"]),
  /** Absent while it waits, and where nothing was ever uploaded. */
  version: z.int().optional(),
  /** Of what it brings. */
  platform: platformSchema,
  ...counts,
  /** In the envelope's order; absent until it is released. */
  accounts: accountsSchema.optional(),
  startedAt: z.iso.datetime(),
  /** Until when it waits, or waited. */
  releaseAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
});

/** How many more recoveries this phone may begin. */
const triesLeft = z.int().optional();

export const recoveryReleasedSchema = recoverySchema.extend({
  state: z.enum(["released", "completed"]),
  triesLeft,
  accounts: accountsSchema,
  /** What the content is sealed under; without content, the current one. */
  key: sealedKeySchema,
  /** Absent after starting anew, and where nothing was ever uploaded. */
  content: z
    .looseObject({
      /** Compact JWE. */
      envelope: z.string(),
      sealedAs: z.int(),
      storageBound: z.boolean(),
    })
    .optional(),
  /** Compact JWE; where the recovery key was shown. */
  wrappedStorageSecret: z.string().optional(),
});

const recoveryWaitingSchema = recoverySchema.extend({
  state: z.literal("waiting"),
  triesLeft,
  /** How many of the owner's other phones can approve it. */
  approvers: z.int(),
});

export const recoveryBegunSchema = z.discriminatedUnion("state", [
  recoveryReleasedSchema,
  recoveryWaitingSchema,
]);

export const previewSchema = z.looseObject({
  platform: platformSchema,
  version: versionSchema.optional(),
  ...counts,
  waitingSeconds: z.int(),
  approvers: z.int(),
  /** What the sign-in lacks for it. */
  missing: z.array(z.string()),
});

export type Recovery = z.infer<typeof recoverySchema>;
export type RecoveryKeySet = z.infer<typeof recoveryKeySetSchema>;
export type RecoveryReleased = z.infer<typeof recoveryReleasedSchema>;
export type RecoveryWaiting = z.infer<typeof recoveryWaitingSchema>;
export type Preview = z.infer<typeof previewSchema>;
