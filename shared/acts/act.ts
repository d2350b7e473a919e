import type { Proof } from "../identity/proof.ts";
import type { Device } from "../model/device.ts";
import type { Identity } from "../model/identity.ts";
import type { LoadedOwner } from "../store/read.ts";
import type { Services } from "./services.ts";

/** An act on one owner: who asks, from which phone, on what state, and what a retry is known by. */
export interface Act {
  readonly services: Services;
  /** Milliseconds since the epoch: one time for all that the request does. */
  readonly now: number;
  readonly identity: Identity;
  readonly proof: Proof;
  /** Undefined until the owner's first phone is registered. */
  readonly owner: LoadedOwner | undefined;
  /** This phone; undefined while it is not registered. */
  readonly device: Device | undefined;
  readonly idempotencyKey: string | undefined;
  /** SHA-256 of what is asked, by whom: a retry has the same. */
  readonly requestHash: () => string;
}

/** An act by a registered phone of an owner. */
export type OwnerAct = Act & { readonly owner: LoadedOwner; readonly device: Device };
