import type { Adapters } from "../../functions/compose/services.ts";
import { KeyUnavailable } from "../../shared/keys/port.ts";
import type { Sent } from "../../shared/notify/port.ts";
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
  readonly port: "store" | "activations" | "keys" | "notify";
  readonly operation:
    | "read"
    | "list"
    | "due"
    | "commit"
    | "wrap"
    | "unwrap"
    | "check"
    | "current"
    | "outdated"
    | "push"
    | "mail"
    | "text";
  /** Whether it is for notices that were committed, or are due. */
  readonly notices?: true;
}

/** Seconds to wait, as the ports say: different for each, so that an answer shows which one it passes on. */
export const RETRY_AFTER = { store: 2, activations: 3, keys: 7, notify: 11 } as const;

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
  /** Carries a call out, and knows when it is over. */
  readonly during?: <Result>(act: () => Promise<Result>) => Promise<Result>;
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
    const { during = (carry: () => Promise<Result>) => carry() } = faults;
    const carriedOut = () => during(() => act(adapters));
    switch (fault) {
      case undefined:
        return await carriedOut();
      case "before":
        throw unavailable(call, fault);
      case "lost":
        await carriedOut();
        throw unavailable(call, fault);
      case "late":
        faults.later(act);
        throw unavailable(call, fault);
      case "crash-before":
        faults.crash();
        return never();
      case "crash-after":
        await carriedOut();
        faults.crash();
        return never();
    }
  }

  const store = (operation: PortCall["operation"]): PortCall => ({ port: "store", operation });
  const counts = (operation: PortCall["operation"]): PortCall => ({ port: "activations", operation });
  const keys = (operation: PortCall["operation"]): PortCall => ({ port: "keys", operation });
  /** Its calls don't reject: they answer that nothing was sent or, where it may have been, that nobody knows. */
  async function sending(operation: "push" | "mail" | "text", send: Act<Sent>): Promise<Sent> {
    const call: PortCall = { port: "notify", operation };
    return await through(call, send).catch((error: unknown) => {
      if (!(error instanceof Unanswered)) throw error;
      return error.fault === "before"
        ? { outcome: "busy", retryAfter: RETRY_AFTER.notify }
        : { outcome: "unknown" };
    });
  }

  return {
    activations: {
      ...adapters.activations,
      read: (...call) => through(counts("read"), ({ activations }) => activations.read(...call)),
      commit: (...call) => through(counts("commit"), ({ activations }) => activations.commit(...call)),
    },
    store: {
      read: (...call) => through(store("read"), ({ store }) => store.read(...call)),
      list: (...call) => through(store("list"), ({ store }) => store.list(...call)),
      listIds: (...call) => through(store("list"), ({ store }) => store.listIds(...call)),
      due: (...call) => through(store("due"), ({ store }) => store.due(...call)),
      outdated: (...call) => through(store("outdated"), ({ store }) => store.outdated(...call)),
      commit: (...call) => through(store("commit"), ({ store }) => store.commit(...call)),
      check: () => through(store("check"), ({ store }) => store.check()),
      close: () => adapters.store.close(),
    },
    kek: {
      wrap: (...call) => through(keys("wrap"), ({ kek }) => kek.wrap(...call)),
      unwrap: (...call) => through(keys("unwrap"), ({ kek }) => kek.unwrap(...call)),
      wrapsUnder: (owner) => adapters.kek.wrapsUnder(owner),
      current: () => through(keys("current"), ({ kek }) => kek.current()),
      check: () => through(keys("check"), ({ kek }) => kek.check()),
    },
    notify: {
      push: (send) => sending("push", ({ notify }) => notify.push(send)),
      mail: (send) => sending("mail", ({ notify }) => notify.mail(send)),
      text: (send) => sending("text", ({ notify }) => notify.text(send)),
    },
  };
}

function never(): Promise<never> {
  return new Promise(() => {});
}

/** No message of a platform says whether it took what it was sent. */
class Unanswered extends Error {
  override readonly name = "Unanswered";
  readonly fault: Fault;

  constructor(fault: Fault) {
    super("the platform did not answer");
    this.fault = fault;
  }
}

function unavailable({ port }: PortCall, fault: Fault): Error {
  if (port === "notify") return new Unanswered(fault);
  return port === "keys"
    ? new KeyUnavailable("busy", { retryAfter: RETRY_AFTER.keys })
    : new StoreUnavailable(RETRY_AFTER[port]);
}
