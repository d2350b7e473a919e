import { connect } from "node:net";

/** A request as it goes over the wire: what fetch would refuse to send, or would put right. */
export interface RawRequest {
  readonly method: string;
  /** The request target, byte for byte: no dot segment is removed, nothing is encoded. */
  readonly target: string;
  /** In this order, equal names too. `Host` and `Connection: close` are added, and nothing else. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body?: string | Uint8Array;
  /** Whether the client says that nothing more will come, while the service may still wait for it. */
  readonly hangUp?: boolean;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
  /** All of it as it came, for who looks for what must not be in it. */
  readonly text: string;
}

/**
 * Sends one request on a connection of its own.
 * @param origin `http://127.0.0.1:7071`
 * @throws {Error} the connection ended without an answer
 */
export async function sendRaw(origin: string, request: RawRequest): Promise<RawAnswer> {
  const { hostname, port, host } = new URL(origin);
  const text = await exchange(hostname, Number(port), encode(host, request), request.hangUp === true);
  const [, status, fields = "", body = ""] =
    /^HTTP\/1\.1 (\d{3})[^\r]*\r\n(.*?\r\n)\r\n(.*)$/s.exec(text) ?? [];
  if (status === undefined) throw new Error(`no answer: ${JSON.stringify(text)}`);
  const headers = new Headers();
  for (const line of fields.trimEnd().split("\r\n")) {
    const colon = line.indexOf(":");
    headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  return {
    status: Number(status),
    headers,
    body: headers.get("Transfer-Encoding") === "chunked" ? unchunked(body) : body,
    text,
  };
}

/** A body without the framing of its chunks (RFC 9112, section 7.1), of which none is cut within a character. */
function unchunked(body: string): string {
  const bytes = Buffer.from(body);
  const parts: Buffer[] = [];
  for (let at = 0; ; ) {
    const end = bytes.indexOf("\r\n", at);
    const size = Number.parseInt(bytes.toString("latin1", at, end), 16);
    if (!(size > 0)) return Buffer.concat(parts).toString();
    parts.push(bytes.subarray(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
  }
}

function encode(host: string, { method, target, headers, body = "" }: RawRequest): Buffer {
  const lines = [`${method} ${target} HTTP/1.1`, `Host: ${host}`, "Connection: close"];
  for (const [name, value] of headers) lines.push(`${name}: ${value}`);
  return Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`), Buffer.from(body)]);
}

function exchange(host: string, port: number, bytes: Buffer, hangUp: boolean): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const received: Buffer[] = [];
    socket.on("data", (chunk) => received.push(chunk));
    socket.on("error", () => {}); // a reset closes too, and what matters is what came before
    socket.once("close", () => resolve(Buffer.concat(received).toString()));
    if (hangUp) socket.end(bytes);
    else socket.write(bytes);
  });
}
