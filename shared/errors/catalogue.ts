import * as z from "zod";
import { conflictPolicy, means, missing, platform, timestamp, tryKind } from "../words.ts";

/** What the app can do about a problem. Stable: apps branch on it. */
export type Remedy =
  | "add-accounts-by-hand"
  | "allow-notifications"
  | "answer-latest-push"
  | "approve-on-another-phone"
  | "ask-for-role"
  | "ask-provider"
  | "begin-again"
  | "change-password"
  | "check-code"
  | "check-contact"
  | "check-recovery-key"
  | "contact-support"
  | "fix-request"
  | "give-proof"
  | "issue-another-code"
  | "lift-freeze"
  | "make-new-key"
  | "make-new-proof"
  | "recover-first"
  | "recover-or-start-anew"
  | "refresh-contacts"
  | "refresh-status"
  | "remove-a-contact"
  | "remove-accounts"
  | "register-device"
  | "retry-later"
  | "revoke-a-device"
  | "send-code-again"
  | "send-push-again"
  | "sign-in"
  | "sign-in-again"
  | "sign-in-to-account"
  | "sign-in-to-storage-account"
  | "start-anew"
  | "turn-backup-on"
  | "update-app"
  | "use-another-contact"
  | "use-another-way"
  | "use-older-phone"
  | "use-operator-token"
  | "use-original-phone"
  | "use-original-storage-account"
  | "use-personal-account"
  | "use-provider-token"
  | "wait";

export interface ProblemKind {
  readonly status: number;
  readonly remedy: Remedy;
  /** What leads on where the remedy can't be had, or has been taken: no owner is left without a way [G9]. */
  readonly otherwise?: Remedy;
  /** Whether the same request may succeed later without anything being changed. */
  readonly retryable: boolean;
  /** What the problem carries besides the members that all have. */
  readonly members: z.ZodObject;
}

const none = z.strictObject({});

/** One broken rule of a request's schema: where and which, never the value. */
export const violation = z.strictObject({
  /** JSON pointer (RFC 6901) into the body, or the name of a parameter or header. */
  pointer: z.string(),
  rule: z.string(),
});

/** How many tries are left, where this one was counted. */
const counted = z.strictObject({ triesLeft: z.int().optional() });

/** The proofs that are missing: all of one of these lists. */
const missingProofs = z.strictObject({ proofs: z.array(z.array(means)) });

/** Which tries are spent, and when there are some again. */
const spent = z.strictObject({ of: tryKind, retryAt: timestamp });

/** The version that an upload would have replaced. */
const presentVersion = z.strictObject({
  version: z.int(),
  accounts: z.int(),
  uploadedAt: timestamp,
  device: z.strictObject({ name: z.string(), platform }),
});

function kind<const Members extends z.ZodObject = typeof none>(
  status: number,
  remedy: Remedy,
  {
    retryable = false,
    otherwise,
    members,
  }: { retryable?: boolean; otherwise?: Remedy; members?: Members } = {},
): { status: number; remedy: Remedy; otherwise?: Remedy; retryable: boolean; members: Members } {
  return {
    status,
    remedy,
    ...(otherwise && { otherwise }),
    retryable,
    // Without `members` the parameter's default, `typeof none`, is what the type says.
    members: members ?? (none as unknown as Members),
  };
}

/** Every problem this service can answer with, by its stable code. The texts are in `texts/`. */
export const catalogue = {
  // Who is asking
  "token-missing": kind(401, "sign-in"),
  "token-invalid": kind(401, "sign-in"),
  "token-expired": kind(401, "sign-in"),
  "work-account-refused": kind(403, "use-personal-account"),
  "provider-refused": kind(403, "use-personal-account"),
  "operator-refused": kind(403, "use-personal-account"),
  "provider-required": kind(403, "use-provider-token"),
  "operator-required": kind(403, "use-operator-token"),
  "role-required": kind(403, "ask-for-role", { members: z.strictObject({ role: z.string() }) }),
  "proof-missing": kind(401, "make-new-proof", { members: counted }),
  "proof-invalid": kind(401, "make-new-proof", { members: counted }),
  "proof-expired": kind(401, "make-new-proof", {
    /** The service's clock: a phone whose own is wrong makes its next proof by this one. */
    members: z.strictObject({ time: timestamp }),
  }),
  "proof-replayed": kind(401, "make-new-proof"),
  "device-not-registered": kind(401, "register-device"),
  "step-up-required": kind(401, "sign-in-again", {
    members: z.strictObject({
      missing: z.array(missing),
      /** Seconds a sign-in counts as recent. */
      maxAge: z.int(),
      ...counted.shape,
    }),
  }),
  "token-used-elsewhere": kind(401, "sign-in-again"),
  "too-many-refusals": kind(429, "sign-in-again", { otherwise: "wait", members: spent }),
  "too-many-tries": kind(429, "wait", { members: spent }),

  // What the request looks like
  "client-version-invalid": kind(400, "fix-request"),
  "client-platform-invalid": kind(400, "fix-request"),
  "client-platform-changed": kind(400, "register-device"),
  "app-version-unsupported": kind(403, "update-app", {
    members: z.strictObject({ minimumVersion: z.string() }),
  }),
  "length-required": kind(411, "fix-request"),
  "body-too-large": kind(413, "fix-request", { members: z.strictObject({ limit: z.int() }) }),
  "content-type-unsupported": kind(415, "fix-request"),
  "content-encoding-unsupported": kind(415, "fix-request"),
  "body-missing": kind(400, "fix-request"),
  "json-invalid": kind(400, "fix-request"),
  "json-too-deep": kind(400, "fix-request"),
  "json-too-many-members": kind(400, "fix-request"),
  "json-duplicate-key": kind(400, "fix-request"),
  "json-invalid-number": kind(400, "fix-request"),
  "json-invalid-string": kind(400, "fix-request"),
  "private-key-refused": kind(400, "fix-request"),
  "body-invalid": kind(400, "fix-request", { members: z.strictObject({ errors: z.array(violation) }) }),
  "parameter-invalid": kind(400, "fix-request", { members: z.strictObject({ errors: z.array(violation) }) }),
  "header-invalid": kind(400, "fix-request", { members: z.strictObject({ errors: z.array(violation) }) }),
  "idempotency-key-invalid": kind(400, "fix-request"),
  "idempotency-key-reused": kind(422, "fix-request"),
  "precondition-required": kind(428, "refresh-status"),
  "not-found": kind(404, "fix-request"),
  "method-not-allowed": kind(405, "fix-request"),

  // The owner's phones
  "device-id-mismatch": kind(400, "fix-request"),
  "device-conflict": kind(409, "register-device"),
  "too-many-devices": kind(409, "revoke-a-device", {
    otherwise: "wait",
    members: z.strictObject({ limit: z.int(), freesAt: timestamp }),
  }),

  // The backup
  "backup-off": kind(409, "turn-backup-on"),
  "backup-already-on": kind(409, "recover-first"),
  "start-anew-required": kind(409, "start-anew"),
  "backup-none": kind(404, "add-accounts-by-hand", { otherwise: "turn-backup-on" }),
  "backup-deleted": kind(410, "add-accounts-by-hand", {
    otherwise: "turn-backup-on",
    members: z.strictObject({
      deletedAt: timestamp,
      device: z.strictObject({ name: z.string(), platform }),
    }),
  }),
  "confirmation-required": kind(400, "fix-request", {
    members: z.strictObject({ confirm: z.enum(["delete", "erase"]) }),
  }),
  "version-not-found": kind(404, "refresh-status"),
  "version-current": kind(409, "refresh-status"),
  "version-out-of-reach": kind(409, "recover-first"),
  "version-elsewhere": kind(409, "use-original-phone"),
  "trust-required": kind(409, "recover-or-start-anew"),
  "platform-changed": kind(409, "add-accounts-by-hand", {
    otherwise: "start-anew",
    members: z.strictObject({ backupPlatform: platform }),
  }),
  "storage-account-missing": kind(403, "sign-in-to-storage-account"),
  "storage-account-mismatch": kind(403, "use-original-storage-account", { otherwise: "start-anew" }),
  "storage-account-unexpected": kind(400, "fix-request"),
  "envelope-invalid": kind(400, "fix-request"),
  "envelope-mismatch": kind(409, "refresh-status", {
    members: z.strictObject({ header: z.enum(["kid", "uid", "plt", "ver", "ssb"]) }),
  }),
  "overwrite-refused": kind(409, "recover-or-start-anew", {
    members: z.strictObject({ present: presentVersion }),
  }),
  "sharp-drop": kind(409, "recover-first", {
    members: z.strictObject({ present: presentVersion, offered: z.int() }),
  }),
  "version-changed": kind(412, "refresh-status"),
  "backup-frozen": kind(423, "lift-freeze", {
    otherwise: "wait",
    members: z.strictObject({
      frozenAt: timestamp,
      /** When it ends by itself. */
      frozenUntil: timestamp,
      /** The phone that denied a recovery. */
      device: z.strictObject({ name: z.string(), platform }),
    }),
  }),
  "older-phone-required": kind(403, "use-older-phone", { otherwise: "change-password" }),
  "recovery-key-none": kind(409, "use-original-storage-account", { otherwise: "start-anew" }),
  "recovery-key-wrong": kind(403, "check-recovery-key", { otherwise: "start-anew", members: counted }),
  "recovery-key-unneeded": kind(409, "refresh-status"),
  "recovery-key-invalid": kind(400, "fix-request"),

  // Recovery
  "accounts-present": kind(409, "remove-accounts", {
    members: z.strictObject({
      policy: conflictPolicy,
      /** The references of the accounts that are in the way; with `any-account` all that the phone has. */
      conflicts: z.array(z.string()),
      ...counted.shape,
    }),
  }),
  "storage-bound": kind(409, "use-original-phone", { otherwise: "start-anew" }),
  "recovery-not-found": kind(404, "fix-request"),
  "recovery-waiting": kind(409, "approve-on-another-phone", {
    otherwise: "wait",
    members: z.strictObject({
      releaseAt: timestamp,
      /** How many of the owner's other phones can approve it. */
      approvers: z.int(),
    }),
  }),
  "recovery-own": kind(409, "fix-request"),
  "recovery-over": kind(409, "refresh-status", {
    members: z.strictObject({ state: z.enum(["completed", "cancelled", "denied", "expired"]) }),
  }),

  // Contacts, and where a phone is reached
  "contact-address-invalid": kind(400, "check-contact"),
  "contact-region-refused": kind(409, "use-another-contact"),
  "contact-present": kind(409, "use-another-contact"),
  "too-many-contacts": kind(409, "remove-a-contact", {
    otherwise: "wait",
    /** `freesAt`: when a removed one gives up its place, if those fill the list. */
    members: z.strictObject({ limit: z.int(), freesAt: timestamp.optional() }),
  }),
  "contact-not-found": kind(404, "refresh-contacts"),
  "contact-confirmed": kind(409, "refresh-contacts"),
  "contact-code-wrong": kind(403, "check-code", { otherwise: "send-code-again", members: counted }),
  "contact-code-expired": kind(409, "send-code-again"),
  "contact-code-superseded": kind(409, "check-code"),
  "code-sent-recently": kind(429, "wait", {
    retryable: true,
    members: z.strictObject({ retryAt: timestamp }),
  }),
  "contact-not-counted": kind(409, "wait", {
    otherwise: "use-another-contact",
    /** Left out if it never will: it was removed, or is not confirmed. */
    members: z.strictObject({ countsFrom: timestamp.optional() }),
  }),
  "push-token-mismatch": kind(400, "fix-request"),
  "code-not-sent": kind(503, "retry-later", { retryable: true }),

  // The verification of one account
  "challenge-not-found": kind(404, "begin-again"),
  "challenge-over": kind(409, "begin-again", {
    members: z.strictObject({ state: z.enum(["verified", "refused", "cancelled", "expired"]) }),
  }),
  "challenge-proof-missing": kind(409, "give-proof", { members: missingProofs }),
  "proof-not-accepted": kind(409, "give-proof", { members: missingProofs }),
  "account-not-found": kind(404, "refresh-status"),
  "account-verified": kind(409, "refresh-status"),
  "account-pending": kind(409, "ask-provider"),
  "sign-in-invalid": kind(403, "sign-in-to-account"),
  "sign-in-mismatch": kind(403, "sign-in-to-account"),
  "sign-in-stale": kind(403, "sign-in-to-account"),
  "second-factor-missing": kind(403, "sign-in-to-account", { otherwise: "ask-provider" }),
  "sends-spent": kind(409, "begin-again"),
  "activation-code-wrong": kind(403, "check-code", { otherwise: "ask-provider", members: counted }),
  "activation-code-used": kind(409, "ask-provider"),
  "activation-code-expired": kind(409, "ask-provider"),
  "activation-code-cancelled": kind(409, "ask-provider"),
  "activation-code-superseded": kind(409, "check-code", { otherwise: "ask-provider" }),
  "credential-key-refused": kind(400, "fix-request"),
  "credential-key-reused": kind(409, "make-new-key"),
  "push-token-missing": kind(409, "allow-notifications"),
  "push-not-sent": kind(503, "retry-later", { retryable: true, otherwise: "allow-notifications" }),
  "push-sent-recently": kind(429, "wait", {
    retryable: true,
    members: z.strictObject({ retryAt: timestamp }),
  }),
  "push-expired": kind(409, "send-push-again", { otherwise: "allow-notifications" }),
  "push-superseded": kind(409, "answer-latest-push"),
  "push-answer-invalid": kind(403, "fix-request"),
  "push-number-wrong": kind(403, "begin-again"),
  // Account providers
  "activation-not-found": kind(404, "fix-request"),
  "activation-not-open": kind(409, "issue-another-code", {
    members: z.strictObject({
      state: z.enum(["claimed", "confirming", "verified", "refused", "expired", "cancelled"]),
    }),
  }),
  "too-many-activations": kind(429, "wait", {
    members: z.strictObject({ limit: z.int(), freesAt: timestamp }),
  }),
  "credential-not-found": kind(404, "fix-request"),
  "issuer-refused": kind(403, "fix-request"),
  "codes-locked": kind(429, "wait", {
    otherwise: "use-another-way",
    members: z.strictObject({ retryAt: timestamp }),
  }),
  "codes-closed": kind(409, "use-another-way"),

  // This service
  "store-unavailable": kind(503, "retry-later", { retryable: true }),
  "keys-unavailable": kind(503, "retry-later", { retryable: true }),
  "key-unusable": kind(503, "contact-support"),
  "data-unreadable": kind(503, "contact-support"),
  "sign-in-unavailable": kind(503, "retry-later", { retryable: true }),
  "too-many-requests": kind(429, "retry-later", { retryable: true }),
  busy: kind(503, "retry-later", { retryable: true }),
  "not-ready": kind(503, "retry-later", {
    retryable: true,
    members: z.strictObject({ parts: z.array(z.enum(["store", "keys", "service-key"])) }),
  }),
  "not-configured": kind(503, "retry-later", { retryable: true }),
  internal: kind(500, "contact-support"),
} satisfies Record<string, ProblemKind>;

export type ProblemCode = keyof typeof catalogue;
export type ProblemMembers<Code extends ProblemCode> = z.infer<(typeof catalogue)[Code]["members"]>;
