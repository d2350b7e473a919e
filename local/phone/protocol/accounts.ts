import * as z from "zod";
import { canonicalSecret, isSecret } from "./secret.ts";
import { codePoints } from "./text.ts";

/** The version of the contents that this phone writes, and the latest that it reads in full. */
export const CONTENTS_VERSION = 1;

/** The most accounts of a backup. */
export const MOST_ACCOUNTS = 500;

/** U+0000 separates the parts of an account reference: a name that held it could pass for another account. */
function text(most: number, least = 0) {
  return z
    .string()
    .refine((value) => value.isWellFormed() && !value.includes("\0"), "well-formed, without U+0000")
    .refine((value) => {
      const length = codePoints(value);
      return length >= least && length <= most;
    }, `${least} to ${most} characters`);
}

const secret = z.string().transform(canonicalSecret).refine(isSecret, "base32, of 1 to 256 bytes");
const algorithm = z.enum(["SHA1", "SHA224", "SHA256", "SHA384", "SHA512"]);
const digits = z.int().min(4).max(10);

/** Organizations are named by GUIDs, of any version; some write them in upper case. */
const tenant = z
  .string()
  .toLowerCase()
  .regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, "a GUID");

type ObjectSchema = typeof z.strictObject;

/** @param object what becomes of members that no rule names */
function shapesOf(object: ObjectSchema) {
  const otp = z.discriminatedUnion("type", [
    /** RFC 6238; `period` in seconds. */
    object({ type: z.literal("totp"), secret, algorithm, digits, period: z.int().min(1).max(300) }),
    /** RFC 4226; `counter` is that of the code which is shown next. */
    object({ type: z.literal("hotp"), secret, algorithm, digits, counter: z.int().min(0) }),
    object({ type: z.literal("steam"), secret }),
  ]);
  /** Either may be empty: some sites name no issuer, some no user. */
  const name = { issuer: text(128), userName: text(254) };
  const withCode = { ...name, push: z.literal(false), otp };
  /** A push credential never leaves its phone: no code material here, and no member to put any in. */
  const withPush = { ...name, push: z.literal(true) };
  /**
   * `authority`: who issues the account, the tenant's id at Microsoft Entra, else the `iss` of its tokens; `subject`: who it
   * is there, `oid` at Entra, else `sub`. At work the authority is the tenant.
   */
  const atWork = { kind: z.literal("work-or-school"), tenant, subject: text(128, 1) };
  const account = z.discriminatedUnion("kind", [
    z.discriminatedUnion("push", [
      object({ kind: z.literal("personal"), ...withCode }),
      object({ kind: z.literal("personal"), ...withPush, authority: text(512, 1), subject: text(256, 1) }),
    ]),
    z.discriminatedUnion("push", [object({ ...atWork, ...withCode }), object({ ...atWork, ...withPush })]),
    object({ kind: z.literal("third-party"), ...withCode }),
  ]);
  const settings = object({
    appLock: z.boolean(),
    hideCodes: z.boolean(),
    theme: z.enum(["system", "light", "dark"]),
    sort: z.enum(["manual", "name"]),
  });
  return { otp, account, settings };
}

const strict = shapesOf(z.strictObject);
const loose = shapesOf(z.looseObject as unknown as ObjectSchema);

export type Otp = z.infer<typeof strict.otp>;

/** An account that this phone knows. */
export type Account = z.infer<typeof strict.account>;

export const accountSchema = strict.account;

/** The most bytes of contents, as UTF-8 JSON: so many fit into the body of an upload, sealed and with their manifest. */
export const MOST_BYTES = 700_000;

const isSmall = (contents: unknown) => Buffer.byteLength(JSON.stringify(contents)) <= MOST_BYTES;
const TOO_LARGE = `at most ${MOST_BYTES} bytes`;

/** What an envelope of this version holds: accounts in the owner's order, and the settings of the app; nothing else. */
export const contentsSchema = z
  .strictObject({
    version: z.literal(CONTENTS_VERSION),
    accounts: z.array(strict.account).max(MOST_ACCOUNTS),
    settings: strict.settings,
  })
  .refine(isSmall, TOO_LARGE);

/**
 * What one of a later version holds: the accounts that this phone knows are read; the rest is kept unread, and goes into
 * the next envelope as it came.
 */
const laterSchema = z
  .looseObject({
    version: z.int().min(CONTENTS_VERSION + 1),
    accounts: z.array(z.looseObject({})).max(MOST_ACCOUNTS),
    settings: z.looseObject({}),
  })
  .refine(isSmall, TOO_LARGE);

export type OwnContents = z.infer<typeof contentsSchema>;
type LaterContents = z.infer<typeof laterSchema>;
export type Contents = OwnContents | LaterContents;

/** An account of a later version may be of a shape that this phone does not know. */
export type AnyAccount = Contents["accounts"][number];

/** Whether this phone knows the account; what a later version says of it besides changes nothing in that. */
export function isKnown(account: AnyAccount): account is Account {
  return loose.account.safeParse(account).success;
}

/** The accounts that this phone knows, in the owner's order. */
export function knownAccounts(contents: Contents): Account[] {
  const accounts: readonly AnyAccount[] = contents.accounts;
  return accounts.filter(isKnown);
}

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
  const parsed = isLater(value) ? laterSchema.safeParse(value) : contentsSchema.safeParse(value);
  if (!parsed.success) throw new ContentsRefused(parsed.error.issues);
  return parsed.data;
}

function isLater(value: unknown): boolean {
  const { version } = (value ?? {}) as { readonly version?: unknown };
  return typeof version === "number" && version > CONTENTS_VERSION;
}
