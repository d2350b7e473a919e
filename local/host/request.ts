import type { IncomingMessage } from "node:http";
import type { HttpRequest } from "../../shared/http/message.ts";
import type { Target } from "./path.ts";

/** Bytes of the longest body that is read, or discarded, for a request: 8 MiB. */
export const BODY_BYTES = 8 * 1024 * 1024;

/** A message of node:http as a function sees it on Azure Functions. */
export function toHttpRequest(
  message: IncomingMessage,
  { path, query }: Target,
  params: HttpRequest["params"],
  id: string,
): HttpRequest {
  let body: Promise<Uint8Array> | undefined;
  return {
    id,
    method: message.method ?? "",
    path,
    params,
    query: new URLSearchParams(`?${query}`),
    header: (name) => joinedHeader(message.rawHeaders, name),
    body: () => {
      body ??= readBody(message);
      return body;
    },
  };
}

/** `headers` would silently drop a second `Authorization` or `If-Match`; the real host joins them. */
function joinedHeader(rawHeaders: readonly string[], name: string): string | undefined {
  let joined: string | undefined;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const candidate = rawHeaders[index] ?? "";
    if (candidate.length !== name.length || candidate.toLowerCase() !== name) continue;
    const value = rawHeaders[index + 1] ?? "";
    joined = joined === undefined ? value : `${joined},${value}`;
  }
  return joined;
}

/** Bytes of the body yet to come: 0 if there are none, `Infinity` if the client has not said how many. */
export function unreadBytes(message: IncomingMessage): number {
  if (message.complete) return 0;
  if (message.headers["transfer-encoding"] !== undefined) return Number.POSITIVE_INFINITY;
  return Number(message.headers["content-length"] ?? 0);
}

/** Empty without Content-Length, and for GET and HEAD: the real host passes those on without their body. */
async function readBody(message: IncomingMessage): Promise<Uint8Array> {
  const length = Number(message.headers["content-length"] ?? 0);
  if (length === 0 || message.method === "GET" || message.method === "HEAD") return new Uint8Array();
  if (length > BODY_BYTES) throw new RangeError(`a body holds at most ${BODY_BYTES} bytes`);
  return new Promise((resolve, reject) => {
    const abort = () => reject(new Error("the client closed the connection before the end of the body"));
    const chunks: Buffer[] = [];
    message.on("data", (chunk: Buffer) => chunks.push(chunk));
    message.once("end", () => resolve(Buffer.concat(chunks)));
    message.once("error", abort);
  });
}
