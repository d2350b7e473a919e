import * as z from "zod";
import { randomId, sha256 } from "../formats.ts";
import { platform } from "../words.ts";
import { readJweHeader } from "./jweHeader.ts";

/** The authenticated header of an envelope: exactly these members. */
const header = z.strictObject({
  alg: z.literal("dir"),
  enc: z.literal("A256GCM"),
  /** The user key's id. */
  kid: randomId,
  /** The owner's `userId`. */
  uid: sha256,
  plt: platform,
  /** The version it will become. */
  ver: z.int().positive(),
  /** Whether the content key is bound to a storage secret too. */
  ssb: z.boolean(),
});

export type EnvelopeHeader = z.infer<typeof header>;

/** The members that say where an envelope belongs. */
export type Place = Pick<EnvelopeHeader, "kid" | "uid" | "plt" | "ver" | "ssb">;

/** RFC 7516, section 7.1, of direct encryption with A256GCM: no encrypted key, 96 bits of IV, 128 of tag. */
const COMPACT = /^([A-Za-z0-9_-]{1,1024})\.\.[A-Za-z0-9_-]{16}\.([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]{22}$/;

/** The header of a compact JWE; or undefined if this is not an envelope that the service would store. */
export function readEnvelopeHeader(compact: string): EnvelopeHeader | undefined {
  const [, encoded, ciphertext = ""] = COMPACT.exec(compact) ?? [];
  // No number of bytes has a base64url of this length.
  if (encoded === undefined || ciphertext.length % 4 === 1) return undefined;
  return readJweHeader(header, encoded);
}

/**
 * The first header member that does not belong where the envelope is to be stored; undefined if all do.
 * Without this, an envelope could be swapped between owners, platforms or versions, or one that no key opens kept.
 */
export function misplaced(envelope: EnvelopeHeader, place: Place): keyof Place | undefined {
  const members = ["uid", "kid", "plt", "ver", "ssb"] as const;
  return members.find((member) => envelope[member] !== place[member]);
}
