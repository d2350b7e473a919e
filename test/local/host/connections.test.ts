import { afterEach, describe, expect, it, vi } from "vitest";
import { json, length, MEBIBYTE, route, signal, start, unread } from "./hosts.ts";
import { exchange, rawClient } from "./rawClient.ts";

afterEach(() => vi.restoreAllMocks());

describe("a body that the function doesn't read", () => {
  const head = (bytes: number) => `PUT /v1/f HTTP/1.1\r\nHost: x\r\nContent-Length: ${bytes}\r\n\r\n`;

  it("is discarded, and the connection serves the next request", async () => {
    const { port } = await start([unread]);
    const client = await rawClient(port);
    client.socket.write(head(2 * MEBIBYTE));
    client.socket.write(Buffer.alloc(2 * MEBIBYTE));
    expect(await client.until(/"answered"/)).not.toMatch(/connection: close/i);
    client.socket.write("GET /v1/nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    expect(await client.closed()).toContain("HTTP/1.1 404");
  });

  it("doesn't keep a client from the answer, in the middle of an upload too long to take", async () => {
    const { port } = await start([unread]);
    const client = await rawClient(port);
    client.socket.write(head(64 * MEBIBYTE));
    client.socket.write(Buffer.alloc(MEBIBYTE));
    const answer = await client.until(/"answered"/);
    expect(answer).toMatch(/connection: close/i);
    client.socket.end();
    expect(await client.closed()).toBe(answer);
  });

  it("is cut off if it doesn't end", async () => {
    const { port } = await start([unread]);
    const client = await rawClient(port);
    client.socket.write(head(1024 * MEBIBYTE));
    const chunk = Buffer.alloc(MEBIBYTE);
    const send = () => {
      if (client.socket.writable) client.socket.write(chunk, send);
    };
    send();
    expect(await client.closed()).toContain('"answered"');
    expect(client.socket.bytesWritten).toBeLessThan(64 * MEBIBYTE);
  });

  it("sent in chunks without end doesn't keep a client from the answer", async () => {
    const { port } = await start([unread]);
    const client = await rawClient(port);
    client.socket.write("PUT /v1/f HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n");
    expect(await client.until(/"answered"/)).toMatch(/connection: close/i);
    client.socket.write("0\r\n\r\n");
    await client.closed();
  });

  it("can be sent by fetch, which gets the answer", async () => {
    const { port } = await start([unread]);
    const answers = Array.from({ length: 4 }, async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/v1/f`, {
        method: "PUT",
        body: Buffer.alloc(4 * MEBIBYTE),
      });
      return answer.json();
    });
    expect(await Promise.all(answers)).toEqual(Array(4).fill("answered"));
  });
});

describe("a body that the function reads", () => {
  it("arrives whole at the bound", async () => {
    const { port } = await start([length]);
    const answer = await fetch(`http://127.0.0.1:${port}/v1/f`, {
      method: "PUT",
      body: Buffer.alloc(8 * MEBIBYTE),
    });
    expect(await answer.json()).toBe(8 * MEBIBYTE);
  });

  it("is there before the function is called, however slowly it comes", async () => {
    const called = vi.fn();
    const { port } = await start([
      route(async ({ method }) => {
        if (method === "PUT") called();
        return json("called");
      }),
    ]);
    const client = await rawClient(port);
    client.socket.write("PUT /v1/f HTTP/1.1\r\nHost: x\r\nContent-Length: 8\r\n\r\nsome");
    // The host has seen what came first once it has served a later connection.
    await fetch(`http://127.0.0.1:${port}/v1/f`);
    expect(called).not.toHaveBeenCalled();
    client.socket.write("more");
    await client.until(/"called"/);
    client.socket.destroy();
  });

  it("isn't read if it is longer", async () => {
    const failed = vi.fn();
    const { port } = await start([
      route(async ({ body }) => {
        await body().catch(failed);
        return json("survived");
      }),
    ]);
    const client = await rawClient(port);
    client.socket.write(`PUT /v1/f HTTP/1.1\r\nHost: x\r\nContent-Length: ${8 * MEBIBYTE + 1}\r\n\r\n`);
    await client.until(/"survived"/);
    expect(failed).toHaveBeenCalledWith(new RangeError("a body holds at most 8388608 bytes"));
    client.socket.destroy();
  });
});

describe("a client that goes away", () => {
  it("in the middle of its body reaches no function, silently, and others are served", async () => {
    const log = vi.spyOn(console, "error").mockImplementation(() => {});
    const called = vi.fn();
    const { port } = await start([
      route(async ({ method }) => {
        if (method === "PUT") called();
        return json("well");
      }),
    ]);
    const client = await rawClient(port);
    client.socket.write("PUT /v1/f HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nsome");
    client.socket.end();
    await client.closed();
    expect(await (await fetch(`http://127.0.0.1:${port}/v1/f`)).json()).toBe("well");
    expect(called).not.toHaveBeenCalled();
    expect(log).not.toHaveBeenCalled();
  });

  it("before a long answer is written leaves the host serving others", async () => {
    const started = signal();
    const gone = signal();
    const { port } = await start([
      route(async ({ query }) => {
        if (query.has("well")) return json("well");
        started.fire();
        await gone.fired;
        return json("x".repeat(4 * MEBIBYTE));
      }),
    ]);
    const client = await rawClient(port);
    client.socket.write("GET /v1/f HTTP/1.1\r\nHost: x\r\n\r\n");
    await started.fired;
    client.socket.destroy();
    await exchange(port, "GET /v1/none HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    gone.fire();
    expect(await (await fetch(`http://127.0.0.1:${port}/v1/f?well`)).json()).toBe("well");
  });

  it("not speaking HTTP is refused", async () => {
    const { port } = await start([unread]);
    expect(await exchange(port, "hello\r\n\r\n")).toMatch(/^HTTP\/1.1 400 /);
  });
});

describe("closing the host", () => {
  it("lets a request in flight finish, and takes no other", async () => {
    const started = signal();
    const finish = signal();
    const { port, close } = await start([
      route(async () => {
        started.fire();
        await finish.fired;
        return json("finished");
      }),
    ]);
    const client = await rawClient(port);
    client.socket.write("GET /v1/f HTTP/1.1\r\nHost: x\r\n\r\n");
    await started.fired;
    const closed = close();
    await expect(rawClient(port)).rejects.toThrow(/ECONNREFUSED/);
    finish.fire();
    expect(await client.closed()).toMatch(/connection: close.*"finished"\r\n0\r\n\r\n$/is);
    await closed;
  });

  it("doesn't wait for connections that ask nothing, or nothing more", async () => {
    const { port, close } = await start([unread]);
    const silent = await rawClient(port);
    const idle = await rawClient(port);
    const halting = await rawClient(port);
    idle.socket.write("GET /v1/f HTTP/1.1\r\nHost: x\r\n\r\n");
    await idle.until(/"answered"/);
    halting.socket.write("GET /v1/f HT");
    await close();
    expect(await silent.closed()).toBe("");
    await Promise.all([idle.closed(), halting.closed()]);
  });

  it("may be asked for twice", async () => {
    const { close } = await start([]);
    await Promise.all([close(), close()]);
    await close();
  });
});
