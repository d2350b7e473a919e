import { AsyncLocalStorage } from "node:async_hooks";

/** One call at a port, for the log line of the request that made it. */
export interface Call {
  readonly port: "store" | "keys" | "notify";
  readonly operation: string;
  /** Request units (Azure Cosmos DB), summed over all that the call took. */
  readonly charge?: number;
  /** What became of a message; nothing of whom it was for. */
  readonly outcome?: string;
  readonly milliseconds: number;
}

const current = new AsyncLocalStorage<Call[]>();

/** Runs `act`, and collects the calls that drivers record while it does. */
export async function metered<T>(act: () => Promise<T>): Promise<{ result: T; calls: readonly Call[] }> {
  const calls: Call[] = [];
  const result = await current.run(calls, act);
  return { result, calls };
}

/** Records a port call on the request being served; does nothing outside a request. */
export function recordCall(call: Call): void {
  current.getStore()?.push(call);
}

/** The request units of these calls; undefined if none of them was charged. */
export function chargeOf(calls: readonly Call[]): number | undefined {
  const charges = calls.flatMap(({ charge }) => charge ?? []);
  return charges.length > 0 ? charges.reduce((sum, charge) => sum + charge, 0) : undefined;
}
