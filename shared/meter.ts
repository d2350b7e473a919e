import { AsyncLocalStorage } from "node:async_hooks";

/** One call at a port, for the log line of the request that made it. */
export interface Call {
  readonly port: "store" | "keys" | "notify";
  readonly operation: string;
  /** What a key was unwrapped for. */
  readonly reason?: string;
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

/** What calls took together; left out what there was nothing of. */
export interface Cost {
  /** Request units, where the store counts them (Azure Cosmos DB). */
  readonly charge?: number;
  /** All calls one after the other: those that were made at once count each. */
  readonly storeMilliseconds?: number;
  readonly vaultMilliseconds?: number;
  /** How often the vault was asked to unwrap, by what for: held against the vault's own log. */
  readonly vault?: Readonly<Record<string, number>>;
}

export function costOf(calls: readonly Call[]): Cost {
  const charges = calls.flatMap(({ charge }) => charge ?? []);
  const took = (of: Call["port"]) =>
    calls.flatMap(({ port, milliseconds }) => (port === of ? milliseconds : []));
  const [store, keys] = [took("store"), took("keys")];
  const vault: Record<string, number> = {};
  for (const { reason } of calls) if (reason !== undefined) vault[reason] = (vault[reason] ?? 0) + 1;
  return {
    ...(charges.length > 0 && { charge: sum(charges) }),
    ...(store.length > 0 && { storeMilliseconds: sum(store) }),
    ...(keys.length > 0 && { vaultMilliseconds: sum(keys) }),
    ...(Object.keys(vault).length > 0 && { vault }),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
