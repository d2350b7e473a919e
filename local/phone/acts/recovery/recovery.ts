import * as z from "zod";
import type { Contents } from "../../protocol/accounts.ts";
import { parseRecoveryKey, recoveryKeyCheck } from "../../protocol/recoveryKey.ts";
import type { Key } from "../answers.ts";
import { heldAccounts } from "../heldAccounts.ts";
import { type Answer, type Refused, type Result, readAnswer } from "../problem.ts";
import type { Overrides, Session } from "../session.ts";
import {
  type Preview,
  previewSchema,
  type Recovery,
  type RecoveryReleased,
  type RecoveryWaiting,
  recoveryBegunSchema,
  recoveryReleasedSchema,
  recoverySchema,
} from "./answers.ts";
import { type Opening, openRecovery } from "./open.ts";

/** What this phone has to show for a recovery. */
export interface ShownRequest extends Opening {
  /** References of the accounts that are on the phone already; none where left out. */
  readonly onPhone?: readonly string[];
}

/** The same, and what is to be recovered. */
export interface RecoverRequest extends ShownRequest {
  /** An older version of the history; the current one where left out. */
  readonly version?: number;
  /** `start-anew` brings a new key in place of the accounts; getting them back where left out. */
  readonly purpose?: "recover" | "start-anew";
}

export type Opened = { readonly ok: true } & Answer<RecoveryReleased> & { readonly contents: Contents };

/** A recovery that brought a key and no version: after starting anew, or where nothing was ever uploaded. */
export type Begun = { readonly ok: true } & Answer<RecoveryReleased> & { readonly contents?: undefined };

/** A recovery that waits brings nothing yet. */
export type Waits = { readonly ok: true } & Answer<RecoveryWaiting> & { readonly contents?: undefined };

/**
 * Getting a backup onto this phone.
 * @param askForKey the act that asks the service for the current user key
 */
export function recoveryActs(session: Session, askForKey: () => Promise<Result<Key>>) {
  const { state, act, send } = session;

  async function bodyOf({ onPhone = [], recoveryKey }: ShownRequest) {
    const shown =
      recoveryKey === undefined
        ? await session.storageCheck()
        : { recoveryKeyCheck: recoveryKeyCheck(parseRecoveryKey(recoveryKey), await session.userId()) };
    return { accounts: onPhone, ...shown };
  }

  /**
   * Keeps the storage secret that a recovery key brought, where the backup goes on with it. An older version may have
   * been made in another iCloud account: its secret must not take the place of the one that opens what is there now.
   */
  async function adopt(brought: Uint8Array): Promise<void> {
    const before = session.storageSecret();
    session.keepStorageSecret(brought);
    if (!before) return;
    const asked = await askForKey().catch(() => undefined);
    if (!asked?.ok) session.keepStorageSecret(before);
  }

  /** Opens what came, and keeps what the phone needs from now on. */
  async function take(
    result: { ok: true } & Answer<RecoveryReleased>,
    shown: ShownRequest,
  ): Promise<Opened | Begun> {
    const { contents, storageSecret } = await openRecovery(session, result.body, shown);
    if (storageSecret) await adopt(storageSecret);
    delete state.recovery;
    // The next upload builds on what is newest then: its ETag comes with the status, not with a recovery.
    delete state.backup;
    delete state.unanswered.upload;
    if (!contents) return { ...result, contents };
    const { recoveryId, accounts } = result.body;
    const pending = new Set(accounts.filter((account) => account.state !== "ready").map(({ ref }) => ref));
    const arrived = heldAccounts(contents, state.owner).map((account) => ({
      ...account,
      ...(pending.has(account.ref) && { actionRequired: { recoveryId } }),
    }));
    const had = state.accounts.filter(({ ref }) => arrived.every((account) => account.ref !== ref));
    state.accounts = [...had, ...arrived];
    return { ...result, contents };
  }

  function forget(recoveryId: string): void {
    if (state.recovery?.recoveryId === recoveryId) delete state.recovery;
  }

  /** Whether a recovery is not there to be opened any more, and the phone need not keep it in mind. */
  function isGone({ problem }: Refused): boolean {
    return problem.code === "recovery-over" || problem.code === "recovery-not-found";
  }

  return {
    /**
     * Asks what a recovery would bring, and what stands against it, without beginning one.
     * @throws {RecoveryKeyMistyped} before anything is sent
     */
    async preview(
      { version, purpose, ...shown }: Omit<RecoverRequest, "onPhone"> = {},
      overrides?: Overrides,
    ): Promise<Result<Preview>> {
      const { accounts: _, ...evidence } = await bodyOf(shown);
      const body = {
        ...evidence,
        ...(version !== undefined && { version }),
        ...(purpose && { purpose }),
      };
      const request = { method: "POST", path: "/v1/recoveries/preview", body };
      return readAnswer(await act(request, overrides), previewSchema);
    },

    /**
     * Begins a recovery and opens what came; where it has to wait, the phone keeps its id. After a try without an
     * answer, the next one has the same Idempotency-Key.
     * @throws {RecoveryKeyMistyped} before anything is sent
     * @throws {UnboundRefused}
     * @throws {SealedKeyRefused}
     * @throws {StorageSecretRefused}
     * @throws {EnvelopeRefused}
     */
    async recover(
      { version, purpose, ...shown }: RecoverRequest = {},
      overrides?: Overrides,
    ): Promise<Opened | Begun | Waits | Refused> {
      const body = {
        ...(await bodyOf(shown)),
        ...(version !== undefined && { version }),
        ...(purpose && { purpose }),
      };
      const request = { method: "POST", path: "/v1/recoveries", body };
      const result = await session.create("recover", { ...request, schema: recoveryBegunSchema }, overrides);
      if (!result.ok) return result;
      if (result.body.state !== "waiting") return take({ ...result, body: result.body }, shown);
      state.recovery = { recoveryId: result.body.recoveryId };
      return { ...result, body: result.body };
    },

    /** Opens a recovery that has waited; again as often as needed. @throws as `recover` */
    async open(
      recoveryId: string,
      shown: ShownRequest = {},
      overrides?: Overrides,
    ): Promise<Opened | Begun | Refused> {
      const request = {
        method: "POST",
        path: `/v1/recoveries/${recoveryId}/open`,
        body: await bodyOf(shown),
      };
      const result = readAnswer(await act(request, overrides), recoveryReleasedSchema);
      if (result.ok) return take(result, shown);
      if (isGone(result)) forget(recoveryId);
      return result;
    },

    /** Does without a recovery that this phone began. */
    async cancel(recoveryId: string, overrides?: Overrides): Promise<Result<undefined>> {
      const request = { method: "DELETE", path: `/v1/recoveries/${recoveryId}` };
      const result = readAnswer(await act(request, overrides), z.undefined());
      if (result.ok || isGone(result)) forget(recoveryId);
      return result;
    },

    async readRecovery(recoveryId: string): Promise<Result<Recovery>> {
      const path = `/v1/recoveries/${recoveryId}`;
      return readAnswer(await send({ method: "GET", path }), recoverySchema);
    },
  };
}
