import { createHmac } from "node:crypto";
import { type Account, type AnyAccount, type Contents, isKnown, nameOf } from "./accounts.ts";

interface ManifestEntry {
  readonly ref: string;
  readonly kind: Account["kind"];
  readonly push: boolean;
  readonly tenant?: string;
  readonly subjectHash?: string;
}

export interface Manifest {
  readonly accounts: readonly ManifestEntry[];
  /** How many accounts of the phone are not in the envelope, since they don't fit; left out if none. */
  readonly leftOut?: number;
}

/**
 * The `ref` of each account: base64url(HMAC-SHA-256(reference salt, issuer ‖ 0x00 ‖ userName)); both in NFC, case kept.
 * Of several of one name, the second is that of the name ‖ 0x00 ‖ "2", and
 * so on; one whose name this phone can't read goes by all that it is, as canonical JSON, behind 0x00.
 */
export function accountReferences(referenceSalt: Uint8Array, accounts: readonly AnyAccount[]): string[] {
  const seen = new Map<string, number>();
  return accounts.map((account) => {
    const name = isKnown(account) ? nameOf(account) : `\0${canonical(account)}`;
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return hmac(referenceSalt, count === 1 ? name : `${name}\0${count}`);
  });
}

/** Canonical JSON (RFC 8785): names in the order of their UTF-16 code units, so that every phone writes the same. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(",")}}`;
}

/**
 * `subjectHash`: base64url(HMAC-SHA-256(reference salt, authority ‖ 0x00 ‖ subject)); of a work or school account the
 * authority is its tenant, in lower case.
 */
export function subjectHash(referenceSalt: Uint8Array, authority: string, subject: string): string {
  return hmac(referenceSalt, `${authority}\0${subject}`);
}

/** What the service may know of the accounts in an envelope, in the envelope's order. */
export function makeManifest({ accounts }: Contents, referenceSalt: Uint8Array, leftOut = 0): Manifest {
  const refs = accountReferences(referenceSalt, accounts);
  return {
    accounts: accounts.map((account, at) => ({ ref: refs[at] ?? "", ...described(account, referenceSalt) })),
    ...(leftOut > 0 && { leftOut }),
  };
}

/** One that this phone does not know needs nothing of the service: it can't be verified here. */
function described(account: AnyAccount, referenceSalt: Uint8Array): Omit<ManifestEntry, "ref"> {
  if (!isKnown(account)) return { kind: "third-party", push: false };
  const { kind, push } = account;
  if (kind === "personal" && push) {
    return { kind, push, subjectHash: subjectHash(referenceSalt, account.authority, account.subject) };
  }
  if (kind !== "work-or-school") return { kind, push };
  const { tenant, subject } = account;
  return { kind, push, tenant, subjectHash: subjectHash(referenceSalt, tenant, subject) };
}

function hmac(key: Uint8Array, message: string): string {
  return createHmac("sha256", key).update(message, "utf8").digest("base64url");
}
