import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { connect as connectSecurely } from "node:tls";

export interface Answer {
  readonly status: number;
  /** Status line and header fields, as they came. */
  readonly head: string;
}

export interface Connection {
  /** Sends the bytes of one request and waits for the whole answer, whose body is only counted. */
  send(request: readonly Uint8Array[]): Promise<Answer>;
  close(): void;
}

/**
 * One kept-alive HTTP/1.1 connection to an origin. Written on the socket, since a general client would cost more than the
 * measured server. Answers have a Content-Length or come in chunks.
 */
export async function openConnection(origin: string): Promise<Connection> {
  const { protocol, hostname, port } = new URL(origin);
  // An IPv6 address stands in brackets.
  const host = hostname.replace(/^\[|\]$/g, "");
  const secure = protocol === "https:";
  const to = { host, port: Number(port || (secure ? 443 : 80)), noDelay: true };
  const socket = secure ? connectSecurely({ ...to, servername: host }) : connect(to);
  await once(socket, secure ? "secureConnect" : "connect");
  const read = reader(socket);
  return {
    send: (request) => {
      socket.cork();
      for (const part of request) socket.write(part);
      socket.uncork();
      return read();
    },
    close: () => socket.destroy(),
  };
}

interface Waiting {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

function reader(socket: Socket): () => Promise<Answer> {
  let waiting: Waiting | undefined;
  let unread: Buffer | undefined;
  let answer: Answer | undefined;
  let isWhole: (body: Buffer) => boolean;

  socket.on("data", (chunk: Buffer) => {
    let body = chunk;
    if (!answer) {
      unread = unread ? Buffer.concat([unread, chunk]) : chunk;
      const end = unread.indexOf("\r\n\r\n");
      if (end < 0) return;
      answer = parseHead(unread.toString("latin1", 0, end));
      body = unread.subarray(end + 4);
      isWhole = isChunked(answer.head) ? chunks() : length(contentLength(answer.head));
      unread = undefined;
    }
    if (!isWhole(body)) return;
    const { resolve } = waiting ?? {};
    const whole = answer;
    waiting = answer = undefined;
    resolve?.(whole);
  });
  socket.once("error", (error) => waiting?.reject(error));
  socket.once("close", () => waiting?.reject(new Error("the server closed the connection")));
  return () =>
    new Promise((resolve, reject) => {
      waiting = { resolve, reject };
    });
}

function parseHead(head: string): Answer {
  // "HTTP/1.1 200 OK"
  return { status: Number(head.slice(9, 12)), head };
}

function contentLength(head: string): number {
  return Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
}

function isChunked(head: string): boolean {
  return /\r\ntransfer-encoding: *chunked *(?:\r|$)/i.test(head);
}

/** Tells when so many bytes have come. */
function length(bytes: number): (body: Buffer) => boolean {
  let remaining = bytes;
  return (body) => {
    remaining -= body.length;
    return remaining <= 0;
  };
}

/** Tells when a body in chunks has come, with its last chunk and what follows it (RFC 9112, section 7.1). */
function chunks(): (body: Buffer) => boolean {
  /** Bytes to come of a chunk, with the end of its line. */
  let skip = 0;
  /** What has come of the line of a size, or behind the last chunk of a trailer. */
  let line = "";
  let last = false;
  return (body) => {
    let at = 0;
    while (at < body.length) {
      if (skip > 0) {
        const step = Math.min(skip, body.length - at);
        skip -= step;
        at += step;
        continue;
      }
      const end = body.indexOf("\n", at);
      line += body.toString("latin1", at, end < 0 ? body.length : end + 1);
      if (end < 0) return false;
      at = end + 1;
      if (last && line === "\r\n") return true;
      if (!last) {
        const size = Number.parseInt(line, 16);
        last = size === 0;
        skip = last ? 0 : size + "\r\n".length;
      }
      line = "";
    }
    return false;
  };
}
