import type { Connection } from "./connection.ts";
import type { Traffic } from "./traffic.ts";

export interface Limits {
  /** For all connections together. */
  readonly requests: number;
  readonly milliseconds: number;
}

export interface Sample {
  readonly requests: number;
  readonly perSecond: number;
  /** Milliseconds from the first byte sent to the last byte of the answer. */
  readonly p50: number;
  readonly p99: number;
}

/**
 * Sends one request after another on every connection, until a limit is reached or the traffic ends.
 * @param traffic what to send, one for each connection
 */
export async function run(
  connections: readonly Connection[],
  traffic: readonly Traffic[],
  limits: Limits,
): Promise<Sample> {
  const latencies: number[] = [];
  const start = performance.now();
  const end = start + limits.milliseconds;
  let begun = 0;

  async function drive(connection: Connection, { next, answered }: Traffic): Promise<void> {
    while (begun < limits.requests) {
      const request = next();
      const sent = performance.now();
      if (!request || sent >= end) return;
      begun += 1;
      const answer = await connection.send(request);
      latencies.push(performance.now() - sent);
      answered(answer);
    }
  }

  await Promise.all(
    connections.map((connection, index) => drive(connection, traffic[index] ?? missing(index))),
  );
  const seconds = (performance.now() - start) / 1000;
  latencies.sort((a, b) => a - b);
  return {
    requests: latencies.length,
    perSecond: latencies.length / seconds,
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
  };
}

function missing(index: number): never {
  throw new Error(`connection ${index} has no traffic`);
}

/** @param sorted ascending */
function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
