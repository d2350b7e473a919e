import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Asked, SdkShare, Usage } from "./cloud/service.ts";
import { openConnection } from "./load/connection.ts";
import { type LoadPhone, registerPhones } from "./load/phones.ts";
import { run } from "./load/run.ts";
import { inTurn, reads, recoveries, type Traffic, uploads } from "./load/traffic.ts";
import { median } from "./median.ts";
import { KIB, upload12 } from "./operations.ts";
import { ROOT, withFolder } from "./processes.ts";

/** One operation on the SDKs of Azure, a request in the mean. */
export interface OnCloud {
  readonly operation: string;
  /** Milliseconds of CPU of the service's process. */
  readonly cpu: number;
  readonly charge: number;
  readonly vaultCalls: number;
  /** The most milliseconds of CPU that it is to take. */
  readonly goal?: number;
}

export interface CloudResults {
  readonly operations: readonly OnCloud[];
  readonly share: SdkShare;
}

interface Measured {
  readonly operation: string;
  readonly goal?: number;
  readonly phones: number;
  /** The most requests of a round. */
  readonly most?: number;
  readonly traffic: (phone: LoadPhone) => Traffic;
}

const PHONES = 32;

const MEASURED: readonly Measured[] = [
  { operation: "status", goal: 0.45, phones: PHONES, traffic: (phone) => reads(phone, "/v1/backup") },
  { operation: "upload, 12 accounts", goal: 0.9, phones: PHONES, traffic: upload12 },
  { operation: "upload, 64 KiB", phones: PHONES, traffic: (phone) => uploads(phone, 64 * KIB) },
  { operation: "key", phones: PHONES, traffic: (phone) => reads(phone, "/v1/backup/key") },
  // Each owner may begin 5 a day.
  { operation: "begin recovery", goal: 1.1, phones: 400, most: 400, traffic: recoveries },
];

const ROUNDS = 3;

/**
 * Runs the service on `@azure/cosmos` and `@azure/keyvault-keys` against the stand-ins in a process of their own, on one
 * connection, and reads the CPU that its own process has used.
 * @param requests of each round
 */
export async function measureCloud(requests: number): Promise<CloudResults> {
  return await withFolder(async (folder) => {
    const standIns = fork(join(ROOT, "bench/cloud/standIns.ts"));
    const service = fork(join(ROOT, "bench/cloud/service.ts"), [folder]);
    try {
      const [places] = await once(standIns, "message");
      service.send(places);
      const [{ origin }] = (await once(service, "message")) as [{ readonly origin: string }];
      const operations: OnCloud[] = [];
      for (const measured of MEASURED) {
        operations.push(await measure(service, origin, measured, requests));
      }
      return { operations, share: await ask<SdkShare>(service, { share: requests }) };
    } finally {
      for (const child of [service, standIns]) child.disconnect();
    }
  });
}

async function measure(
  service: ChildProcess,
  origin: string,
  { operation, goal, phones: count, most = Number.POSITIVE_INFINITY, traffic }: Measured,
  upTo: number,
): Promise<OnCloud> {
  const requests = Math.min(upTo, most);
  const phones = await registerPhones({ origin, issuer: origin }, count);
  const connection = await openConnection(origin);
  if (!operation.startsWith("upload")) {
    for (const phone of phones) {
      const first = upload12(phone);
      first.prepare(1);
      first.answered(await connection.send(first.next() ?? []));
    }
  }
  const all = inTurn(phones.map(traffic));
  const rounds: Usage[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    all.prepare(requests);
    await ask(service, "usage");
    await run([connection], [all], { requests, milliseconds: 50_000 });
    rounds.push(await ask<Usage>(service, "usage"));
  }
  connection.close();
  // The first is to warm up.
  const of = (member: "cpu" | "charge" | "vaultCalls") =>
    median(rounds.slice(1).map((usage) => usage[member] / usage.requests));
  return {
    operation,
    cpu: of("cpu"),
    charge: of("charge"),
    vaultCalls: of("vaultCalls"),
    ...(goal !== undefined && { goal }),
  };
}

async function ask<Answer>(service: ChildProcess, asked: Asked): Promise<Answer> {
  service.send(asked);
  const [answer] = (await once(service, "message")) as [Answer];
  return answer;
}
