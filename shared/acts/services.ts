import type { Config } from "../config/read.ts";
import type { Delivery } from "../delivery/delivery.ts";
import type { TokenVerifier } from "../identity/token.ts";
import type { KeyEncryptionKey } from "../keys/port.ts";
import type { ServiceKey } from "../keys/serviceKey.ts";
import type { UserKeys } from "../keys/userKeys.ts";
import type { WorkBudget } from "../limits/work.ts";
import type { Log } from "../log.ts";
import type { Notify } from "../notify/port.ts";
import type { Store } from "../store/port.ts";
import type { System } from "../system.ts";

/** What every endpoint may use. The composition root makes it, once a process. */
export interface Services {
  readonly config: Pick<Config, "publicOrigin" | "issuers" | "stepUpMaxAge" | "minimumVersions" | "notify">;
  readonly system: System;
  readonly store: Store;
  /** What belongs to no owner: counts over all of them. */
  readonly activations: Store;
  readonly kek: KeyEncryptionKey;
  readonly serviceKey: ServiceKey;
  readonly userKeys: UserKeys;
  readonly notify: Notify;
  readonly delivery: Delivery;
  readonly verifyToken: TokenVerifier;
  readonly work: WorkBudget;
  readonly log: Log;
}
