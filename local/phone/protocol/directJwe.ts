import { type CompactDecryptResult, compactDecrypt, errors } from "jose";

/**
 * Decrypts a compact JWE with `alg: dir` and `enc: A256GCM` (RFC 7518, 4.5 and 5.3), and no other.
 * @param refuse makes the error if it does not open
 */
export function decryptDirect(
  compact: string,
  key: Uint8Array,
  refuse: (cause: errors.JOSEError) => Error,
): Promise<CompactDecryptResult> {
  return compactDecrypt(compact, key, {
    keyManagementAlgorithms: ["dir"],
    contentEncryptionAlgorithms: ["A256GCM"],
  }).catch((error: unknown) => {
    throw error instanceof errors.JOSEError ? refuse(error) : error;
  });
}

/** The name of a member that a header has but should not, or lacks, or has wrong; undefined if it is as expected. */
export function differingMember(
  header: Readonly<Record<string, unknown>>,
  expected: Readonly<Record<string, unknown>>,
): string | undefined {
  const names = [...Object.keys(expected), ...Object.keys(header)];
  return names.find((name) => header[name] !== expected[name]);
}
