import { createHmac } from "node:crypto";
import { type Account, type Contents, nameOf } from "./accounts.ts";

interface ManifestEntry {
  readonly ref: string;
  readonly kind: Account["kind"];
  readonly push: boolean;
  readonly tenant?: string;
  readonly subjectHash?: string;
}

export interface Manifest {
  readonly accounts: readonly ManifestEntry[];
}

/** `ref`: base64url(HMAC-SHA-256(reference salt, issuer ‖ 0x00 ‖ userName)); both in NFC, case kept. */
export function accountReference(
  referenceSalt: Uint8Array,
  account: Pick<Account, "issuer" | "userName">,
): string {
  return hmac(referenceSalt, nameOf(account));
}

/** `subjectHash`: base64url(HMAC-SHA-256(reference salt, tenant ‖ 0x00 ‖ subject)), as the provider writes them. */
export function subjectHash(referenceSalt: Uint8Array, tenant: string, subject: string): string {
  return hmac(referenceSalt, `${tenant}\0${subject}`);
}

/** What the service may know of the accounts in an envelope, in the envelope's order. */
export function makeManifest({ accounts }: Contents, referenceSalt: Uint8Array): Manifest {
  return {
    accounts: accounts.map((account) => ({
      ref: accountReference(referenceSalt, account),
      kind: account.kind,
      push: account.push,
      ...(account.kind === "work-or-school" && {
        tenant: account.tenant,
        subjectHash: subjectHash(referenceSalt, account.tenant, account.subject),
      }),
    })),
  };
}

function hmac(key: Uint8Array, message: string): string {
  return createHmac("sha256", key).update(message, "utf8").digest("base64url");
}
