import { StoreUnavailable } from "../port.ts";

/** What an error of the SDK says about its request. */
export interface Fault {
  /** Whether the request may have been carried out nevertheless. */
  readonly uncertain: boolean;
  /** Whether the same request may succeed in a moment. */
  readonly passing: boolean;
  /** Milliseconds to wait before that, if the account says so. */
  readonly wait?: number;
  /** Request units. */
  readonly charge: number;
}

/**
 * Statuses after which it isn't known whether a write was carried out, besides all from 500 up: request timeout, gone,
 * retry with (https://learn.microsoft.com/rest/api/cosmos-db/http-status-codes-for-cosmosdb).
 */
const UNCERTAIN: ReadonlySet<number> = new Set([408, 410, 449]);

const THROTTLED = 429;

export function faultOf(error: unknown): Fault {
  const { code, retryAfterInMs, headers } = answerOf(error);
  const charge = Number(headers?.["x-ms-request-charge"] ?? 0);
  // Without a status there was no readable answer: a dropped connection, a timeout, a proxy's page.
  const uncertain = typeof code !== "number" || UNCERTAIN.has(code) || code >= 500;
  const wait = retryAfterInMs === undefined ? {} : { wait: retryAfterInMs };
  return { uncertain, passing: uncertain || code === THROTTLED, charge, ...wait };
}

/** Seconds, if the account doesn't say how long. */
const RETRY_AFTER = 5;

export function unavailable(error: unknown): StoreUnavailable {
  const { wait } = faultOf(error);
  const retryAfter = wait === undefined ? RETRY_AFTER : Math.max(1, Math.ceil(wait / 1000));
  return new StoreUnavailable(retryAfter, { cause: error });
}

/** One operation of a batch was refused for a reason that the port does not know. */
export class OperationRefused extends Error {
  override readonly name = "OperationRefused";
  readonly code: number | undefined;

  /** @param status of the operation; undefined if the answer has none for it */
  constructor(status: number | undefined) {
    super(`an operation of a batch ended with status ${status}`);
    this.code = status;
  }
}

interface Answer {
  readonly code?: unknown;
  readonly retryAfterInMs?: number;
  readonly headers?: Readonly<Record<string, unknown>>;
}

/** The SDK wraps the error of a batch in one without a status. */
function answerOf(error: unknown): Answer {
  if (!(error instanceof Error)) return {};
  if ("code" in error) return error;
  return error.cause instanceof Error ? answerOf(error.cause) : {};
}
