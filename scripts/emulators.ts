import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { freePort } from "../local/host/freePort.ts";
import { runProgram } from "../local/terminal/program.ts";
import { npm, VITEST } from "./packagesAside.ts";

// Runs the store's contract on emulators of Cosmos DB: fetches them through their package managers into a folder
// that git ignores, starts each on loopback, waits until it answers, and stops it. What a machine can't fetch or
// run is left out, and reported.

const ROOT = resolve(import.meta.dirname, "..");
const CACHE = join(ROOT, ".local/emulators");

/** Milliseconds within which an emulator must answer after its start. */
const START_WITHIN = 30_000;

interface Emulator {
  readonly name: string;
  /** The environment variable that tells the suite where it answers. */
  readonly variable: string;
  /** What it, or its package manager, needs on this machine. */
  readonly needs: string;
  /** Fetches it. @returns whether that worked */
  readonly fetch: () => boolean;
  readonly start: (port: number) => ChildProcess;
}

const cosmium = join(CACHE, process.platform === "win32" ? "cosmium.exe" : "cosmium");
const cosmosdbServer = join(CACHE, "cosmosdb-server");

const emulators: readonly Emulator[] = [
  {
    name: "Cosmium",
    variable: "COSMIUM_ENDPOINT",
    needs: "go",
    fetch: () =>
      existsSync(cosmium) ||
      succeeds("go", ["build", "-mod=mod", "-o", cosmium, "github.com/pikami/cosmium/cmd/server"], {
        cwd: copied("cosmium"),
      }),
    start: (port) =>
      spawn(cosmium, [
        "-DisableTls",
        "-DisableAuth",
        "-Host",
        "127.0.0.1",
        "-Port",
        String(port),
        "-LogLevel",
        "error",
      ]),
  },
  {
    name: "@vercel/cosmosdb-server",
    variable: "COSMOSDB_SERVER_ENDPOINT",
    needs: "npm",
    fetch: () =>
      existsSync(join(cosmosdbServer, "node_modules")) ||
      succeeds(...npm(["ci", "--no-audit", "--no-fund"]), { cwd: copied("cosmosdb-server") }),
    start: (port) =>
      spawn(process.execPath, [
        join(cosmosdbServer, "node_modules/@vercel/cosmosdb-server/lib/cli.js"),
        "--no-ssl",
        "--host",
        "127.0.0.1",
        "--port",
        String(port),
      ]),
  },
];

/** The emulator's manifest in the cache folder, so that its package manager writes nothing into the checkout. */
function copied(name: string): string {
  const folder = join(CACHE, name === "cosmium" ? "cosmium-module" : name);
  mkdirSync(folder, { recursive: true });
  cpSync(join(ROOT, "scripts/emulators", name), folder, { recursive: true });
  return folder;
}

function succeeds(command: string, args: readonly string[], { cwd }: { cwd: string }): boolean {
  const { status, error, stderr } = spawnSync(command, args, { cwd, encoding: "utf8" });
  if (status !== 0) console.error(error?.message ?? stderr.trim());
  return status === 0;
}

async function answers(endpoint: string, child: ChildProcess): Promise<boolean> {
  const deadline = performance.now() + START_WITHIN;
  while (performance.now() < deadline && child.exitCode === null) {
    const response = await fetch(endpoint).catch(() => undefined);
    if (response) return true;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return false;
}

await runProgram(
  {
    name: "npm run test:emulators",
    about:
      "Runs the store's contract on emulators of Cosmos DB, which it fetches into .local/emulators and starts on free ports. What this machine can't fetch or run is left out, and said so.",
    options: {},
  },
  async () => {
    const running: ChildProcess[] = [];
    try {
      const { endpoints, leftOut } = await startAll(running);
      const suite = spawn(process.execPath, [VITEST, "run", "test/contract/emulators.test.ts"], {
        cwd: ROOT,
        env: { ...process.env, ...endpoints },
        stdio: "inherit",
      });
      const [status] = (await once(suite, "close")) as [number];
      console.log(`${Object.keys(endpoints).length} emulators, ${leftOut} left out`);
      return status;
    } finally {
      for (const child of running) child.kill();
    }
  },
);

/** Starts what can be had. @param running gets each process, to be ended */
async function startAll(running: ChildProcess[]) {
  const endpoints: Record<string, string> = {};
  let leftOut = 0;
  for (const { name, variable, needs, fetch, start } of emulators) {
    console.log(`fetching ${name}`);
    if (!fetch()) {
      leftOut++;
      console.log(`left out: ${name}, which could not be fetched or built (it needs ${needs})`);
      continue;
    }
    const port = await freePort();
    const child = start(port);
    running.push(child);
    const endpoint = `http://127.0.0.1:${port}/`;
    if (await answers(endpoint, child)) endpoints[variable] = endpoint;
    else {
      leftOut++;
      console.log(`left out: ${name}, which did not answer within ${START_WITHIN / 1000} s`);
    }
  }
  return { endpoints, leftOut };
}
