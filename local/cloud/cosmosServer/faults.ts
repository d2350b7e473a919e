import type { RequestKind } from "./requests.ts";

/** What goes wrong with a request. */
export interface Fault {
  /** The requests that it happens to. */
  readonly on: RequestKind | "any";
  /** How many of them, from now on; only the next one unless given. */
  readonly times?: number;
  /** How many of them go well before. */
  readonly after?: number;
  /** Each second one of them, each third, and so on; each of them unless given. */
  readonly every?: number;
  /** How often the request is carried out nevertheless; a gateway that lost an answer does so twice. */
  readonly acts?: 0 | 1 | 2;
  /** Happens after the request was carried out, and before it ends. */
  readonly meanwhile?: () => Promise<unknown>;
  /** The last answer as it is, another one, a connection that drops, or nothing at all. */
  readonly ends: "answered" | "dropped" | "silent" | FaultAnswer;
}

export interface FaultAnswer {
  readonly status: number;
  /** If left out, the body is empty, as a proxy's can be. */
  readonly message?: string;
  /** The whole body, in the place of one that has the message. */
  readonly body?: unknown;
  readonly retryAfterMs?: number;
  readonly substatus?: number;
}

/** Faults in the order in which they were asked for. */
export function createFaults() {
  const waiting: { readonly fault: Fault; left: number; met: number }[] = [];
  return {
    add: (fault: Fault) => void waiting.push({ fault, left: fault.times ?? 1, met: 0 }),
    /** The fault that happens to this request. */
    next(kind: RequestKind): Fault | undefined {
      const entry = waiting.find(({ fault: { on }, left }) => left > 0 && (on === kind || on === "any"));
      if (!entry) return undefined;
      const { after = 0, every = 1 } = entry.fault;
      entry.met++;
      if (entry.met <= after || (entry.met - after) % every !== 0) return undefined;
      entry.left--;
      return entry.fault;
    },
  };
}
