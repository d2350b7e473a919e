import { CompactEncrypt } from "jose";
import { type Contents, parseContents } from "./accounts.ts";
import type { Platform } from "./contentKey.ts";
import { decryptDirect, differingMember } from "./directJwe.ts";
import type { System } from "./system.ts";

/** What an envelope is bound to, authenticated with its ciphertext. */
export interface EnvelopeBinding {
  /** The id of the user key. */
  readonly kid: string;
  /** The owner. */
  readonly uid: string;
  readonly plt: Platform;
  /** The version of the backup that the envelope becomes. */
  readonly ver: number;
  /** Whether it needs the storage secret: on iOS, unless it says otherwise. */
  readonly ssb?: boolean | undefined;
}

/** The header's members, exactly these: RFC 7516 with `alg: dir` and `enc: A256GCM` (RFC 7518, 4.5 and 5.3). */
export function envelopeHeader({ kid, uid, plt, ver, ssb = plt === "ios" }: EnvelopeBinding) {
  return { alg: "dir", enc: "A256GCM", kid, uid, plt, ver, ssb };
}

interface SealInput {
  readonly contents: Contents;
  readonly contentKey: Uint8Array;
  readonly binding: EnvelopeBinding;
  /** Gives the 12 bytes of the initialization vector: using them twice would betray both envelopes. */
  readonly system: Pick<System, "random">;
}

/**
 * The envelope of `contents`, a compact JWE.
 * @param overrides header members that a test of the service sends instead of the right ones
 * @throws {ContentsRefused}
 */
export function sealEnvelope(
  { contents, contentKey, binding, system }: SealInput,
  overrides: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const plaintext = new TextEncoder().encode(JSON.stringify(parseContents(contents)));
  return new CompactEncrypt(plaintext)
    .setProtectedHeader({ ...envelopeHeader(binding), ...overrides })
    .setInitializationVector(system.random(12))
    .encrypt(contentKey);
}

/** Not the expected envelope, or not made with this key. `reason`: a header member's name, or what failed. */
export class EnvelopeRefused extends Error {
  override readonly name = "EnvelopeRefused";
  readonly reason: string;

  constructor(reason: string, options?: ErrorOptions) {
    super(`the envelope was refused: ${reason}`, options);
    this.reason = reason;
  }
}

/**
 * Opens an envelope and checks that it is bound to what `binding` says: this owner, platform, key and version.
 * @throws {EnvelopeRefused}
 * @throws {ContentsRefused} it was made with its key, but holds what an envelope may not
 */
export async function openEnvelope(
  envelope: string,
  contentKey: Uint8Array,
  binding: EnvelopeBinding,
): Promise<Contents> {
  const { protectedHeader, plaintext } = await decryptDirect(
    envelope,
    contentKey,
    (cause) => new EnvelopeRefused("it does not open", { cause }),
  );
  const differing = differingMember(protectedHeader, envelopeHeader(binding));
  if (differing !== undefined) throw new EnvelopeRefused(differing);
  return parseContents(parseJson(plaintext));
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new EnvelopeRefused("it does not hold JSON");
  }
}
