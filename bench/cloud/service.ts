import { once } from "node:events";
import { Agent } from "node:https";
import type { Adapters } from "../../functions/compose/services.ts";
import { startLocalService } from "../../local/host/localService.ts";
import type { Call } from "../../shared/meter.ts";
import type { Operation, Store } from "../../shared/store/port.ts";
import { system } from "../../shared/system.ts";
import type { StandIns } from "./standIns.ts";

// The service on the SDKs of Azure, which speak to the stand-ins. Argument: a folder. It says how much of the CPU its process
// has used, and what its requests were charged.

/** What the process has done since the last time it was asked. */
export interface Usage {
  readonly requests: number;
  /** Milliseconds of CPU. */
  readonly cpu: number;
  readonly charge: number;
  readonly vaultCalls: number;
}

/** Milliseconds of CPU for one call of the store, with nothing of the service around it. */
export interface SdkShare {
  readonly read: number;
  readonly commit: number;
}

/** What this process is asked for. */
export type Asked = "usage" | { readonly share: number };

const [, , folder = "."] = process.argv;
const [{ settings, vault, token }] = (await once(process, "message")) as [StandIns];
let before = process.cpuUsage();
let requests = 0;
let charge = 0;
let calls: Call[] = [];
let opened: Adapters | undefined;
const { origin } = await startLocalService({
  folder,
  system,
  work: 1_000_000,
  cloud: {
    settings,
    emulated: {
      credential: { getToken: async () => ({ token, expiresOnTimestamp: Date.now() + 3_600_000 }) },
      clientOptions: { agent: new Agent({ ...vault, keepAlive: true }) },
    },
  },
  log: (line) => {
    if (!("endpoint" in line)) return;
    requests++;
    charge += line.charge ?? 0;
    if (line.calls) calls.push(...line.calls.filter(({ port }) => port === "keys"));
  },
  wrap: (adapters) => {
    opened = adapters;
    return adapters;
  },
});
process.on("message", async (asked: Asked) => {
  process.send?.(asked === "usage" ? usage() : await share(opened?.store, asked.share));
});
process.once("disconnect", () => process.exit());
process.send?.({ origin });

function usage(): Usage {
  const said = { requests, cpu: cpuSince(before), charge, vaultCalls: calls.length };
  before = process.cpuUsage();
  requests = 0;
  charge = 0;
  calls = [];
  return said;
}

async function share(store: Store | undefined, times: number): Promise<SdkShare> {
  if (!store) throw new Error("there is no store");
  const partition = "p".repeat(43);
  const body = { schema: 1, text: "t".repeat(9_000) };
  const operations = (at: number): Operation[] => [
    { kind: "create", id: `owner:${at}`, body },
    { kind: "create", id: `envelope:${at}`, body: { schema: 1, text: "t".repeat(5_000) } },
  ];
  await store.commit(partition, operations(-1));
  const commit = await cpuOf(times, (at) => store.commit(partition, operations(at)));
  const read = await cpuOf(times, () => store.read(partition, "owner:0"));
  return { read, commit };
}

/** Milliseconds of CPU a call, one after the other. */
async function cpuOf(times: number, act: (at: number) => Promise<unknown>): Promise<number> {
  const start = process.cpuUsage();
  for (let at = 0; at < times; at++) await act(at);
  return cpuSince(start) / times;
}

function cpuSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1_000;
}
