import type { Contents } from "../../protocol/accounts.ts";
import { contentKey } from "../../protocol/contentKey.ts";
import { EnvelopeRefused, openEnvelope } from "../../protocol/envelope.ts";
import { parseRecoveryKey, unwrapStorageSecret } from "../../protocol/recoveryKey.ts";
import type { Session } from "../session.ts";
import type { RecoveryReleased } from "./answers.ts";

/**
 * Opens what a recovery brought: the user key, with it and the recovery key the storage secret, with both the envelope.
 * @param typed the recovery key, where the owner showed it in place of the iCloud account
 * @throws {SealedKeyRefused}
 * @throws {StorageSecretRefused}
 * @throws {EnvelopeRefused}
 * @throws {ContentsRefused}
 */
export async function openRecovery(
  session: Session,
  { key, envelope, platform, sealedAs, storageBound, wrappedStorageSecret }: RecoveryReleased,
  typed?: string,
): Promise<Contents> {
  const userId = await session.userId();
  const userKey = await session.keepKey(key);
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
  if (unwrapped) session.keepStorageSecret(unwrapped);
  return contents;
}
