import type { Services } from "../../shared/acts/services.ts";
import type { Config } from "../../shared/config/read.ts";
import { createTokenVerifier } from "../../shared/identity/token.ts";
import type { KeyEncryptionKey } from "../../shared/keys/port.ts";
import { createServiceKey, type ServiceKeyEntry } from "../../shared/keys/serviceKey.ts";
import { createUserKeys } from "../../shared/keys/userKeys.ts";
import { createWorkBudget } from "../../shared/limits/work.ts";
import type { Log } from "../../shared/log.ts";
import type { Store } from "../../shared/store/port.ts";
import type { System } from "../../shared/system.ts";

/** The drivers behind the ports. */
export interface Adapters {
  readonly store: Store;
  readonly kek: KeyEncryptionKey;
}

/**
 * Puts the service together. Composition roots call it: `main.ts`, the local host, the tests.
 * @param serviceKeys the service key's ciphertexts, newest first
 */
export function createServices(
  config: Config,
  { store, kek }: Adapters,
  { system, log, serviceKeys }: { system: System; log: Log; serviceKeys: readonly ServiceKeyEntry[] },
): Services {
  const serviceKey = createServiceKey({ wrapped: serviceKeys, kek, store, system });
  return {
    config,
    system,
    store,
    kek,
    serviceKey,
    userKeys: createUserKeys({ kek, serviceKey, system }),
    verifyToken: createTokenVerifier({ issuers: config.issuers, system }),
    work: createWorkBudget({ perSecond: config.phoneWorkPerSecond, now: system.now }),
    log,
  };
}
