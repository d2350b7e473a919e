import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { onTestFinished } from "vitest";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

interface ProcessOptions {
  readonly port: number;
  /** The service's data. */
  readonly folder: string;
  /**
   * Where {@link bundleService} put the service, and where Node keeps its compiled modules. Node writes them when a
   * process ends by itself, so a killed one leaves none: end one with {@link ServiceProcess.stop} first, and each later
   * start takes a fraction of the time.
   */
  readonly compileCache: string;
}

/** The service in a process of its own. */
export interface ServiceProcess {
  /** Resolves once it answers. Rejects, with what it wrote, if it ended instead. */
  ready(): Promise<void>;
  /** SIGKILL: nothing in it runs any more. Rejects if it had ended before. Resolves once it is gone. */
  kill(): Promise<void>;
  /** SIGTERM, on which it ends by itself. */
  stop(): Promise<void>;
}

export function startProcess({ port, folder, compileCache }: ProcessOptions): ServiceProcess {
  const args = [bundleIn(compileCache), "--port", String(port), "--data", folder, "--work", "1000000"];
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: { ...process.env, NODE_COMPILE_CACHE: compileCache },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let written = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    written += text;
  });
  onTestFinished(() => end(child, "SIGKILL"));

  function requireAlive(): void {
    if (isGone(child)) throw new Error(`the service ended by itself: ${written}`);
  }

  return {
    async ready() {
      while (!(await isAnswering(port))) {
        requireAlive();
        await setTimeout(20);
      }
    },
    async kill() {
      requireAlive();
      await end(child, "SIGKILL");
    },
    stop: () => end(child, "SIGTERM"),
  };
}

/** Bundles what `npm start` runs into `folder`: starting it is most of this test's time. */
export async function bundleService(folder: string): Promise<void> {
  await build({
    absWorkingDir: ROOT,
    entryPoints: { service: "local/host/main.ts" },
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    // Used by the drivers of the cloud, whose chunks this service does not load.
    external: ["@azure/*"],
    logLevel: "warning",
  });
}

function bundleIn(folder: string): string {
  return join(folder, "service.mjs");
}

function isGone({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

async function end(child: ChildProcess, signal: "SIGKILL" | "SIGTERM"): Promise<void> {
  if (isGone(child)) return;
  const gone = once(child, "exit");
  child.kill(signal);
  await gone;
}

async function isAnswering(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/v1/health`);
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}
