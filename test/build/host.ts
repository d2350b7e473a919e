import { type ChildProcess, fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type {
  FunctionMetadata,
  InvocationRequest,
  InvocationResponse,
  Nullable,
} from "../../local/cloud/functionsWorker/messages.ts";
import { compileRoutes } from "../../shared/http/route.ts";

/** What the host reads of a function's HTTP trigger. */
interface HttpFunction {
  readonly name: string;
  readonly methods: readonly string[];
  readonly route: string;
  readonly authLevel: string;
  /** The trigger's binding, by which the host names the request. */
  readonly binding: string;
}

interface App {
  readonly functions: readonly HttpFunction[];
  /** What a clock begins, and when: name and NCRONTAB expression. */
  readonly timers: readonly { readonly name: string; readonly schedule: string }[];
  /** Has the function that takes the request answer it, over the messages that the real host sends. */
  readonly fetch: typeof globalThis.fetch;
  /** Ends the worker, and gives the lines that it has written: the host logs those of `stderr` as errors. */
  readonly stop: () => Promise<{ readonly stdout: readonly string[]; readonly stderr: readonly string[] }>;
}

/**
 * Loads the app in `folder` in a worker of its own, with `settings` as its whole environment; it ends with the test.
 * @throws {Error} it can't be loaded
 */
export async function startApp(folder: string, settings: Readonly<Record<string, string>>): Promise<App> {
  const child = fork(join(import.meta.dirname, "../../local/cloud/functionsWorker/worker.ts"), [folder], {
    cwd: folder,
    env: settings,
    execArgv: [],
    silent: true,
    serialization: "advanced",
  });
  const closed = once(child, "close");
  const written = { stdout: "", stderr: "" };
  child.stdout?.on("data", (chunk) => (written.stdout += chunk));
  child.stderr?.on("data", (chunk) => (written.stderr += chunk));
  const stop = async () => {
    child.kill();
    await closed;
    return { stdout: linesOf(written.stdout), stderr: linesOf(written.stderr) };
  };
  onTestFinished(async () => void (await stop()));

  const failed = closed.then(([code]) => {
    throw new Error(`the worker ended with ${code}: ${written.stdout}${written.stderr}`);
  });
  // Nobody waits for it once the app is loaded.
  failed.catch(() => {});
  const [metadata] = await Promise.race([once(child, "message"), failed]);
  const functions = (metadata as FunctionMetadata[]).flatMap(readFunction);
  const timers = (metadata as FunctionMetadata[]).flatMap(readTimer);
  const match = compileRoutes(functions);
  return {
    functions,
    timers,
    fetch: (input, init) => call(child, failed, match, new Request(input, init)),
    stop,
  };
}

const linesOf = (text: string) => text.split("\n").filter((line) => line !== "");

function triggerOf({ rawBindings }: FunctionMetadata, wanted: string) {
  return rawBindings.map((raw) => JSON.parse(raw)).find(({ type }) => type === wanted);
}

function readFunction(metadata: FunctionMetadata): HttpFunction[] {
  const trigger = triggerOf(metadata, "httpTrigger");
  if (!trigger) return [];
  const { methods, route, authLevel, name: binding } = trigger;
  return [{ name: metadata.functionId, methods, route, authLevel, binding }];
}

function readTimer(metadata: FunctionMetadata): App["timers"][number][] {
  const trigger = triggerOf(metadata, "timerTrigger");
  return trigger ? [{ name: metadata.functionId, schedule: trigger.schedule }] : [];
}

async function call(
  child: ChildProcess,
  failed: Promise<never>,
  match: ReturnType<typeof compileRoutes<HttpFunction>>,
  request: Request,
): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url);
  const found = match(request.method, pathname);
  if (!found) return new Response(null, { status: 404 });

  const bytes = new Uint8Array(await request.arrayBuffer());
  const headers = new Headers(request.headers);
  if (bytes.length > 0) headers.set("content-length", String(bytes.length));
  const invocation: InvocationRequest = {
    invocationId: randomUUID(),
    functionId: found.route.name,
    inputData: [
      {
        name: found.route.binding,
        data: {
          http: {
            method: request.method,
            url: request.url,
            nullableHeaders: nullable(headers),
            nullableParams: nullable(Object.entries(found.params)),
            nullableQuery: nullable(searchParams),
            ...(bytes.length > 0 && { body: { bytes } }),
          },
        },
      },
    ],
  };
  const { statusCode, headers: answered, body } = await Promise.race([ask(child, invocation), failed]);
  const status = Number(statusCode);
  return new Response(body.bytes.length === 0 ? null : Buffer.from(body.bytes), {
    status,
    headers: answered,
  });
}

async function ask(child: ChildProcess, invocation: InvocationRequest) {
  const { promise, resolve } = Promise.withResolvers<InvocationResponse>();
  const listen = (response: InvocationResponse) => {
    if (response.invocationId === invocation.invocationId) resolve(response);
  };
  child.on("message", listen);
  child.send(invocation);
  const { returnValue } = await promise;
  child.off("message", listen);
  return returnValue.http;
}

function nullable(entries: Iterable<readonly [name: string, value: string]>): Record<string, Nullable> {
  return Object.fromEntries(Array.from(entries, ([name, value]) => [name, { value }]));
}
