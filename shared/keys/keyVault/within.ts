import { KeyUnavailable } from "../port.ts";

/**
 * Waits for `act` no longer than `limit` milliseconds, whether it heeds the signal or not: the SDK's token cache
 * and some credentials don't.
 * @throws {KeyUnavailable} busy, at the limit
 */
export async function within<T>(limit: number, act: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const signal = AbortSignal.timeout(limit);
  const { promise: expired, reject } = Promise.withResolvers<never>();
  signal.addEventListener("abort", () => reject(new KeyUnavailable("busy", { cause: signal.reason })));
  return await Promise.race([act(signal), expired]);
}
