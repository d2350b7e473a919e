import type { Contents } from "../../protocol/accounts.ts";
import { contentKey } from "../../protocol/contentKey.ts";
import { EnvelopeRefused, openEnvelope } from "../../protocol/envelope.ts";
import { parseRecoveryKey, unwrapStorageSecret } from "../../protocol/recoveryKey.ts";
import type { Session } from "../session.ts";
import type { RecoveryReleased } from "./answers.ts";

/** What opens a version besides the user key. */
export interface Opening {
  /** As the owner typed it, in place of the iCloud account. */
  readonly recoveryKey?: string;
  /** The owner allows this phone a version that opens without its storage account. */
  readonly unbound?: boolean;
}

/**
 * The version opens without a storage account, this phone has one, and its owner has not allowed that here. Who plants a
 * version in the service's place could otherwise leave out the one secret that the service does not know.
 */
export class UnboundRefused extends Error {
  override readonly name = "UnboundRefused";
}

/** What a recovery brought, opened. */
interface Brought {
  /** Undefined where it brought no version. */
  readonly contents: Contents | undefined;
  /** What the recovery key has opened: it stands in for the iCloud account of that version. */
  readonly storageSecret?: Uint8Array | undefined;
}

/**
 * Opens what a recovery brought: the user key, with it and the recovery key the storage secret, with both the envelope.
 * @throws {UnboundRefused} before anything is kept
 * @throws {SealedKeyRefused}
 * @throws {StorageSecretRefused}
 * @throws {EnvelopeRefused}
 * @throws {ContentsRefused}
 */
export async function openRecovery(
  session: Session,
  { key, content, platform, wrappedStorageSecret }: RecoveryReleased,
  { recoveryKey: typed, unbound = false }: Opening,
): Promise<Brought> {
  const hasStorage = session.storageSecret() !== undefined || typed !== undefined;
  if (content?.storageBound === false && hasStorage && !unbound) {
    throw new UnboundRefused(
      "this version opens without iCloud, and this phone has an iCloud account: it is taken only if you made it so",
    );
  }
  const userId = await session.userId();
  const userKey = await session.keepKey(key);
  if (!content) return { contents: undefined };
  const { envelope, sealedAs, storageBound } = content;
  const unwrapped =
    typed !== undefined && wrappedStorageSecret !== undefined
      ? await unwrapStorageSecret(wrappedStorageSecret, {
          recoveryKey: parseRecoveryKey(typed),
          userKey: { id: key.id, value: userKey },
          userId,
        })
      : undefined;
  const storageSecret = unwrapped ?? session.storageSecret();
  if (storageBound && !storageSecret) throw new EnvelopeRefused("ssb");
  const openingKey = contentKey({
    userKey,
    storageSecret: storageBound ? storageSecret : undefined,
    userId,
    // Of the backup, which the owner may have allowed a phone of the other platform to recover.
    platform,
    storageBound,
  });
  const binding = { kid: key.id, uid: userId, plt: platform, ver: sealedAs, ssb: storageBound };
  const contents = await openEnvelope(envelope, openingKey, binding);
  return { contents, storageSecret: unwrapped };
}
