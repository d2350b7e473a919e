import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { HttpResponse, Route } from "../../shared/http/message.ts";
import { compileRoutes } from "../../shared/http/route.ts";
import { answer } from "./answer.ts";
import { decodePath, splitTarget } from "./path.ts";
import { toHttpRequest } from "./request.ts";

export interface HostOptions {
  readonly routes: readonly Route[];
  /** 0 lets the system choose one. */
  readonly port: number;
  readonly hostname?: string;
  /** Makes the id of each request that a function answers. */
  readonly requestId: () => string;
  /** Asked about every request that no function takes; answers it and returns `true`, or leaves it alone. */
  readonly extra?: (message: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean>;
}

export interface Host {
  readonly port: number;
  /** Stops accepting, lets the requests in flight finish, then closes every connection. */
  close(): Promise<void>;
}

/** Milliseconds that requests in flight have to finish before {@link Host.close} cuts them off. */
const GRACE_MS = 10_000;

/** Kestrel's limits, and a minute for a whole request. Times in milliseconds. */
const LIMITS = {
  maxHeaderSize: 32 * 1024,
  headersTimeout: 30_000,
  requestTimeout: 60_000,
  keepAliveTimeout: 130_000,
};

/**
 * Serves functions below `/v1/` as the Azure Functions host does, down to its oddities, so that what works here
 * works there: `docs/architecture.md` lists them.
 */
export async function serve({
  routes,
  port,
  hostname = "127.0.0.1",
  requestId,
  extra = () => false,
}: HostOptions): Promise<Host> {
  const match = compileRoutes(routes);
  let inFlight = 0;
  let closing = false;

  const server = createServer(LIMITS, (message, response) => {
    inFlight += 1;
    response.once("close", () => {
      inFlight -= 1;
      if (closing && inFlight === 0) server.closeAllConnections();
    });
    void dispatch(message, response);
  });

  async function dispatch(message: IncomingMessage, response: ServerResponse): Promise<void> {
    let name = "extra";
    let id = "-";
    try {
      const target = splitTarget(message.url ?? "/");
      const path = decodePath(target.path);
      if (path === undefined) return answer(message, response, empty(400), closing);
      const found = match(message.method ?? "", path);
      if (!found) {
        if (!(await extra(message, response))) answer(message, response, unmatched(path), closing);
        return;
      }
      name = found.route.name;
      id = requestId();
      const result = await found.route.handle(toHttpRequest(message, target, found.params, id));
      answer(message, response, result, closing);
    } catch (error) {
      if (response.destroyed) return; // the client has gone
      console.error(`${id} ${name} threw ${describe(error)}`);
      if (response.headersSent) response.destroy();
      else answer(message, response, empty(500), closing);
    }
  }

  server.listen(port, hostname);
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      closing = true;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      if (inFlight === 0) server.closeAllConnections();
      const deadline = setTimeout(() => server.closeAllConnections(), GRACE_MS);
      await closed;
      clearTimeout(deadline);
    },
  };
}

const empty = (status: number): HttpResponse => ({ status, headers: {} });

/** `/` has no content, as when AzureWebJobsDisableHomepage is set, which the deployed app does. */
const unmatched = (path: string): HttpResponse => empty(path === "/" ? 204 : 404);

/** The error's name and place, on one line. Not its message, which can quote what the request held. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const place = /^ +at .*$/m.exec(error.stack ?? "")?.[0].trim() ?? "";
  return `${error.name} ${place}`;
}
