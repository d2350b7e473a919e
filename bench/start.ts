import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { freePort } from "../local/host/freePort.ts";
import { median } from "./median.ts";
import { firstAnswer, ROOT, withFolder } from "./processes.ts";

/** Milliseconds from `npm start` to the first answer. */
export interface Start {
  /** Without data: keys and database are made. */
  readonly first: number;
  readonly later: number;
}

/** @param rounds the result is their median */
export async function measureStart(rounds: number): Promise<Start> {
  const first: number[] = [];
  const later: number[] = [];
  for (let round = 0; round < rounds; round++) {
    await withFolder(async (folder) => {
      first.push(await timeStart(folder));
      later.push(await timeStart(folder));
    });
  }
  return { first: median(first), later: median(later) };
}

async function timeStart(folder: string): Promise<number> {
  const port = await freePort();
  const start = performance.now();
  // In a process group of its own, since the service is a child of npm.
  const npm = spawn("npm", ["start", "--", "--port", String(port), "--data", folder], {
    cwd: ROOT,
    stdio: ["ignore", "ignore", "inherit"],
    detached: true,
  });
  try {
    await firstAnswer(port, npm);
    return performance.now() - start;
  } finally {
    await stopGroup(npm);
  }
}

async function stopGroup(leader: ChildProcess): Promise<void> {
  if (leader.pid === undefined || leader.exitCode !== null) return;
  const ended = once(leader, "exit");
  process.kill(-leader.pid, "SIGTERM");
  await ended;
}
