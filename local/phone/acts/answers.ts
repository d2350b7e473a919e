import * as z from "zod";
import { platformSchema } from "../protocol/contentKey.ts";
import { sealedKeySchema } from "../protocol/sealedKey.ts";

// The bodies of answers. Members that a later version of the service adds are kept and ignored.

const phone = { deviceId: z.string(), name: z.string(), platform: platformSchema };

export const registeredSchema = z.looseObject({
  ...phone,
  trusted: z.boolean(),
  userId: z.string(),
  registeredAt: z.iso.datetime(),
  /** base64url of 32 bytes. */
  referenceSalt: z.base64url().length(43),
});

export const devicesSchema = z.looseObject({
  devices: z.array(
    z.looseObject({
      ...phone,
      registeredAt: z.iso.datetime(),
      /** Whether it may use the backup without a recovery. */
      trusted: z.boolean(),
      lastUploadAt: z.iso.datetime().optional(),
      thisPhone: z.boolean(),
    }),
  ),
});

export const enabledSchema = z.looseObject({
  platform: platformSchema,
  nextVersion: z.int(),
  key: sealedKeySchema,
});

export const uploadedSchema = z.looseObject({
  version: z.int(),
  uploadedAt: z.iso.datetime(),
  accounts: z.int(),
  nextVersion: z.int(),
});

export const versionSchema = z.looseObject({
  version: z.int(),
  uploadedAt: z.iso.datetime(),
  /** That made it present: uploaded it, or restored it. */
  device: z.looseObject(phone),
  accounts: z.int(),
  /** How many more its phone had, which did not fit. */
  leftOut: z.int().optional(),
  /** Of the envelope. */
  bytes: z.int(),
  /** The `ver` in the envelope's header. */
  sealedAs: z.int(),
  storageBound: z.boolean(),
  /** The number of the user key that it is sealed under. */
  key: z.int(),
  /** The phone that uploaded it was denied. */
  denied: z.boolean().optional(),
});

/** Newest first. */
export const versionsSchema = z.looseObject({ versions: z.array(versionSchema) });

export const purposeSchema = z.enum(["recover", "start-anew"]);

/** On any of the owner's phones, also one that is gone since. */
const recoveriesSchema = z.array(
  z.looseObject({
    recoveryId: z.string(),
    purpose: purposeSchema,
    state: z.enum(["waiting", "released"]),
    device: z.looseObject(phone),
    startedAt: z.iso.datetime(),
    releaseAt: z.iso.datetime(),
    /** Until when it can be opened or, once released, denied. */
    expiresAt: z.iso.datetime(),
    thisPhone: z.boolean(),
  }),
);

/** What a status says in every state. */
const always = {
  nextVersion: z.int(),
  /** Whether this phone may use the backup without a recovery. */
  trusted: z.boolean(),
  /** A recovery was denied from that phone; it ends by itself. */
  frozen: z
    .looseObject({ at: z.iso.datetime(), until: z.iso.datetime(), device: z.looseObject(phone) })
    .optional(),
  recoveries: recoveriesSchema,
  /** The first 8 characters of the references of accounts whose provider has revoked this phone's credential. */
  actionRequired: z.array(z.string()).optional(),
};

export const statusSchema = z.discriminatedUnion("state", [
  z.looseObject({ state: z.literal("off"), ...always }),
  z.looseObject({
    state: z.literal("deleted"),
    ...always,
    deletedAt: z.iso.datetime(),
    device: z.looseObject(phone),
  }),
  z.looseObject({
    state: z.literal("on"),
    platform: platformSchema,
    enabledAt: z.iso.datetime(),
    ...always,
    /** What the owner had better do. */
    advice: z.string().optional(),
    /** What the next version is sealed under. */
    key: z.looseObject({ id: z.string(), number: z.int() }),
    recoveryKey: z
      .looseObject({
        setAt: z.iso.datetime(),
        /** The number of the user key whose versions it opens. */
        key: z.int(),
        /** How many of those are kept, and the newest of them. */
        versions: z.int(),
        newest: z.int().optional(),
      })
      .optional(),
    current: versionSchema.optional(),
    /** How many are kept. */
    versions: z.int(),
    health: z.looseObject({
      lastFailure: z
        .looseObject({ at: z.iso.datetime(), code: z.string(), device: z.looseObject(phone) })
        .optional(),
      outOfDate: z.boolean(),
      outOfDateAt: z.iso.datetime(),
    }),
    indicator: z.enum(["none", "red-dot", "exclamation"]),
  }),
]);

export const keySchema = z.looseObject({ key: sealedKeySchema, platform: platformSchema });

export type Registered = z.infer<typeof registeredSchema>;
export type Devices = z.infer<typeof devicesSchema>;
export type Enabled = z.infer<typeof enabledSchema>;
export type Uploaded = z.infer<typeof uploadedSchema>;
export type Version = z.infer<typeof versionSchema>;
export type Versions = z.infer<typeof versionsSchema>;
export type Status = z.infer<typeof statusSchema>;
export type Recoveries = z.infer<typeof recoveriesSchema>;
export type Key = z.infer<typeof keySchema>;
