import type { ProblemCode } from "../../shared/errors/catalogue.ts";
import { RECOVERY_LIFE } from "../../shared/model/recovery.ts";
import { RECOVERY_TTL } from "../../shared/store/items.ts";
import { contentsOf } from "../support/accounts.ts";
import { expectOk, registeredPhone, type TestPhone, type TestService } from "../support/service.ts";
import { ios } from "./phones.ts";
import { type Waiting, waitingRecovery } from "./recoverySamples.ts";

/** What can be asked about a recovery: `open` and `cancel` by its phone, `approve` and `deny` by an older one. */
export type Act = "open" | "cancel" | "approve" | "deny";

/** The owner's phones: one that has the backup, the one that recovers, and one that was registered after it. */
interface Cast extends Waiting {
  readonly young: TestPhone;
}

interface Outcome {
  /** Brings it about. */
  readonly come: (cast: Cast, service: TestService) => Promise<unknown>;
  /** What is refused then, of whom, and why. */
  readonly refused: readonly (readonly [act: Act, by: "old" | "fresh" | "young", code: ProblemCode])[];
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
      ["approve", "fresh", "holder-required"],
      ["deny", "fresh", "recovery-own"],
      ["open", "old", "recovery-not-found"],
      ["cancel", "old", "recovery-not-found"],
      ["approve", "young", "holder-required"],
      ["deny", "young", "older-phone-required"],
      ["cancel", "young", "recovery-not-found"],
    ],
  },
  "that was opened": {
    come: async ({ old, fresh, recoveryId }) => {
      expectOk(await old.approve(recoveryId));
      expectOk(await fresh.open(recoveryId));
    },
    refused: [
      ["approve", "fresh", "recovery-own"],
      ["deny", "fresh", "recovery-own"],
    ],
  },
  "in which every account is ready": {
    come: async ({ old, fresh, recoveryId }) => {
      const status = await old.status();
      expectOk(status);
      const { nextVersion } = status.body;
      expectOk(await old.upload(contentsOf(3), { body: { replaces: nextVersion - 1 } }));
      expectOk(await old.approve(recoveryId));
      expectOk(await fresh.open(recoveryId));
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
    come: async (_, service) => service.advance(RECOVERY_LIFE),
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
