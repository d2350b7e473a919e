import { once } from "node:events";
import { connect, type Socket } from "node:net";

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
 * One kept-alive HTTP/1.1 connection to a port of this machine. Written on the socket, since a general client would
 * cost more than the measured server. Answers must have a Content-Length.
 */
export async function openConnection(port: number): Promise<Connection> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  await once(socket, "connect");
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
  let remaining = 0;

  socket.on("data", (chunk: Buffer) => {
    if (answer) {
      remaining -= chunk.length;
    } else {
      unread = unread ? Buffer.concat([unread, chunk]) : chunk;
      const end = unread.indexOf("\r\n\r\n");
      if (end < 0) return;
      answer = parseHead(unread.toString("latin1", 0, end));
      remaining = contentLength(answer.head) - (unread.length - end - 4);
      unread = undefined;
    }
    if (remaining > 0) return;
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
  return Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0);
}
