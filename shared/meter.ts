import { AsyncLocalStorage } from "node:async_hooks";

/** One call at a port, for the log line of the request that made it. */
export interface Call {
  readonly port: "store" | "keys";
  readonly operation: string;
  /** Request units (Azure Cosmos DB), summed over all that the call took. */
  readonly charge?: number;
  readonly milliseconds: number;
}

const current = new AsyncLocalStorage<Call[]>();

/** Runs `act`, and collects the calls that drivers record while it does. */
export async function metered<T>(act: () => Promise<T>): Promise<{ result: T; calls: readonly Call[] }> {
  const calls: Call[] = [];
  const result = await current.run(calls, act);
  return { result, calls };
}

/** Tells the request that is being served of a call that was made for it; outside of one, nobody. */
export function recordCall(call: Call): void {
  current.getStore()?.push(call);
}
