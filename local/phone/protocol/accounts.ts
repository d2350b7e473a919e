import * as z from "zod";

/**
 * Lengths are counted in UTF-16 code units. U+0000 separates the parts of an account reference: a name that
 * held it could pass for another account.
 */
function text(length: number) {
  return z
    .string()
    .min(1)
    .max(length)
    .refine((value) => value.isWellFormed() && !value.includes("\0"), "well-formed, without U+0000");
}

const name = { issuer: text(128), userName: text(254) };

/** The parameters of RFC 6238. */
const otpSchema = z.strictObject({
  /** Base32 (RFC 4648, section 6), without padding. */
  secret: z.string().regex(/^[A-Z2-7]{16,128}$/, "base32, 16 to 128 characters"),
  algorithm: z.enum(["SHA1", "SHA256", "SHA512"]),
  digits: z.literal([6, 8]),
  /** Seconds. */
  period: z.int().min(15).max(120),
});
export type Otp = z.infer<typeof otpSchema>;

const withCode = { ...name, push: z.literal(false), otp: otpSchema };
/** A push credential never leaves its phone: no code material here, and no member to put any in. */
const withPush = { ...name, push: z.literal(true) };

const atWork = {
  kind: z.literal("work-or-school"),
  tenant: z.uuid().lowercase(),
  /** The user's object id at the provider. */
  subject: text(128),
};

const accountSchema = z.discriminatedUnion("kind", [
  z.discriminatedUnion("push", [
    z.strictObject({ kind: z.literal("personal"), ...withCode }),
    z.strictObject({ kind: z.literal("personal"), ...withPush }),
  ]),
  z.discriminatedUnion("push", [
    z.strictObject({ ...atWork, ...withCode }),
    z.strictObject({ ...atWork, ...withPush }),
  ]),
  z.strictObject({ kind: z.literal("third-party"), ...withCode }),
]);
export type Account = z.infer<typeof accountSchema>;

const settingsSchema = z.strictObject({
  appLock: z.boolean(),
  hideCodes: z.boolean(),
  theme: z.enum(["system", "light", "dark"]),
  sort: z.enum(["manual", "name"]),
});

/** What an envelope holds: accounts in the owner's order, and the settings of the app; nothing else. */
export const contentsSchema = z.strictObject({
  accounts: z
    .array(accountSchema)
    .max(500)
    .refine((accounts) => new Set(accounts.map(nameOf)).size === accounts.length, "each account once"),
  settings: settingsSchema,
});
export type Contents = z.infer<typeof contentsSchema>;

/** Issuer ‖ 0x00 ‖ user name, each in Unicode normalization form C: what distinguishes accounts. */
export function nameOf({ issuer, userName }: { issuer: string; userName: string }): string {
  return `${issuer.normalize("NFC")}\0${userName.normalize("NFC")}`;
}

/** An envelope may not hold these contents. Says where and which rule, never the value. */
export class ContentsRefused extends Error {
  override readonly name = "ContentsRefused";
  /** `pointer` is a JSON pointer (RFC 6901). */
  readonly errors: readonly { readonly pointer: string; readonly rule: string }[];

  constructor(issues: readonly z.core.$ZodIssue[]) {
    const errors = issues.map(({ path, code, message }) => ({
      pointer: path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join(""),
      rule: code === "unrecognized_keys" ? "no other members" : message,
    }));
    super(
      `not contents of a backup: ${errors.map(({ pointer, rule }) => `${pointer || "/"}: ${rule}`).join("; ")}`,
    );
    this.errors = errors;
  }
}

/** @throws {ContentsRefused} */
export function parseContents(value: unknown): Contents {
  const parsed = contentsSchema.safeParse(value);
  if (!parsed.success) throw new ContentsRefused(parsed.error.issues);
  return parsed.data;
}
