/** A code did not go out, or nobody knows whether it did; the next one is another. */
export class NotSent extends Error {
  override readonly name = "NotSent";
  /** Seconds to wait before the next try. */
  readonly retryAfter: number;

  constructor(retryAfter: number, options?: ErrorOptions) {
    super("the code was not sent", options);
    this.retryAfter = retryAfter;
  }
}
