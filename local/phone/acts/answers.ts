import * as z from "zod";
import { platformSchema } from "../protocol/contentKey.ts";
import { sealedKeySchema } from "../protocol/sealedKey.ts";

// The bodies of answers. Members that a later version of the service adds are kept and ignored.

const phone = { deviceId: z.string(), name: z.string(), platform: platformSchema };

export const registeredSchema = z.looseObject({
  ...phone,
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
  /** Of the envelope. */
  bytes: z.int(),
  /** The `ver` in the envelope's header. */
  sealedAs: z.int(),
  storageBound: z.boolean(),
});

/** Newest first. */
export const versionsSchema = z.looseObject({ versions: z.array(versionSchema) });

/** On any of the owner's phones. */
const recoveriesSchema = z.array(
  z.looseObject({
    recoveryId: z.string(),
    state: z.enum(["waiting", "released"]),
    device: z.looseObject(phone),
    startedAt: z.iso.datetime(),
    releaseAt: z.iso.datetime(),
    thisPhone: z.boolean(),
  }),
);

/** What a status says in every state. */
const always = {
  nextVersion: z.int(),
  /** A recovery was denied from that phone, and nobody has lifted it since. */
  frozen: z.looseObject({ at: z.iso.datetime(), device: z.looseObject(phone) }).optional(),
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
    recoveryKey: z.looseObject({ setAt: z.iso.datetime() }).optional(),
    recoveries: recoveriesSchema,
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
