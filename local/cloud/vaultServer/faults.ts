import type { Answer } from "./answer.ts";

/** What goes wrong with a request: another answer, or its connection, before or after the server has acted. */
export type Fault =
  | Answer
  | "drop-before"
  | "drop-after"
  | "no-answer"
  /** Waits before it acts. */
  | Promise<unknown>;

export interface SeenRequest {
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly authorized: boolean;
}

export interface FaultOrder {
  readonly fault: Fault;
  /** Which requests; all when left out. */
  readonly on?: (request: SeenRequest) => boolean;
  /** How many of them; 1 when left out. */
  readonly times?: number;
}

/** The faults that a test has asked for, each for the next requests that it matches. */
export function createFaults() {
  const orders: { fault: Fault; on: (request: SeenRequest) => boolean; left: number }[] = [];
  return {
    order({ fault, on = () => true, times = 1 }: FaultOrder): void {
      orders.push({ fault, on, left: times });
    },
    next(request: SeenRequest): Fault | undefined {
      const order = orders.find(({ on, left }) => left > 0 && on(request));
      if (order) order.left--;
      return order?.fault;
    },
  };
}
