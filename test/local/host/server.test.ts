import { afterEach, describe, expect, it, vi } from "vitest";
import { type Host, type HostOptions, serve } from "../../../local/host/server.ts";
import type { HttpRequest, HttpResponse, Route } from "../../../shared/http/message.ts";
import { exchange, rawClient } from "./raw-client.ts";

const MEBIBYTE = 1024 * 1024;

const hosts: Host[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all(hosts.splice(0).map((host) => host.close()));
});

async function start(routes: readonly Route[], extra?: HostOptions["extra"]): Promise<Host> {
  let count = 0;
  const requestId = () => `request-${++count}`;
  const host = await serve({ routes, port: 0, requestId, ...(extra && { extra }) });
  hosts.push(host);
  return host;
}

type Handle = (request: HttpRequest) => HttpResponse | Promise<HttpResponse>;

function route(handle: Handle, { name = "f", path = "f", methods = ["GET", "PUT", "POST"] } = {}): Route {
  return { name, methods, route: path, handle: async (request) => handle(request) };
}

const json = (value: unknown): HttpResponse => ({
  status: 200,
  headers: { "content-type": "application/json" },
  body: JSON.stringify(value),
});

const length = route(async (request) => json((await request.body()).length));
const unread = route(() => json("answered"));

/** Something a test can wait for, and someone else bring about. */
function signal() {
  let fire = () => {};
  const fired = new Promise<void>((resolve) => {
    fire = resolve;
  });
  return { fire, fired };
}

describe("a request", () => {
  it("reaches its function with everything it said", async () => {
    const echo = route(
      async ({ id, method, path, query, header, params, body }) =>
        json({
          id,
          method,
          path,
          query: [...query],
          header: header("x-thing"),
          params,
          body: Buffer.from(await body()).toString(),
        }),
      { path: "things/{name}" },
    );
    const { port } = await start([echo]);
    const answer = await fetch(`http://127.0.0.1:${port}/v1/Things/a%20b%2Fc?q=1&r=%20`, {
      method: "PUT",
      headers: { "X-Thing": "yes" },
      body: "häll",
    });
    expect(answer.headers.get("content-type")).toBe("application/json");
    expect(await answer.json()).toEqual({
      id: "request-1",
      method: "PUT",
      path: "/v1/Things/a%20b%2Fc",
      query: [
        ["q", "1"],
        ["r", " "],
      ],
      header: "yes",
      params: { name: "a b%2Fc" },
      body: "häll",
    });
  });

  it("with equal headers has them joined by a comma, those included that Node drops", async () => {
    const names = ["dpop", "authorization", "if-match", "content-type", "absent", "constructor"];
    const { port } = await start([route(({ header }) => json(names.map((name) => header(name) ?? null)))]);
    const headers = [
      "DPoP: a",
      "dpop: b",
      "Authorization: c",
      "authorization: d",
      "If-Match: e",
      "if-match: f",
    ];
    const more = ["Content-Type: g", "content-type: h", "__proto__: i", "Host: x", "Connection: close"];
    const answer = await exchange(port, ["GET /v1/f HTTP/1.1", ...headers, ...more, "", ""].join("\r\n"));
    expect(answer).toContain('["a,b","c,d","e,f","g,h",null,null]');
  });

  it("with equal query names, whatever their case, has them joined by a comma", async () => {
    const { port } = await start([route(({ query }) => json([...query]))]);
    const answer = await fetch(`http://127.0.0.1:${port}/v1/f?Confirm=a&x&confirm=b`);
    expect(await answer.json()).toEqual([
      ["Confirm", "a,b"],
      ["x", ""],
    ]);
  });

  it("in absolute form is served like any other", async () => {
    const { port } = await start([route(({ path }) => json(path))]);
    const answer = await exchange(
      port,
      "GET http://x/v1/f?a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    );
    expect(answer).toMatch(/"\/v1\/f"$/);
  });

  it("sent in chunks has an empty body and no length", async () => {
    const handle: Handle = async ({ body, header }) =>
      json([(await body()).length, header("content-length") ?? null]);
    const { port } = await start([route(handle)]);
    const head = "PUT /v1/f HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    expect(
      await exchange(
        port,
        `${head}4\r\nbody\r\n0\r\n\r\nGET /v1/f HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
      ),
    ).toContain("[0,null]");
  });

  it("with a content encoding arrives as it was encoded", async () => {
    const { port } = await start([length]);
    const body = Buffer.from("not gzip at all");
    const answer = await fetch(`http://127.0.0.1:${port}/v1/f`, {
      method: "PUT",
      headers: { "content-encoding": "gzip" },
      body,
    });
    expect(await answer.json()).toBe(body.length);
  });

  it("of a GET has no body, even where it was sent one", async () => {
    const { port } = await start([length]);
    const answer = await exchange(
      port,
      "GET /v1/f HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbody",
    );
    expect(answer).toMatch(/\r\n\r\n0$/);
  });

  it("may have its body asked for twice", async () => {
    const { port } = await start([
      route(async ({ body }) => json([(await body()).length, (await body()).length])),
    ]);
    const answer = await fetch(`http://127.0.0.1:${port}/v1/f`, { method: "PUT", body: "body" });
    expect(await answer.json()).toEqual([4, 4]);
  });

  it("is answered in its turn when several come at once", async () => {
    const first = signal();
    const held = route(
      async ({ query }) => {
        if (query.has("wait")) await first.fired;
        else first.fire();
        return json(query.get("n"));
      },
      { path: "held" },
    );
    const { port } = await start([held]);
    const request = (query: string, last = "") => `GET /v1/held?${query} HTTP/1.1\r\nHost: x\r\n${last}\r\n`;
    const answer = await exchange(port, request("n=1&wait") + request("n=2", "Connection: close\r\n"));
    expect(answer.match(/"\d"/g)).toEqual(['"1"', '"2"']);
  });
});

describe("an answer", () => {
  it("says how long it is in bytes", async () => {
    const { port } = await start([route(() => json("å"))]);
    expect((await fetch(`http://127.0.0.1:${port}/v1/f`)).headers.get("content-length")).toBe("4");
  });

  it.each([204, 304])("with status %i has neither body nor length", async (status) => {
    const { port } = await start([route(() => ({ status, headers: { etag: '"1"' } }))]);
    const answer = await exchange(port, "GET /v1/f HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    expect(answer).toMatch(/etag: "1"/);
    expect(answer).not.toMatch(/content-length|transfer-encoding/i);
    expect(answer).toMatch(/\r\n\r\n$/);
  });

  it("to HEAD has the length of the body it leaves out", async () => {
    const { port } = await start([route(() => json("body"), { path: "{*path}", methods: ["HEAD"] })]);
    const answer = await exchange(port, "HEAD /v1/any HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    expect(answer).toMatch(/content-length: 6\r\n.*\r\n\r\n$/s);
  });

  it.each([
    ["throws", () => Promise.reject(new TypeError("secret of alice"))],
    ["throws what is no error", () => Promise.reject("secret of alice")],
    ["makes a header that can't be sent", () => ({ status: 200, headers: { "x-a": "b\r\nc" }, body: "d" })],
  ])("is an empty 500 where the function %s, and the log tells of it in one line", async (_, handle) => {
    const log = vi.spyOn(console, "error").mockImplementation(() => {});
    const { port } = await start([route(handle)]);
    const answer = await fetch(`http://127.0.0.1:${port}/v1/f`);
    expect([answer.status, await answer.text()]).toEqual([500, ""]);
    expect(log.mock.calls).toEqual([[expect.stringMatching(/^request-1 f threw (?:\w+ at .*|string)$/)]]);
    expect(log.mock.calls.join()).not.toContain("alice");
  });
});

describe("a request that is no function's", () => {
  it.each([
    ["GET", "/v1/nothing", 404],
    ["DELETE", "/v1/f", 404],
    ["PROPFIND", "/v1/f", 404],
    ["GET", "/f", 404],
    ["GET", "/v1", 404],
    ["GET", "/v1/%00", 400],
    ["GET", "/%E0%A4%A", 404],
    ["GET", "/", 204],
    ["GET", "/v1/..", 204],
    ["GET", "*", 404],
  ])("%s %s gets an empty %i", async (method, target, status) => {
    const { port } = await start([unread]);
    const answer = await exchange(
      port,
      `${method} ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
    );
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} [^]*\r\n\r\n$`));
  });

  it("can be answered by someone else, who sees no function's requests", async () => {
    const seen: unknown[] = [];
    const { port } = await start([unread], (message, response) => {
      seen.push(message.url);
      if (message.url !== "/dev") return false;
      response.end("development");
      return true;
    });
    const text = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).text();
    expect(await Promise.all([text("/v1/f"), text("/dev"), text("/other")])).toEqual([
      '"answered"',
      "development",
      "",
    ]);
    expect(seen.sort()).toEqual(["/dev", "/other"]);
  });

  it("gets an empty 500 where that someone throws", async () => {
    const log = vi.spyOn(console, "error").mockImplementation(() => {});
    const { port } = await start([], () => Promise.reject(new Error("no")));
    const answer = await fetch(`http://127.0.0.1:${port}/dev`);
    expect([answer.status, await answer.text()]).toEqual([500, ""]);
    expect(log).toHaveBeenCalledOnce();
  });
});

describe("a body that the function doesn't read", () => {
  const head = (bytes: number) => `PUT /v1/f HTTP/1.1\r\nHost: x\r\nContent-Length: ${bytes}\r\n\r\n`;

  it("is discarded, and the connection serves the next request", async () => {
    const { port } = await start([unread]);
    const client = await rawClient(port);
    client.socket.write(head(2 * MEBIBYTE));
    expect(await client.until(/"answered"/)).not.toMatch(/connection: close/i);
    client.socket.write(Buffer.alloc(2 * MEBIBYTE));
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

  it("is cut off where it doesn't end", async () => {
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

  it("isn't read where it is longer", async () => {
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
  it("in the middle of its body ends the read, silently, and others are served", async () => {
    const log = vi.spyOn(console, "error").mockImplementation(() => {});
    const started = signal();
    const ended = signal();
    const { port } = await start([
      route(async ({ method, body }) => {
        if (method === "GET") return json("well");
        started.fire();
        return body().then(json).finally(ended.fire);
      }),
    ]);
    const client = await rawClient(port);
    client.socket.write("PUT /v1/f HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nsome");
    await started.fired;
    client.socket.destroy();
    await ended.fired;
    expect(await (await fetch(`http://127.0.0.1:${port}/v1/f`)).json()).toBe("well");
    expect(log).not.toHaveBeenCalled();
  });

  it("before the body is asked for ends the read as well", async () => {
    const started = signal();
    const gone = signal();
    const outcome = new Promise<unknown>((resolve) => {
      const handle: Handle = async ({ body }) => {
        started.fire();
        await gone.fired;
        return body().then(json, (error) => {
          resolve(error);
          throw error;
        });
      };
      void start([route(handle)], () => false).then(async ({ port }) => {
        const client = await rawClient(port);
        client.socket.write("PUT /v1/f HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nsome");
        await started.fired;
        client.socket.destroy();
        // The host has seen the end of one connection once it has served a later one.
        await exchange(port, "GET /v1/none HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        gone.fire();
      });
    });
    expect(await outcome).toEqual(new Error("the client closed the connection before the end of the body"));
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

  it("talking no HTTP is refused", async () => {
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
    expect(await client.closed()).toMatch(/connection: close.*"finished"$/is);
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

it("says so when its port is taken", async () => {
  const { port } = await start([]);
  await expect(serve({ routes: [], port, requestId: () => "" })).rejects.toThrow(/EADDRINUSE/);
});
