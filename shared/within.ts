/** A call took longer than it may. */
export class TimeoutError extends Error {
  override readonly name = "TimeoutError";
}

/**
 * Waits for `act` no longer than `limit` milliseconds, whether it heeds the signal or not: the token caches of SDKs
 * and some credentials don't. The signal is aborted at the limit.
 * @param late the error to throw at the limit, where it is not to be the {@link TimeoutError} itself
 */
export async function within<T>(
  limit: number,
  act: (signal: AbortSignal) => Promise<T>,
  late: (error: TimeoutError) => Error = (error) => error,
): Promise<T> {
  const over = new AbortController();
  const { promise: expired, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const error = late(new TimeoutError(`no answer within ${limit} ms`));
    // First, so that what `act` makes of the signal is not taken for its answer.
    reject(error);
    over.abort(error);
  }, limit);
  try {
    return await Promise.race([act(over.signal), expired]);
  } finally {
    clearTimeout(timer);
  }
}
