import { join } from "node:path";
import { type Connection, openConnection } from "./load/connection.ts";
import { type LoadPhone, type Place, registerPhones } from "./load/phones.ts";
import { type Limits, run, type Sample } from "./load/run.ts";
import { inTurn, type Traffic, uploads } from "./load/traffic.ts";
import { median } from "./median.ts";
import { KIB, type Operation } from "./operations.ts";
import { startFloor, startService, withFolder } from "./processes.ts";

export interface Comparison {
  readonly operation: string;
  readonly connections: number;
  readonly service: Sample;
  readonly floor: Sample;
  /** The service's requests per second, divided by the floor's. */
  readonly ratio: number;
  readonly goal?: number;
}

/** An operation of a service that runs elsewhere. */
export interface Measurement {
  readonly operation: string;
  readonly connections: number;
  readonly service: Sample;
}

interface Pace {
  readonly rounds: number;
  /** What one server did in one round. */
  readonly milliseconds: number;
}

const CONNECTIONS = [1, 32];

/** Measures an operation beside its floor: their rounds alternate, and the result is the median of the rounds. */
export async function compare(operation: Operation, pace: Pace): Promise<Comparison[]> {
  return await withFolder(async (folder) => {
    const service = await startService(join(folder, "service"));
    const floor = await startFloor(operation.name, join(folder, "floor"));
    try {
      const phones = await readyPhones(operation, { origin: service.origin, issuer: service.origin });
      // A phone's uploads advance its state, so each of the two servers has phones of its own.
      const toService = phones.map(operation.traffic);
      const toFloor = phones.map(operation.traffic);
      const comparisons: Comparison[] = [];
      for (const connections of CONNECTIONS) {
        const a = await openTarget(service.origin, toService, connections);
        const b = await openTarget(floor.origin, toFloor, connections);
        comparisons.push(await alternate(operation, a, b, pace));
        for (const connection of [...a.connections, ...b.connections]) connection.close();
      }
      return comparisons;
    } finally {
      await Promise.all([service.stop(), floor.stop()]);
    }
  });
}

/** Measures an operation of a service that runs elsewhere, which has no floor beside it. */
export async function measureElsewhere(
  operation: Operation,
  pace: Pace,
  place: Place,
): Promise<Measurement[]> {
  const traffic = (await readyPhones(operation, place)).map(operation.traffic);
  const measurements: Measurement[] = [];
  for (const connections of CONNECTIONS) {
    const target = await openTarget(place.origin, traffic, connections);
    const limits = { requests: operation.requests, milliseconds: pace.milliseconds };
    await measure(target, limits);
    const samples: Sample[] = [];
    for (let round = 0; round < pace.rounds; round++) samples.push(await measure(target, limits));
    measurements.push({ operation: operation.title, connections, service: middle(samples) });
    for (const connection of target.connections) connection.close();
  }
  return measurements;
}

interface Target {
  readonly connections: readonly Connection[];
  readonly traffic: readonly Traffic[];
}

/** Deals the phones out to the connections. */
async function openTarget(origin: string, phones: readonly Traffic[], count: number): Promise<Target> {
  const indices = [...Array(count).keys()];
  return {
    connections: await Promise.all(indices.map(() => openConnection(origin))),
    traffic: indices.map((index) => inTurn(phones.filter((_, phone) => phone % count === index))),
  };
}

async function alternate(
  { title, requests, goals }: Operation,
  service: Target,
  floor: Target,
  { rounds, milliseconds }: Pace,
): Promise<Comparison> {
  const limits = { requests, milliseconds };
  await measure(service, limits);
  await measure(floor, limits);
  const ofService: Sample[] = [];
  const ofFloor: Sample[] = [];
  for (let round = 0; round < rounds; round++) {
    ofService.push(await measure(service, limits));
    ofFloor.push(await measure(floor, limits));
  }
  const connections = service.connections.length;
  const goal = goals?.[connections];
  const ratio = median(
    ofService.map((sample, at) => sample.perSecond / (ofFloor[at]?.perSecond ?? Number.NaN)),
  );
  return {
    operation: title,
    connections,
    service: middle(ofService),
    floor: middle(ofFloor),
    ratio,
    ...(goal !== undefined && { goal }),
  };
}

async function measure({ connections, traffic }: Target, limits: Limits): Promise<Sample> {
  for (const each of traffic) each.prepare(Math.ceil(limits.requests / connections.length));
  return await run(connections, traffic, limits);
}

function middle(samples: readonly Sample[]): Sample {
  const of = (member: keyof Sample) => median(samples.map((sample) => sample[member]));
  return { requests: of("requests"), perSecond: of("perSecond"), p50: of("p50"), p99: of("p99") };
}

/** Registered phones; where it is not uploads that are measured, each with a backup of 64 KiB. */
async function readyPhones({ group, phones: count }: Operation, place: Place): Promise<LoadPhone[]> {
  const phones = await registerPhones(place, count);
  if (group === "upload") return phones;
  const connection = await openConnection(place.origin);
  for (const phone of phones) {
    const first = uploads(phone, 64 * KIB);
    first.prepare(1);
    first.answered(await connection.send(first.next() ?? []));
  }
  connection.close();
  return phones;
}
