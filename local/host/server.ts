import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse, STATUS_CODES } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import type { HttpResponse, Route } from "../../shared/http/message.ts";
import { compileRoutes } from "../../shared/http/route.ts";
import { answer } from "./answer.ts";
import { decodePath, splitTarget } from "./path.ts";
import { BODY_BYTES, toHttpRequest, unreadBytes } from "./request.ts";
import { HEADER_BYTES, ownHosts, refusedWith, statusOf, type Unparsed } from "./screen.ts";

export interface HostOptions {
  readonly routes: readonly Route[];
  /** 0 lets the system choose one. */
  readonly port: number;
  readonly hostname?: string;
  /** What clients may write as `Host` besides this machine's own names with the port: `10.0.2.2:7071`. */
  readonly hosts?: readonly string[];
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

/** Kestrel's limits, and as long for a whole request as a proof is good at the most. Times in milliseconds. */
const LIMITS = {
  // Of the request line too, which {@link refusedWith} tells apart.
  maxHeaderSize: 2 * HEADER_BYTES,
  headersTimeout: 30_000,
  requestTimeout: 300_000,
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
  hosts = [],
  requestId,
  extra = () => false,
}: HostOptions): Promise<Host> {
  const match = compileRoutes(routes);
  let inFlight = 0;
  let closing = false;

  let own: ReadonlySet<string> = new Set();
  /** Of each connection the last request that is not yet answered. */
  const unanswered = new WeakMap<Duplex, ServerResponse<IncomingMessage>>();

  const server = createServer(LIMITS, (message, response) => {
    inFlight += 1;
    unanswered.set(message.socket, response);
    response.once("close", () => {
      inFlight -= 1;
      if (unanswered.get(message.socket) === response) unanswered.delete(message.socket);
      if (closing && inFlight === 0) server.closeAllConnections();
    });
    void dispatch(message, response);
  });
  server.on("connect", (_, socket) => end(socket, 404));
  server.on("clientError", (error: Unparsed, socket) => {
    const response = unanswered.get(socket);
    if (response?.req.complete) {
      // What is wrong came behind it, on the same connection.
      response.once("finish", () => end(socket, statusOf(error)));
    } else if (response?.headersSent) socket.destroy();
    else end(socket, statusOf(error));
  });

  async function dispatch(message: IncomingMessage, response: ServerResponse): Promise<void> {
    let name = "extra";
    let id = "-";
    try {
      const refused = refusedWith(message, own);
      if (refused !== undefined) return answer(message, response, empty(refused), true);
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
      const request = toHttpRequest(message, target, found.params, id);
      // The real host calls a function when the whole body has come, however long that takes.
      if (unreadBytes(message) <= BODY_BYTES) await request.body();
      const result = await found.route.handle(request);
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
  const listening = (server.address() as AddressInfo).port;
  own = ownHosts(listening, hosts);
  return {
    port: listening,
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

/** Answers with nothing but a status, where there is no request to answer, and ends the connection. */
function end(socket: Duplex, status: number): void {
  if (!socket.writable) return void socket.destroy();
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`;
  socket.end(head, () => socket.destroy());
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
