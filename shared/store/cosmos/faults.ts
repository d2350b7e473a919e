import { TokenUnavailable } from "../../credential.ts";
import { StoreUnavailable } from "../port.ts";
import { ELSEWHERE } from "./connections.ts";

/** What an error of the SDK says about its request. */
export interface Fault {
  /** Whether the request may have been carried out nevertheless. */
  readonly uncertain: boolean;
  /** Whether it was turned away for having come too soon. */
  readonly throttled: boolean;
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
  const cause = causeOf(error);
  // To ask for another token would take the rest of the call's time.
  if (cause instanceof TokenUnavailable || cause instanceof UnusableAnswer) {
    return { uncertain: false, throttled: false, passing: false, charge: 0 };
  }
  const { code, substatus, retryAfterInMs, headers } = (cause ?? {}) as Answer;
  const charge = Number(headers?.["x-ms-request-charge"] ?? 0);
  // Without a status there was no readable answer: a dropped connection, a timeout, a proxy's page.
  const uncertain = typeof code !== "number" || UNCERTAIN.has(code) || code >= 500;
  // The next attempt is made over a new connection, which leads to the right region.
  const elsewhere = code === 403 && ELSEWHERE.has(Number(substatus));
  const throttled = code === THROTTLED;
  const wait = retryAfterInMs === undefined ? {} : { wait: retryAfterInMs };
  return { uncertain, throttled, passing: uncertain || elsewhere || throttled, charge, ...wait };
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

/** The account answered what this driver can't work with. Asked again, it would answer the same. */
export class UnusableAnswer extends Error {
  override readonly name = "UnusableAnswer";
  /** For those who run the service. */
  readonly advice: string;

  constructor(advice: string) {
    super(advice);
    this.advice = advice;
  }
}

interface Answer {
  readonly code?: unknown;
  readonly substatus?: unknown;
  readonly retryAfterInMs?: number;
  readonly headers?: Readonly<Record<string, unknown>>;
}

/** The error that tells what happened: the SDK wraps that of a batch in one that doesn't. */
function causeOf(error: unknown): Error | undefined {
  if (!(error instanceof Error)) return undefined;
  const tells = "code" in error || error instanceof TokenUnavailable || error instanceof UnusableAnswer;
  return tells ? error : causeOf(error.cause);
}
