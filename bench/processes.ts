import { type ChildProcess, execFileSync, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { freePort } from "../local/host/freePort.ts";
import type { OperationName } from "./operations.ts";

export const ROOT = resolve(import.meta.dirname, "..");

/** Milliseconds within which a service must give its first answer. */
const START_WITHIN = 20_000;

interface Server {
  readonly port: number;
  /** `http://127.0.0.1:{port}` */
  readonly origin: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Runs `act` with a folder that is removed afterwards. */
export async function withFolder<Result>(act: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  try {
    return await act(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The service as `npm start` runs it, on fresh data in `folder`; its log goes to a file there. */
export async function startService(folder: string): Promise<Server> {
  const port = await freePort();
  mkdirSync(folder, { recursive: true });
  const log = openSync(join(folder, "log"), "w");
  const service = spawn(
    process.execPath,
    ["local/host/main.ts", "--port", String(port), "--data", join(folder, "data"), "--work", "1000000"],
    { cwd: ROOT, stdio: ["ignore", log, "inherit"] },
  );
  await firstAnswer(port, service);
  return { port, origin: originOf(port), pid: pidOf(service), stop: () => stop(service) };
}

/** The floor of one operation. */
export async function startFloor(operation: OperationName, folder: string): Promise<Server> {
  mkdirSync(folder, { recursive: true });
  const floor = fork(join(ROOT, "bench/floor/main.ts"), [operation, folder]);
  const [port] = (await once(floor, "message")) as [number];
  return { port, origin: originOf(port), pid: pidOf(floor), stop: () => stop(floor) };
}

/** Asks for `/v1/health` until there is an answer. @throws {Error} the process ended, or took too long */
export async function firstAnswer(port: number, child: ChildProcess): Promise<void> {
  const deadline = performance.now() + START_WITHIN;
  while (performance.now() < deadline && child.exitCode === null) {
    const response = await fetch(`${originOf(port)}/v1/health`).catch(() => undefined);
    if (response?.ok) return void (await response.arrayBuffer());
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`nothing answers on port ${port}`);
}

/** Resident memory of a process, in bytes. */
export function residentMemory(pid: number): number {
  return Number(execFileSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" })) * 1_024;
}

function originOf(port: number): string {
  return `http://127.0.0.1:${port}`;
}

function pidOf({ pid }: ChildProcess): number {
  if (pid === undefined) throw new Error("the process did not start");
  return pid;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGTERM");
  await once(child, "exit");
}
