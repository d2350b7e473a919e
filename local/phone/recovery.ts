import type { Contents } from "./accounts.ts";
import { type Recovery, type RecoveryStarted, recoverySchema, recoveryStartedSchema } from "./answers.ts";
import { contentKey } from "./contentKey.ts";
import { openEnvelope } from "./envelope.ts";
import { type Result, readAnswer } from "./problem.ts";
import type { Overrides, Session } from "./session.ts";

/** Getting a backup onto this phone. */
export function recoveryActs(session: Session) {
  const { state, send, platform, storageSecret } = session;
  return {
    /**
     * Begins a recovery and opens what came. After a try without an answer, the next one has the same
     * Idempotency-Key.
     * @throws {SealedKeyRefused}
     * @throws {EnvelopeRefused}
     */
    async recover(overrides?: Overrides): Promise<Result<RecoveryStarted, { readonly contents: Contents }>> {
      const request = { method: "POST", path: "/v1/recoveries", body: await session.storageCheck() };
      const result = await session.create(
        "recover",
        { ...request, schema: recoveryStartedSchema },
        overrides,
      );
      if (!result.ok) return result;
      const { key, envelope, version } = result.body;
      const userKey = await session.keepKey(key);
      const binding = { kid: key.id, uid: await session.userId(), plt: platform, ver: version };
      const openingKey = contentKey({ userKey, storageSecret, userId: binding.uid, platform });
      const contents = await openEnvelope(envelope, openingKey, binding);
      // The next upload builds on what is newest then: its ETag comes with the status, not with a recovery.
      delete state.backup;
      return { ...result, contents };
    },

    async readRecovery(recoveryId: string): Promise<Result<Recovery>> {
      const path = `/v1/recoveries/${recoveryId}`;
      return readAnswer(await send({ method: "GET", path }), recoverySchema);
    },
  };
}
