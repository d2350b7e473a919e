import type { Adapters } from "../../functions/compose/services.ts";
import { KeyUnavailable } from "../../shared/keys/port.ts";
import { StoreUnavailable } from "../../shared/store/port.ts";

/**
 * What can happen to one call of a port:
 * - `before`: it fails without having done anything;
 * - `lost`: it is done, and its answer is lost;
 * - `late`: its time limit passes, and what it asked for is done afterwards;
 * - `crash-before`, `crash-after`: the process ends, before or after it is done.
 */
export const FAULTS = ["before", "lost", "late", "crash-before", "crash-after"] as const;
export type Fault = (typeof FAULTS)[number];

export interface PortCall {
  readonly port: "store" | "keys";
  readonly operation: "read" | "list" | "commit" | "wrap" | "unwrap" | "check";
}

/** Seconds to wait, as the ports say: different for each, so that an answer shows which one it passes on. */
export const RETRY_AFTER = { store: 2, keys: 7 } as const;

/** What a call asks for, done on the drivers that are open at the time. */
export type Act<Result = unknown> = (adapters: Adapters) => Promise<Result>;

export interface Faults {
  /** Asked about every call when its turn has come. */
  readonly plan: (call: PortCall) => Fault | undefined;
  /**
   * Resolves when the call may go on; without a call, when a phone may learn that no answer comes. Whoever holds
   * them back decides in which order things happen.
   */
  readonly turn: (call?: PortCall) => Promise<void>;
  /** Takes over what a late call asks for. */
  readonly later: (act: Act) => void;
  /** Ends the process. */
  readonly crash: () => void;
  readonly crashed: () => boolean;
}

/** Puts faults around the drivers of one instance of the service. */
export function faulty(adapters: Adapters, faults: Faults): Adapters {
  async function through<Result>(call: PortCall, act: Act<Result>): Promise<Result> {
    await faults.turn(call);
    // Nothing goes on in a process that has ended.
    if (faults.crashed()) return never();
    const fault = faults.plan(call);
    switch (fault) {
      case undefined:
        return await act(adapters);
      case "before":
        throw unavailable(call);
      case "lost":
        await act(adapters);
        throw unavailable(call);
      case "late":
        faults.later(act);
        throw unavailable(call);
      case "crash-before":
        faults.crash();
        return never();
      case "crash-after":
        await act(adapters);
        faults.crash();
        return never();
    }
  }

  const store = (operation: PortCall["operation"]): PortCall => ({ port: "store", operation });
  const keys = (operation: PortCall["operation"]): PortCall => ({ port: "keys", operation });
  return {
    store: {
      read: (...call) => through(store("read"), ({ store }) => store.read(...call)),
      list: (...call) => through(store("list"), ({ store }) => store.list(...call)),
      listIds: (...call) => through(store("list"), ({ store }) => store.listIds(...call)),
      commit: (...call) => through(store("commit"), ({ store }) => store.commit(...call)),
      check: () => through(store("check"), ({ store }) => store.check()),
      close: () => adapters.store.close(),
    },
    kek: {
      wrap: (...call) => through(keys("wrap"), ({ kek }) => kek.wrap(...call)),
      unwrap: (...call) => through(keys("unwrap"), ({ kek }) => kek.unwrap(...call)),
      check: () => through(keys("check"), ({ kek }) => kek.check()),
    },
  };
}

function never(): Promise<never> {
  return new Promise(() => {});
}

function unavailable({ port }: PortCall): Error {
  return port === "store"
    ? new StoreUnavailable(RETRY_AFTER.store)
    : new KeyUnavailable("busy", { retryAfter: RETRY_AFTER.keys });
}
