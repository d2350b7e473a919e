import { availableParallelism } from "node:os";
import type { CloudResults } from "./cloud.ts";
import type { ColdStart } from "./coldStart.ts";
import type { Costs } from "./cost.ts";
import type { Memory } from "./memory.ts";
import type { Start } from "./start.ts";
import type { Comparison, Measurement } from "./throughput.ts";

/** What was measured; a member is absent if it was not asked for. */
export interface Results {
  comparisons: Comparison[];
  elsewhere: Measurement[];
  memory?: Memory;
  start?: Start;
  coldStart?: ColdStart;
  cloud?: CloudResults;
  cost?: Costs;
}

/** `2 cores, Node 24.21.0, linux x64` */
export function describeMachine(): string {
  const { version, platform, arch } = process;
  return `${availableParallelism()} cores, Node ${version.slice(1)}, ${platform} ${arch}`;
}

/** The results as text, for people. */
export function formatReport({
  comparisons,
  elsewhere,
  memory,
  start,
  coldStart,
  cloud,
  cost,
}: Results): string {
  const parts = [
    comparisons.length > 0 && formatComparisons(comparisons),
    elsewhere.length > 0 && formatElsewhere(elsewhere),
    memory && formatMemory(memory),
    start && formatStart(start),
    coldStart && formatColdStart(coldStart),
    cloud && formatCloud(cloud),
    cost && formatCost(cost),
  ];
  return parts.filter((part) => part !== undefined && part !== false).join("\n\n");
}

function formatComparisons(comparisons: readonly Comparison[]): string {
  const rows = comparisons.map(({ operation, connections, service, floor, ratio, goal }) => [
    operation,
    String(connections),
    ...[service, floor].flatMap(({ perSecond, p50, p99 }) => [
      perSecond.toFixed(0),
      p50.toFixed(2),
      p99.toFixed(2),
    ]),
    ratio.toFixed(2),
    goal === undefined ? "" : `at least ${goal}: ${verdict(ratio >= goal)}`,
  ]);
  return `Requests a second and latency (milliseconds), service and floor in turn
${formatTable(
  ["operation", "connections", "requests/s", "p50", "p99", "floor/s", "p50", "p99", "ratio", "goal"],
  rows,
)}`;
}

function formatElsewhere(elsewhere: readonly Measurement[]): string {
  const rows = elsewhere.map(({ operation, connections, service }) => [
    operation,
    String(connections),
    service.perSecond.toFixed(0),
    service.p50.toFixed(2),
    service.p99.toFixed(2),
  ]);
  return `Requests a second and latency (milliseconds) of the service elsewhere
${formatTable(["operation", "connections", "requests/s", "p50", "p99"], rows)}`;
}

function formatMemory({ after, goal }: Memory): string {
  const [first, last] = after;
  const growth = (last?.bytes ?? Number.NaN) - (first?.bytes ?? Number.NaN);
  const rows = after.map(({ requests, bytes }) => [`after ${requests} requests`, megabytes(bytes)]);
  return `Resident memory of the service, 32 connections
${formatTable(["", "MB"], [...rows, ["growth", megabytes(growth), `at most ${megabytes(goal)}: ${verdict(growth <= goal)}`]])}`;
}

function formatStart({ first, later }: Start): string {
  return `From npm start to the first answer
${formatTable(
  ["", "ms"],
  [
    ["first, makes keys and database", first.toFixed(0)],
    ["later", later.toFixed(0)],
  ],
)}`;
}

function formatColdStart({ service, hello, ratio, serviceBytes, helloBytes }: ColdStart): string {
  return `Cold start: a process until the bundle's functions are registered
${formatTable(
  ["", "ms", "kB"],
  [
    ["service", service.toFixed(0), kilobytes(serviceBytes)],
    ["hello world", hello.toFixed(0), kilobytes(helloBytes)],
    ["ratio", ratio.toFixed(2)],
  ],
)}`;
}

function formatCloud({ operations, share }: CloudResults): string {
  const rows = operations.map(({ operation, cpu, charge, vaultCalls, goal }) => [
    operation,
    cpu.toFixed(2),
    charge.toFixed(1),
    vaultCalls.toFixed(2),
    goal === undefined ? "" : `at most ${goal}: ${verdict(cpu <= goal)}`,
  ]);
  return `On the SDKs of Azure, against the stand-ins: CPU of the service's process (milliseconds), a request
${formatTable(["operation", "CPU", "RU", "vault", "goal"], rows)}

The store's driver and the SDK alone: CPU (milliseconds), a call
${formatTable(
  ["", "CPU"],
  [
    ["point read, 9 kB", share.read.toFixed(2)],
    ["batch of two items, 14 kB", share.commit.toFixed(2)],
  ],
)}`;
}

function formatCost({ costs, held }: Costs): string {
  const rows = costs.map(({ operation, accounts, request, later, store, vault }) => [
    operation,
    String(accounts),
    ...[request, later, request + later].map((units) => units.toFixed(1)),
    store.toFixed(1),
    vault.toFixed(1),
  ]);
  const sizes = held.map(({ accounts, ownerBytes, keptBytes, versions }) => [
    String(accounts),
    kilobytes(ownerBytes),
    kilobytes(keptBytes),
    String(versions),
  ]);
  return `Request units by the documented prices, and calls, each operation
${formatTable(["operation", "accounts", "RU", "later", "RU together", "store", "vault"], rows)}

What an owner holds in the store
${formatTable(["accounts", "owner kB", "all kB", "versions"], sizes)}`;
}

function verdict(met: boolean): string {
  return met ? "met" : "NOT MET";
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}

function kilobytes(bytes: number): string {
  return (bytes / 1e3).toFixed(0);
}

/** Columns of numbers to the right, of words to the left. */
function formatTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((name, column) =>
    Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const isNumber = (column: number) => /^-?[\d.]+$/.test(rows[0]?.[column] ?? "");
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return isNumber(column) ? cell.padStart(width) : cell.padEnd(width);
      })
      .join("  ")
      .trimEnd();
  return [head, ...rows].map((cells) => `  ${line(cells)}`).join("\n");
}
