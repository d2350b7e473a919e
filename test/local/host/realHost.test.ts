import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { json, route, start, unread } from "./hosts.ts";
import { exchange } from "./rawClient.ts";

const DOCUMENT = join(import.meta.dirname, "../../../docs/architecture.md");

const CLOSE = "Connection: close\r\n";
const get = (headers: string, line = "GET /v1/f HTTP/1.1") => `${line}\r\n${headers}${CLOSE}\r\n`;
const HOST = "Host: x\r\n";

/** Each row of the document's table by its first cell: the bytes that are sent. */
const requests: Readonly<Record<string, string>> = {
  "any with a body in its answer": get(HOST),
  "a request line of 8 KB": get(HOST, `GET /v1/f?${"q".repeat(8192)} HTTP/1.1`),
  "101 headers": get(`${HOST}${"X-Thing: 1\r\n".repeat(99)}`),
  "33 KB of headers": get(`${HOST}X-Thing: ${"1".repeat(33 * 1024)}\r\n`),
  "two Host headers": get(HOST + HOST),
  "an absolute form for another host": get(HOST, "GET http://y/v1/f HTTP/1.1"),
  "a Host that can't be read": get("Host: x y\r\n"),
  "no Host in HTTP/1.1": get(""),
  "an unknown method": get(HOST, "FROB /v1/f HTTP/1.1"),
  TRACE: get(HOST, "TRACE /v1/f HTTP/1.1"),
  "another machine's Host": get("Host: backup.example\r\n"),
  "no Host in HTTP/1.0": get("", "GET /v1/f HTTP/1.0"),
  "lines that end in LF alone": get(HOST).replaceAll("\r", ""),
  "HTTP/1.2": get(HOST, "GET /v1/f HTTP/1.2"),
  "`Expect: 200-ok`": get(`${HOST}Expect: 200-ok\r\n`),
  "`Content-Length: +4`": `${get(`${HOST}Content-Length: +4\r\n`, "PUT /v1/f HTTP/1.1")}body`,
  "HTTP/2.0 in the request line": get(HOST, "GET /v1/f HTTP/2.0"),
  "a request line of 80 KB": get(HOST, `GET /v1/f?${"q".repeat(80 * 1024)} HTTP/1.1`),
};

/** The table's rows: request, the real host's answer, the local one's, and where the first came from. */
async function rows(): Promise<string[][]> {
  const [, table = ""] = (await readFile(DOCUMENT, "utf8")).split(
    "| request | Functions host | local host | from |\n",
  );
  const [, ...lines] = table.slice(0, table.indexOf("\n\n")).split("\n");
  return lines.map((line) => line.slice(2, -2).split(" | "));
}

describe("what a phone or a proxy notices of a host", () => {
  it("stands in docs/architecture.md, row by row, with where it came from", async () => {
    const table = await rows();
    expect(table.map(([request]) => request)).toEqual(Object.keys(requests));
    for (const row of table) expect(row).toEqual(Array(4).fill(expect.stringMatching(/\S/)));
  });

  it.each(Object.entries(requests))(
    "is answered by the local host as it says there: %s",
    async (title, bytes) => {
      const [, , expected] = (await rows()).find(([request]) => request === title) ?? [];
      const { port } = await start([unread]);
      const answer = await exchange(port, bytes);
      const taken = expected === "taken" || expected === "the same";
      expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${taken ? 200 : expected} `));
      if (taken) expect(answer).toContain('"answered"');
      // An empty answer says so: what has a body, and what has not, is told by the real host in the same way.
      else expect(answer).toMatch(/\r\n\r\n(?:0\r\n\r\n)?$/);
    },
  );
});

describe("an answer", () => {
  const answerOf = async (answer: Parameters<typeof json>[0], method = "GET", version = "1.1") => {
    const { port } = await start([route(() => json(answer), { methods: ["GET", "HEAD"] })]);
    return exchange(port, get(HOST, `${method} /v1/f HTTP/${version}`));
  };

  it("has no length, and comes in chunks", async () => {
    const answer = await answerOf("å");
    expect(answer).not.toMatch(/content-length/i);
    expect(answer).toMatch(/transfer-encoding: chunked\r\n(?:.*\r\n)?\r\n4\r\n.+\r\n0\r\n\r\n$/is);
  });

  it("to HEAD has neither body nor length nor chunks", async () => {
    const answer = await answerOf("body", "HEAD");
    expect(answer).not.toMatch(/content-length|transfer-encoding/i);
    expect(answer).toMatch(/\r\n\r\n$/);
    expect(answer).not.toContain("body");
  });

  it("in HTTP/1.0 ends with the connection", async () => {
    const answer = await answerOf("body", "GET", "1.0");
    expect(answer).not.toMatch(/content-length|transfer-encoding/i);
    expect(answer).toMatch(/\r\n\r\n"body"$/);
  });

  it("that is empty says so", async () => {
    const { port } = await start([]);
    expect(await exchange(port, get(HOST))).toMatch(/^HTTP\/1.1 404 .*content-length: 0\r\n/is);
  });
});

describe("just within its limits a request", () => {
  it.each([
    ["has a line of 8 KB with its end", get(HOST, `GET /v1/f?${"q".repeat(8192 - 21)} HTTP/1.1`)],
    ["has 100 headers", get(`${HOST}${"X-Thing: 1\r\n".repeat(98)}`)],
    ["has 32 KB of headers", get(`${HOST}X-Thing: ${"1".repeat(32 * 1024 - 39)}\r\n`)],
  ])("%s", async (_, bytes) => {
    const { port } = await start([unread]);
    expect(await exchange(port, bytes)).toMatch(/^HTTP\/1.1 200 /);
    const more = bytes
      .replace("qq", "qqq")
      .replace("11", "111")
      .replace("X-Thing: 1\r\n", "X: 1\r\nX: 1\r\n");
    expect(await exchange(port, more)).toMatch(/^HTTP\/1.1 4[13][14] /);
  });
});

describe("what is no request at all", () => {
  it.each([
    ["CONNECT, which no function has", get(HOST, "CONNECT x:443 HTTP/1.1"), 404],
    ["a method in small letters", get(HOST, "get /v1/f HTTP/1.1"), 404],
    ["a method that is no word", get(HOST, "GE(T /v1/f HTTP/1.1"), 400],
    ["a method without an address", get(HOST, "FROB"), 400],
    ["an unknown method of no version", get(HOST, "FROB /v1/f"), 400],
    ["a header that is folded", get(`${HOST}X-Thing: 1\r\n 2\r\n`), 400],
  ])("is answered and ends the connection: %s", async (_, bytes, status) => {
    const { port } = await start([unread]);
    expect(await exchange(port, bytes)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} .*\r\n\r\n$`, "s"));
  });

  it("is told from the request before it on the connection", async () => {
    const { port } = await start([unread]);
    const good = `GET /v1/f HTTP/1.1\r\n${HOST}\r\n`;
    expect(await exchange(port, `${good}hello\r\n\r\n`)).toMatch(/^HTTP\/1.1 200 .*HTTP\/1.1 400 /s);
    expect(await exchange(port, `${good}${get(HOST, "FROB /v1/f HTTP/1.1")}`)).toMatch(
      /^HTTP\/1.1 200 .*HTTP\/1.1 404 /s,
    );
  });
});
