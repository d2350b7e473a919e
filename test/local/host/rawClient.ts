import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** A client that sends exactly the bytes it is told to, and sees exactly what comes back. */
interface RawClient {
  readonly socket: Socket;
  /** Resolves with all that was received, once `pattern` is in it. Rejects when the server closes before. */
  until(pattern: RegExp): Promise<string>;
  /** Resolves with all that was received, once the server has closed the connection. */
  closed(): Promise<string>;
}

export async function rawClient(port: number): Promise<RawClient> {
  const socket = connect(port, "127.0.0.1");
  let received = "";
  socket.setEncoding("latin1");
  socket.on("data", (text: string) => {
    received += text;
  });
  await once(socket, "connect");
  socket.on("error", () => {}); // a reset also closes, and what matters is what came before
  const closing = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  return {
    socket,
    closed: async () => {
      await closing;
      return received;
    },
    until: async (pattern) => {
      while (!pattern.test(received)) {
        if (socket.closed) throw new Error(`closed after ${JSON.stringify(received)}`);
        await Promise.race([new Promise((resolve) => socket.once("data", resolve)), closing]);
      }
      return received;
    },
  };
}

/** Sends `bytes`, which ask for `Connection: close`, and returns all that came back. */
export async function exchange(port: number, bytes: string): Promise<string> {
  const client = await rawClient(port);
  client.socket.write(bytes, "latin1");
  return client.closed();
}
