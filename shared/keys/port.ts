/**
 * The key encryption key (KEK): an RSA key of which this service holds the public half, and asks whoever holds
 * the private half (Azure Key Vault; a file on a developer's machine) to unwrap.
 */
export interface KeyEncryptionKey {
  /**
   * Wraps under the current version, on this machine: RSA-OAEP with SHA-256 (RFC 8017, section 7.1).
   * @param plaintext at most 190 bytes, what a 2,048-bit key takes
   */
  wrap(plaintext: Uint8Array): Promise<WrappedKey>;

  /**
   * Unwraps with the version that `wrapped` names: one call to whoever holds the private half.
   * @throws {KeyUnavailable}
   */
  unwrap(wrapped: WrappedKey): Promise<Uint8Array>;

  /** Resolves when a key can be wrapped and unwrapped. @throws {KeyUnavailable} */
  check(): Promise<void>;
}

export interface WrappedKey {
  /** The full id of the key encryption key with its version: the one that unwraps. */
  readonly kek: string;
  readonly alg: "RSA-OAEP-256";
  /** The ciphertext, base64url. */
  readonly value: string;
}

/** The key encryption key can't be used. */
export class KeyUnavailable extends Error {
  override readonly name = "KeyUnavailable";
  /** Whether asking again may help: a time-out or throttling, not a key that is gone. */
  readonly retryable: boolean;
  /** Seconds to wait before the next try. */
  readonly retryAfter: number;

  constructor({
    retryable,
    retryAfter = 5,
    ...options
  }: { retryable: boolean; retryAfter?: number } & ErrorOptions) {
    super("the key encryption key is not available", options);
    this.retryable = retryable;
    this.retryAfter = retryAfter;
  }
}
