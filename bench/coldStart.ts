import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build as bundle } from "esbuild";
import { onAzure } from "../local/cloud/functionsWorker/onAzure.ts";
import { build, forFunctions } from "../scripts/build.ts";
import { median } from "./median.ts";
import { ROOT, withFolder } from "./processes.ts";

export interface ColdStart {
  /** Milliseconds of a whole process until its functions are registered. */
  readonly service: number;
  readonly hello: number;
  readonly ratio: number;
  /** Of the bundle that is deployed, in bytes. */
  readonly serviceBytes: number;
  readonly helloBytes: number;
}

const HELLO = `import { app } from "@azure/functions";
app.http("hello", { methods: ["GET"], authLevel: "anonymous", handler: async () => ({ body: "hello" }) });`;

/** @param rounds in which the two alternate; the result is their median */
export async function measureColdStart(rounds: number): Promise<ColdStart> {
  return await withFolder(async (folder) => {
    const worker = await bundleWorker(folder);
    const service = join(folder, "service");
    const built = await build({ outdir: join(service, "dist") });
    await writePackage(service);
    const hello = join(folder, "hello");
    const helloBytes = await bundleHello(hello);
    const environment = { ...process.env, ...onAzure };

    await load(worker, service, environment); // warms the disk's cache
    await load(worker, hello, environment);
    const times: { service: number; hello: number }[] = [];
    for (let round = 0; round < rounds; round++) {
      times.push({
        service: await load(worker, service, environment),
        hello: await load(worker, hello, environment),
      });
    }
    return {
      service: median(times.map((time) => time.service)),
      hello: median(times.map((time) => time.hello)),
      ratio: median(times.map((time) => time.service / time.hello)),
      serviceBytes: built
        .filter(({ name }) => name.endsWith(".js") && name !== "embedded.js")
        .reduce((sum, { bytes }) => sum + bytes, 0),
      helloBytes,
    };
  });
}

/** The tests' stand-in for the Functions worker, bundled so that stripping its types costs no time. */
async function bundleWorker(folder: string): Promise<string> {
  const outfile = join(folder, "worker.mjs");
  await bundle({
    entryPoints: [join(ROOT, "local/cloud/functionsWorker/worker.ts")],
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
  });
  return outfile;
}

/** Bundled as scripts/build.ts bundles the service. */
async function bundleHello(folder: string): Promise<number> {
  await mkdir(folder);
  const { metafile } = await bundle({
    stdin: { contents: HELLO, resolveDir: ROOT, sourcefile: "hello.js" },
    outfile: join(folder, "dist/main.js"),
    ...forFunctions,
    metafile: true,
  });
  await writePackage(folder);
  return Object.values(metafile.outputs).reduce((sum, { bytes }) => sum + bytes, 0);
}

async function writePackage(folder: string): Promise<void> {
  await writeFile(join(folder, "package.json"), JSON.stringify({ type: "module", main: "dist/main.js" }));
}

/** @returns milliseconds from the start of the process until it tells the functions that it registered */
async function load(worker: string, app: string, env: NodeJS.ProcessEnv): Promise<number> {
  const start = performance.now();
  const child = fork(worker, [app], { env });
  const ended = once(child, "exit").then(() => {
    throw new Error(`${app} could not be loaded`);
  });
  try {
    await Promise.race([once(child, "message"), ended]);
    return performance.now() - start;
  } finally {
    child.kill();
    await ended.catch(() => undefined);
  }
}
