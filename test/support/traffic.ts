import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";

/** A request to the service and what came of it. */
export interface Exchange {
  readonly sent: { readonly headers: IncomingHttpHeaders; readonly body: string };
  /** By names as they were written. */
  readonly answered: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  };
}

/** The channel of node:http on which a server tells of every request whose headers it has read. */
const REQUESTS = "http.server.request.start";

/**
 * Overhears all that goes in and out at a server of this process, whoever sends it and however; a client would tell
 * only of its own requests. What is not the service's, such as the issuer beside it, is left out.
 */
export function overhear(port: number): {
  readonly exchanges: () => readonly Exchange[];
  readonly stop: () => void;
} {
  const heard: (() => Exchange)[] = [];
  const listen = (message: unknown) => {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
    if (request.socket.localPort === port && request.url?.startsWith("/v1/")) {
      heard.push(record(request, response));
    }
  };
  subscribe(REQUESTS, listen);
  return {
    exchanges: () => heard.map((exchange) => exchange()),
    stop: () => void unsubscribe(REQUESTS, listen),
  };
}

function record(request: IncomingMessage, response: ServerResponse): () => Exchange {
  const sent: Uint8Array[] = [];
  let headers: Readonly<Record<string, string>> = {};
  let body = "";
  // Where the parser hands on the body: listening to the stream would take it from who reads it.
  tap(request, "push", ([chunk]) => {
    if (chunk instanceof Uint8Array) sent.push(chunk);
  });
  tap(response, "writeHead", ([, given]) => {
    headers = given as typeof headers;
  });
  for (const method of ["write", "end"]) {
    tap(response, method, ([chunk]) => {
      if (typeof chunk === "string") body += chunk;
    });
  }
  return () => ({
    sent: { headers: request.headers, body: Buffer.concat(sent).toString() },
    answered: { status: response.statusCode, headers, body },
  });
}

/** Shows the arguments of each call of a method before it is done. */
function tap(target: object, method: string, show: (args: readonly unknown[]) => void): void {
  const original = Reflect.get(target, method);
  Reflect.set(target, method, (...args: unknown[]) => {
    show(args);
    return Reflect.apply(original, target, args);
  });
}
