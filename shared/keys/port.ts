import type { WrappedKey } from "../model/userKey.ts";

/**
 * The key encryption key (KEK): an RSA key of which this service holds the public half, and asks whoever holds
 * the private half (Azure Key Vault; a file on a developer's machine) to unwrap.
 */
export interface KeyEncryptionKey {
  /**
   * Wraps under a current version, on this machine: RSA-OAEP with SHA-256 (RFC 8017, section 7.1).
   * @param plaintext at most 190 bytes, what a 2,048-bit key takes
   * @param owner the `userId`: where several vaults serve, its hash says which
   * @throws {KeyUnavailable}
   */
  wrap(plaintext: Uint8Array, owner: string): Promise<WrappedKey>;

  /**
   * Unwraps with the version that `wrapped` names: one call to whoever holds the private half.
   * @param reason for the log, which is held against the vault's own; a release when left out
   * @throws {KeyUnavailable}
   */
  unwrap(wrapped: WrappedKey, reason?: UnwrapReason): Promise<Uint8Array>;

  /** The version that this instance wraps under for an owner, as far as it knows without asking. */
  wrapsUnder(owner: string): Promise<string | undefined>;

  /**
   * The versions that new keys are wrapped under, full ids, one of each vault: read now, whatever was read before. From then
   * on, this instance wraps under them.
   * @throws {KeyUnavailable}
   */
  current(): Promise<readonly string[]>;

  /** Resolves when a key can be wrapped and unwrapped. @throws {KeyUnavailable} */
  check(): Promise<void>;
}

/** What a key is unwrapped for. */
export type UnwrapReason = "release" | "rewrap" | "service-key" | "probe";

/** Why a key encryption key can't be used. */
export type KeyFault =
  /** Throttled, timed out or not reached: asking again may help. */
  | "busy"
  /** Disabled, or outside the time it is good for. */
  | "disabled"
  /** Deleted or purged, or a version that never was. */
  | "missing"
  /** This service's identity may not use it. */
  | "forbidden"
  /** An item names a key of a vault that is not in the configuration. */
  | "unknown-vault"
  /** What was to be unwrapped was not wrapped under it, or not made by this service for this owner. */
  | "broken-value"
  /** The service key in the configuration does not open, or is another than the one that the store was begun with. */
  | "service-key-mismatch";

/** The key encryption key can't be used. */
export class KeyUnavailable extends Error {
  override readonly name = "KeyUnavailable";
  readonly fault: KeyFault;
  /** What to do about it, for those who run the service. */
  readonly advice: string;
  /** Seconds to wait before the next try. */
  readonly retryAfter: number;

  constructor(fault: KeyFault, { retryAfter = 5, ...options }: { retryAfter?: number } & ErrorOptions = {}) {
    super("the key encryption key is not available", options);
    this.fault = fault;
    this.advice = ADVICE[fault];
    this.retryAfter = retryAfter;
  }
}

const ADVICE: Readonly<Record<KeyFault, string>> = {
  busy: "the key encryption key did not answer in time; if it lasts, look at the vault's throttling and network",
  disabled:
    "a key version is disabled or expired; enable it in the vault, since items are still wrapped under it",
  missing: "a key version is gone; recover the deleted key in the vault, within its retention",
  forbidden:
    "the service's identity may not use the key; give it the role Key Vault Crypto User on the vault",
  "unknown-vault":
    "an item or the service key is wrapped by a vault that is not configured; add the vault's key to the settings",
  "broken-value":
    "a wrapped key does not open, or is bound to another owner or service key; restore the item from a backup, and keep replaced service keys in SERVICE_KEY",
  "service-key-mismatch":
    "SERVICE_KEY (on one machine, service-key.json beside the key file) is not the service key that this store was begun with; put that one back, at the end of the list",
};
