import type { TokenRequest } from "../../local/issuer/tokenRequest.ts";
import type { ProblemCode } from "../../shared/errors/catalogue.ts";
import { RECOVERY_LIFE, RECOVERY_TTL } from "../../shared/model/recovery.ts";
import { codesOnly } from "../support/accounts.ts";
import { expectOk, registeredPhone, type TestPhone, type TestService } from "../support/service.ts";
import { ios } from "./phones.ts";
import { WAIT, type Waiting, waitingRecovery } from "./recoverySamples.ts";

/** What can be asked about a recovery: `open` and `cancel` by its phone, `approve` and `deny` by an older one. */
export type Act = "open" | "cancel" | "approve" | "deny";

/** The owner's phones: one that is trusted, the one that recovers, and one that was registered after it. */
interface Cast extends Waiting {
  readonly young: TestPhone;
}

interface Outcome {
  /** Brings it about. */
  readonly come: (cast: Cast, service: TestService) => Promise<unknown>;
  /** What is refused then, of whom, and why; with a fresh sign-in where none is named. */
  readonly refused: readonly (readonly [
    act: Act,
    by: "old" | "fresh" | "young",
    code: ProblemCode,
    signIn?: Partial<TokenRequest>,
  ])[];
}

const stale = { signedInSecondsAgo: 24 * 60 * 60 };

/** The recovery is released, and so its phone trusted. */
async function release({ old, fresh, recoveryId }: Cast): Promise<void> {
  expectOk(await old.approve(recoveryId));
  expectOk(await fresh.open(recoveryId));
}

export async function castOf(service: TestService): Promise<Cast> {
  const waiting = await waitingRecovery(service);
  service.advance(1);
  return { ...waiting, young: await registeredPhone(service, ios) };
}

/** How a recovery stands, and what nobody can do about it any more, or never could. */
export const outcomes: Readonly<Record<string, Outcome>> = {
  "that waits": {
    come: async () => {},
    refused: [
      ["open", "fresh", "recovery-waiting"],
      ["approve", "fresh", "trust-required"],
      ["deny", "fresh", "recovery-own"],
      ["open", "old", "recovery-not-found"],
      ["cancel", "old", "recovery-not-found"],
      ["approve", "young", "trust-required"],
      ["deny", "young", "older-phone-required"],
      ["cancel", "young", "recovery-not-found"],
    ],
  },
  "that waits while the backup is frozen, for longer than it would have lived": {
    come: async ({ old, young }, service) => {
      const begun = await young.recover();
      expectOk(begun);
      expectOk(await old.deny(begun.body.recoveryId));
      service.advance(WAIT + RECOVERY_LIFE);
    },
    refused: [
      ["open", "fresh", "backup-frozen"],
      ["approve", "old", "backup-frozen"],
      ["deny", "fresh", "recovery-own"],
    ],
  },
  "that was opened": {
    come: release,
    refused: [
      ["approve", "fresh", "recovery-own"],
      ["deny", "fresh", "recovery-own"],
    ],
  },
  "that began before the phone that speaks was trusted": {
    come: async ({ old, young }) => {
      const begun = await young.recover();
      expectOk(begun);
      expectOk(await old.approve(begun.body.recoveryId));
      expectOk(await young.open(begun.body.recoveryId));
    },
    refused: [
      ["approve", "young", "older-phone-required"],
      ["deny", "young", "older-phone-required"],
    ],
  },
  "whose phone has revoked the one that speaks": {
    come: async (cast) => {
      await release(cast);
      expectOk(await cast.fresh.revoke(cast.old.deviceId));
    },
    refused: [
      ["deny", "old", "step-up-required", stale],
      ["approve", "old", "device-not-registered"],
    ],
  },
  "whose phone has revoked itself since": {
    come: async (cast) => {
      await release(cast);
      expectOk(await cast.fresh.revoke(cast.fresh.deviceId));
    },
    refused: [
      ["open", "fresh", "device-not-registered"],
      ["approve", "old", "recovery-over"],
      ["deny", "young", "older-phone-required"],
    ],
  },
  "that waited on a phone which is gone": {
    come: async ({ old, fresh }) => expectOk(await old.revoke(fresh.deviceId)),
    refused: [
      ["open", "fresh", "device-not-registered"],
      ["approve", "old", "recovery-over"],
      ["deny", "old", "recovery-over"],
    ],
  },
  "whose backup was turned off": {
    come: async ({ old }) => expectOk(await old.disable()),
    refused: [
      ["open", "fresh", "recovery-over"],
      ["approve", "old", "recovery-over"],
      ["deny", "old", "recovery-over"],
    ],
  },
  "in which every account is ready": {
    come: async (cast) => {
      const status = await cast.old.status();
      expectOk(status);
      const { nextVersion } = status.body;
      expectOk(await cast.old.upload(codesOnly(3), { body: { replaces: nextVersion - 1 } }));
      await release(cast);
    },
    refused: [["cancel", "fresh", "recovery-over"]],
  },
  "that was cancelled": {
    come: async ({ fresh, recoveryId }) => expectOk(await fresh.cancel(recoveryId)),
    refused: [
      ["open", "fresh", "recovery-over"],
      ["approve", "old", "recovery-over"],
    ],
  },
  "that was denied, on a phone that is registered again": {
    come: async ({ old, fresh, recoveryId }) => {
      expectOk(await old.deny(recoveryId));
      expectOk(await fresh.register());
    },
    refused: [
      ["open", "fresh", "recovery-over"],
      ["cancel", "fresh", "recovery-over"],
      ["approve", "old", "backup-frozen"],
    ],
  },
  "that was denied, in a backup that is no longer frozen": {
    come: async ({ old, recoveryId }) => {
      expectOk(await old.deny(recoveryId));
      expectOk(await old.liftFreeze());
    },
    refused: [
      ["open", "fresh", "device-not-registered"],
      ["approve", "old", "recovery-over"],
    ],
  },
  "that has expired": {
    come: async (_, service) => service.advance(WAIT + RECOVERY_LIFE),
    refused: [
      ["open", "fresh", "recovery-over"],
      ["cancel", "fresh", "recovery-over"],
      ["approve", "old", "recovery-over"],
      ["deny", "old", "recovery-over"],
    ],
  },
  "that was opened, and can't be denied any more": {
    come: async (cast, service) => {
      await release(cast);
      service.advance(RECOVERY_LIFE);
    },
    refused: [
      ["open", "fresh", "recovery-over"],
      ["cancel", "fresh", "recovery-over"],
      ["approve", "old", "recovery-over"],
      ["deny", "old", "recovery-over"],
    ],
  },
  "that is forgotten": {
    come: async (_, service) => service.advance(RECOVERY_TTL),
    refused: [
      ["open", "fresh", "recovery-not-found"],
      ["cancel", "fresh", "recovery-not-found"],
      ["approve", "old", "recovery-not-found"],
      ["deny", "old", "recovery-not-found"],
    ],
  },
};
