import { expect, it, onTestFinished } from "vitest";
import { operations } from "../../bench/operations.ts";
import { measureElsewhere } from "../../bench/throughput.ts";
import { startLocalService } from "../../local/host/localService.ts";
import { serve } from "../../local/host/server.ts";
import { issuerHandler } from "../../local/issuer/http.ts";
import { system } from "../../shared/system.ts";
import { temporaryFolder } from "../support/folder.ts";

it.each(operations.map((operation) => [operation.title, operation] as const))(
  "measures a service that runs elsewhere, with its issuer at an origin of its own: %s",
  async (_, operation) => {
    // With the machine's clock, by which the proofs of the benchmarks go.
    const service = await startLocalService({ folder: await temporaryFolder(), system, log: () => {} });
    onTestFinished(() => service.close());
    const login = await serve({
      routes: [],
      port: 0,
      requestId: () => "",
      extra: issuerHandler(service.issuer),
    });
    onTestFinished(() => login.close());
    const place = { origin: service.origin, issuer: `http://127.0.0.1:${login.port}` };
    const few = { ...operation, phones: 32, requests: 32 };
    const pace = { rounds: 1, milliseconds: 60_000 };
    const measurements = await measureElsewhere(few, pace, place);
    expect(measurements.map(({ operation, connections }) => [operation, connections])).toEqual([
      [operation.title, 1],
      [operation.title, 32],
    ]);
    for (const { service } of measurements) expect(service.requests).toBe(32);
  },
);
