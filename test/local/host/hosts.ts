import { afterEach } from "vitest";
import { type Host, type HostOptions, serve } from "../../../local/host/server.ts";
import type { HttpRequest, HttpResponse, Route } from "../../../shared/http/message.ts";

export const MEBIBYTE = 1024 * 1024;

const hosts: Host[] = [];
afterEach(() => Promise.all(hosts.splice(0).map((host) => host.close())));

/** A host on a port of its own, that answers to the name `x` too, and is closed after the test. */
export async function start(routes: readonly Route[], extra?: HostOptions["extra"]): Promise<Host> {
  let count = 0;
  const requestId = () => `request-${++count}`;
  const host = await serve({ routes, port: 0, hosts: ["x"], requestId, ...(extra && { extra }) });
  hosts.push(host);
  return host;
}

export type Handle = (request: HttpRequest) => HttpResponse | Promise<HttpResponse>;

export function route(
  handle: Handle,
  { name = "f", path = "f", methods = ["GET", "PUT", "POST"] } = {},
): Route {
  return { name, methods, route: path, handle: async (request) => handle(request) };
}

export const json = (value: unknown): HttpResponse => ({
  status: 200,
  headers: { "content-type": "application/json" },
  body: JSON.stringify(value),
});

/** A function that answers the length of its body. */
export const length = route(async (request) => json((await request.body()).length));

/** A function that answers without reading its body. */
export const unread = route(() => json("answered"));

/** Something a test can wait for, and someone else bring about. */
export function signal() {
  let fire = () => {};
  const fired = new Promise<void>((resolve) => {
    fire = resolve;
  });
  return { fire, fired };
}
