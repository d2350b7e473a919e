import { setTimeout as sleep } from "node:timers/promises";
import { recordCall } from "../../meter.ts";
import { within } from "../../within.ts";
import { type Fault, faultOf, unavailable } from "./faults.ts";

interface CallOptions {
  /** Milliseconds. */
  readonly timeLimit: number;
  /** Milliseconds, from any epoch. */
  readonly now: () => number;
}

/** One call of the port while it runs. */
export interface Call {
  /** Aborted when the time is up. */
  readonly signal: AbortSignal;
  /** Adds request units to those of the call. */
  readonly charged: (units: number) => void;
}

/**
 * Runs one call of the port: within its time, whatever the SDK does meanwhile, and metered.
 * @throws {StoreUnavailable} for whatever `act` throws
 */
export async function call<T>(
  operation: string,
  { timeLimit, now }: CallOptions,
  act: (call: Call) => Promise<T>,
): Promise<T> {
  const start = now();
  let charge = 0;
  const charged = (units: number) => {
    charge += units;
  };
  try {
    return await within(timeLimit, (signal) => act({ signal, charged }));
  } catch (error) {
    throw unavailable(error);
  } finally {
    recordCall({ port: "store", operation, charge, milliseconds: now() - start });
  }
}

/** How often a request may fail. */
const FAILURES = 3;

/** How often it may be throttled besides: that costs next to nothing there, and the account says when to come back. */
const THROTTLES = 6;

/** Milliseconds before the second; twice that before the third. */
const PAUSE = 50;

/**
 * Milliseconds. If told to wait longer than this, give up at once: the phone is better placed to wait than this
 * request.
 */
const LONGEST_PAUSE = 1_000;

/** Sends a request until it is answered, as long as `again` allows another attempt after a fault. */
export async function sendUntilAnswered<T>(
  { signal, charged }: Call,
  send: () => Promise<T>,
  again: (fault: Fault) => boolean = ({ passing }) => passing,
): Promise<T> {
  let failed = 0;
  let throttled = 0;
  for (;;) {
    try {
      return await send();
    } catch (error) {
      const fault = faultOf(error);
      charged(fault.charge);
      if (fault.throttled) throttled++;
      else failed++;
      const isOver = failed === FAILURES || throttled === THROTTLES;
      const pause = fault.wait ?? PAUSE * 2 ** (failed + throttled - 1);
      if (!again(fault) || isOver || pause > LONGEST_PAUSE || signal.aborted) throw error;
      await sleep(pause, undefined, { signal });
    }
  }
}
