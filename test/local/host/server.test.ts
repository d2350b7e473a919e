import { afterEach, describe, expect, it, vi } from "vitest";
import { serve } from "../../../local/host/server.ts";
import { type Handle, json, length, route, signal, start, unread } from "./hosts.ts";
import { exchange } from "./rawClient.ts";

afterEach(() => vi.restoreAllMocks());

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

  it("has its query as it was written: equal names each with its value, a second question mark in a name", async () => {
    const { port } = await start([route(({ query }) => json([...query]))]);
    const answer = await fetch(`http://127.0.0.1:${port}/v1/f??a=1&Confirm=a&x&confirm=b&confirm=c`);
    expect(await answer.json()).toEqual([
      ["?a", "1"],
      ["Confirm", "a"],
      ["x", ""],
      ["confirm", "b"],
      ["confirm", "c"],
    ]);
  });

  it("in absolute form is served like any other", async () => {
    const { port } = await start([route(({ path }) => json(path))]);
    const answer = await exchange(
      port,
      "GET http://x/v1/f?a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    );
    expect(answer).toContain('\r\n"/v1/f"\r\n');
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

  it("of a GET has no body, even if it was sent one", async () => {
    const { port } = await start([length]);
    const answer = await exchange(
      port,
      "GET /v1/f HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbody",
    );
    expect(answer).toMatch(/\r\n\r\n1\r\n0\r\n0\r\n\r\n$/);
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
  it.each([204, 304])("with status %i has neither body nor length", async (status) => {
    const { port } = await start([route(() => ({ status, headers: { etag: '"1"' } }))]);
    const answer = await exchange(port, "GET /v1/f HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    expect(answer).toMatch(/etag: "1"/);
    expect(answer).not.toMatch(/content-length|transfer-encoding/i);
    expect(answer).toMatch(/\r\n\r\n$/);
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

  it("gets an empty 500 if that someone throws", async () => {
    const log = vi.spyOn(console, "error").mockImplementation(() => {});
    const { port } = await start([], () => Promise.reject(new Error("no")));
    const answer = await fetch(`http://127.0.0.1:${port}/dev`);
    expect([answer.status, await answer.text()]).toEqual([500, ""]);
    expect(log).toHaveBeenCalledOnce();
  });
});

it("says so when its port is taken", async () => {
  const { port } = await start([]);
  await expect(serve({ routes: [], port, requestId: () => "" })).rejects.toThrow(/EADDRINUSE/);
});
