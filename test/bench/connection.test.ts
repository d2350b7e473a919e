import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { openConnection } from "../../bench/load/connection.ts";

/** A server that answers one request after the other with these bytes, in pieces of `size`. */
async function answering(answers: readonly string[], size: number): Promise<string> {
  const server = createServer((socket) => {
    let at = 0;
    socket.on("data", async () => {
      const bytes = Buffer.from(answers[at++] ?? "");
      for (let from = 0; from < bytes.length; from += size) {
        // Each piece by itself: what is written in one turn would arrive as one.
        await new Promise((written) => socket.write(bytes.subarray(from, from + size), written));
        await new Promise(setImmediate);
      }
    });
    socket.on("error", () => {});
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const chunked = (status: number, body: string) =>
  `HTTP/1.1 ${status} OK\r\nETag: "${status}"\r\nTransfer-Encoding: chunked\r\n\r\n${body}`;

it.each([1, 2, 3, 7, 1000])(
  "reads each answer to its end, in chunks or of a length, %i bytes at a time",
  async (size) => {
    const origin = await answering(
      [
        chunked(200, '7\r\n{"a":1}\r\n0\r\n\r\n'),
        'HTTP/1.1 201 Created\r\nContent-Length: 7\r\n\r\n{"a":1}',
        chunked(
          202,
          `10;name=value\r\n0\r\n\r\n0123456789\n\r\r\n\r\n${"1F"}\r\n${"x".repeat(31)}\r\n0\r\n\r\n`,
        ),
        "HTTP/1.1 204 No Content\r\n\r\n",
        chunked(203, "1\r\n0\r\n0\r\nTrailer: 0\r\n\r\n"),
        "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
      ],
      size,
    );
    const connection = await openConnection(origin);
    onTestFinished(() => connection.close());
    const statuses: number[] = [];
    for (let count = 0; count < 6; count++) statuses.push((await connection.send([Buffer.from("?")])).status);
    expect(statuses).toEqual([200, 201, 202, 204, 203, 404]);
  },
);
