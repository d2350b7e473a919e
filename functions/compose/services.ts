import { createTextLimits } from "../../shared/acts/counts.ts";
import type { Services } from "../../shared/acts/services.ts";
import type { Config } from "../../shared/config/read.ts";
import { createDelivery } from "../../shared/delivery/delivery.ts";
import { createTokenVerifier } from "../../shared/identity/token.ts";
import type { KeyEncryptionKey } from "../../shared/keys/port.ts";
import { createServiceKey, type ServiceKeyEntry } from "../../shared/keys/serviceKey.ts";
import { createUserKeys } from "../../shared/keys/userKeys.ts";
import { createWorkBudget } from "../../shared/limits/work.ts";
import type { Log } from "../../shared/log.ts";
import type { Notify } from "../../shared/notify/port.ts";
import type { Store } from "../../shared/store/port.ts";
import type { System } from "../../shared/system.ts";

/** The drivers behind the ports. */
export interface Adapters {
  readonly store: Store;
  readonly activations: Store;
  readonly kek: KeyEncryptionKey;
  readonly notify: Notify;
}

/**
 * Puts the service together. Composition roots call it: `main.ts`, the local host, the tests.
 * @param serviceKeys the service key's ciphertexts, newest first
 */
export function createServices(
  config: Config,
  { store, activations, kek, notify }: Adapters,
  { system, log, serviceKeys }: { system: System; log: Log; serviceKeys: readonly ServiceKeyEntry[] },
): Services {
  const serviceKey = createServiceKey({ wrapped: serviceKeys, kek, store, system });
  const texts = createTextLimits({ config, system, activations, serviceKey });
  return {
    config,
    system,
    store,
    activations,
    kek,
    serviceKey,
    userKeys: createUserKeys({ kek, serviceKey, system }),
    notify,
    delivery: createDelivery({ store, notify, texts, serviceKey, system, log }),
    verifyToken: createTokenVerifier({ issuers: config.issuers, system }),
    work: createWorkBudget({ perSecond: config.phoneWorkPerSecond, now: system.now }),
    log,
  };
}
