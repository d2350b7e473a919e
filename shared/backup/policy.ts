import * as z from "zod";

/** What an owner may choose. */
export const policy = z.strictObject({
  /** What blocks a recovery: an account of the backup that is on the phone already [D2], or any account there [D3]. */
  conflict: z.enum(["same-account", "any-account"]),
  /** Whether a phone of the other operating system may recover; it has to be allowed beforehand [H8]. */
  otherPlatform: z.boolean(),
});

export type Policy = z.infer<typeof policy>;

export const DEFAULT_POLICY: Policy = { conflict: "same-account", otherPlatform: false };
