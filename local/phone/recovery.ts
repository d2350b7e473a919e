import type { Contents } from "./accounts.ts";
import { type Recovery, type RecoveryStarted, recoverySchema, recoveryStartedSchema } from "./answers.ts";
import { contentKey } from "./contentKey.ts";
import { EnvelopeRefused, openEnvelope } from "./envelope.ts";
import { heldAccounts } from "./manifest.ts";
import { type Result, readAnswer } from "./problem.ts";
import type { Overrides, Session } from "./session.ts";

/** What is to be recovered, and onto what. */
export interface RecoverRequest {
  /** References of the accounts that are on the phone already; none where left out. */
  readonly onPhone?: readonly string[];
  /** An older version of the history; the present one where left out. */
  readonly version?: number;
}

/** Getting a backup onto this phone. */
export function recoveryActs(session: Session) {
  const { state, send } = session;

  /** Of the backup's platform, which the owner may have allowed another one to recover. */
  async function open(
    { key, envelope, platform, sealedAs, storageBound }: RecoveryStarted,
    userKey: Uint8Array,
  ): Promise<Contents> {
    const storageSecret = storageBound && platform === "ios" ? session.storageSecret : undefined;
    if (storageBound && !storageSecret) throw new EnvelopeRefused("ssb");
    const userId = await session.userId();
    const binding = { kid: key.id, uid: userId, plt: platform, ver: sealedAs, ssb: storageBound };
    const openingKey = contentKey({ userKey, storageSecret, userId, platform, storageBound });
    return openEnvelope(envelope, openingKey, binding);
  }

  return {
    /**
     * Begins a recovery and opens what came. After a try without an answer, the next one has the same
     * Idempotency-Key.
     * @throws {SealedKeyRefused}
     * @throws {EnvelopeRefused}
     */
    async recover(
      { onPhone = [], version }: RecoverRequest = {},
      overrides?: Overrides,
    ): Promise<Result<RecoveryStarted, { readonly contents: Contents }>> {
      const body = {
        accounts: onPhone,
        ...(version !== undefined && { version }),
        ...(await session.storageCheck()),
      };
      const request = { method: "POST", path: "/v1/recoveries", body };
      const result = await session.create(
        "recover",
        { ...request, schema: recoveryStartedSchema },
        overrides,
      );
      if (!result.ok) return result;
      const userKey = await session.keepKey(result.body.key);
      const contents = await open(result.body, userKey);
      // The next upload builds on what is newest then: its ETag comes with the status, not with a recovery.
      delete state.backup;
      const arrived = heldAccounts(contents, state.owner);
      const had = state.accounts.filter(({ ref }) => arrived.every((account) => account.ref !== ref));
      state.accounts = [...had, ...arrived];
      return { ...result, contents };
    },

    async readRecovery(recoveryId: string): Promise<Result<Recovery>> {
      const path = `/v1/recoveries/${recoveryId}`;
      return readAnswer(await send({ method: "GET", path }), recoverySchema);
    },
  };
}
