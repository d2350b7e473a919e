import { spawn } from "node:child_process";
import { mkdir, readdir, readFile, rmdir, writeFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { decodeJwt } from "jose";
import { describe, expect, it, onTestFinished } from "vitest";
import { type Clock, MOST, openClock } from "../../../local/host/clock.ts";
import { clockHandler } from "../../../local/host/clockHttp.ts";
import { freePort } from "../../../local/host/freePort.ts";
import { startLocalService } from "../../../local/host/localService.ts";
import { system } from "../../../shared/system.ts";
import { temporaryFolder } from "../../support/folder.ts";
import { start } from "./hosts.ts";

const NOW = Date.parse("2026-11-22T07:00:00.000Z");
const DAY = 86_400;

async function newFile(): Promise<string> {
  return join(await temporaryFolder(), "data", "clock.json");
}

const open = (file: string, now = () => NOW): Promise<Clock> => openClock({ file, now });

describe("a clock that can be moved", () => {
  it("goes as the machine's does until it is moved, and from then on ahead of it", async () => {
    let time = NOW;
    const clock = await open(await newFile(), () => time);
    expect([clock.now(), clock.ahead()]).toEqual([NOW, 0]);
    await clock.advance(7 * DAY);
    expect([clock.now(), clock.ahead()]).toEqual([NOW + 7 * DAY * 1000, 7 * DAY]);
    time += 1;
    expect(clock.now()).toBe(NOW + 7 * DAY * 1000 + 1);
  });

  it("does not go back when the host starts again", async () => {
    const file = await newFile();
    await (await open(file)).advance(7 * DAY);
    const again = await open(file);
    await again.advance(1);
    expect((await open(file)).now()).toBe(NOW + (7 * DAY + 1) * 1000);
    expect(await readdir(join(file, ".."))).toEqual(["clock.json"]);
  });

  it("adds up moves that come at once", async () => {
    const file = await newFile();
    const clock = await open(file);
    await Promise.all([clock.advance(1), clock.advance(20), clock.advance(300)]);
    expect(clock.ahead()).toBe(321);
    expect((await open(file)).ahead()).toBe(321);
  });

  it("stays where it was if the move can't be kept, and can be moved again", async () => {
    const file = await newFile();
    const clock = await open(file);
    await mkdir(`${file}.new`, { recursive: true });
    await expect(clock.advance(1)).rejects.toThrow();
    expect(clock.ahead()).toBe(0);
    await rmdir(`${file}.new`);
    await expect(clock.advance(MOST + 1)).rejects.toThrow(RangeError);
    await clock.advance(1);
    expect((await open(file)).ahead()).toBe(1);
  });

  it.each(["", "{}", '{"aheadSeconds":-1}', '{"aheadSeconds":1.5}', `{"aheadSeconds":${MOST + 1}}`])(
    "refuses a file that holds %j, and leaves it",
    async (content) => {
      const file = join(await temporaryFolder(), "clock.json");
      await writeFile(file, content);
      await expect(open(file)).rejects.toThrow(`${file} doesn't say how far the clock is ahead`);
      expect(await readFile(file, "utf8")).toBe(content);
    },
  );
});

describe("/dev/clock", () => {
  async function serve() {
    const clock = await open(await newFile());
    const { port } = await start([], clockHandler(clock));
    const address = `http://127.0.0.1:${port}/dev/clock`;
    const post = (body: string, type = "application/json") =>
      fetch(address, { method: "POST", body, headers: { "Content-Type": type } });
    return { clock, address, post };
  }

  it("tells the time", async () => {
    const { address } = await serve();
    const answer = await fetch(address);
    expect([answer.status, answer.headers.get("cache-control")]).toEqual([200, "no-store"]);
    expect(await answer.json()).toEqual({ now: "2026-11-22T07:00:00.000Z", aheadSeconds: 0 });
  });

  it("moves it on", async () => {
    const { address, post } = await serve();
    const moved = { now: "2026-11-29T07:00:00.000Z", aheadSeconds: 7 * DAY };
    expect(await (await post(`{"seconds":${7 * DAY}}`)).json()).toEqual(moved);
    expect(await (await fetch(address)).json()).toEqual(moved);
  });

  it.each([
    "",
    "[]",
    "{}",
    '{"seconds":0}',
    '{"seconds":-1}',
    '{"seconds":1.5}',
    '{"seconds":"60"}',
    '{"seconds":1,"hours":1}',
    `{"seconds":${MOST + 1}}`,
    `{"seconds":1${" ".repeat(2_000)}}`,
  ])("refuses %j, and stays where it is", async (body) => {
    const { clock, post } = await serve();
    const answer = await post(body);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ error: "invalid_request" });
    expect(clock.ahead()).toBe(0);
  });

  it("refuses to go further than a hundred years in all", async () => {
    const { clock, post } = await serve();
    expect((await post(`{"seconds":${MOST}}`)).status).toBe(200);
    expect((await post('{"seconds":1}')).status).toBe(400);
    expect(clock.ahead()).toBe(MOST);
  });

  it.each(["text/plain", "application/x-www-form-urlencoded"])(
    "refuses a body of the type %s, which a page of another origin could send",
    async (type) => {
      const { clock, post } = await serve();
      expect((await post('{"seconds":60}', type)).status).toBe(415);
      expect(clock.ahead()).toBe(0);
    },
  );

  it("answers another method with those it takes, and leaves every other path alone", async () => {
    const { address } = await serve();
    const answer = await fetch(address, { method: "DELETE" });
    expect([answer.status, answer.headers.get("allow")]).toEqual([405, "GET, POST"]);
    expect((await fetch(`${address}s`)).status).toBe(404);
  });

  it("is not there for another machine", async () => {
    const clock = await open(await newFile());
    const message = { url: "/dev/clock", method: "GET", socket: { remoteAddress: "192.0.2.7" } };
    const taken = await clockHandler(clock)(message as IncomingMessage, {} as ServerResponse);
    expect(taken).toBe(false);
  });
});

describe("the local service", () => {
  it("goes by the clock that is moved, and so does its issuer", async () => {
    const folder = await temporaryFolder();
    const clock = await openClock({ file: join(folder, "clock.json"), now: () => NOW });
    const lines: string[] = [];
    const service = await startLocalService({
      folder,
      system: { ...system, now: clock.now },
      clock,
      log: (line) => lines.push(line.time),
    });
    onTestFinished(() => service.close());
    await fetch(`${service.origin}/dev/clock`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: `{"seconds":${DAY}}`,
    });
    const issued = await fetch(`${service.origin}/dev/token?owner=alice`);
    const { access_token: token } = (await issued.json()) as { access_token: string };
    expect(decodeJwt(token).iat).toBe(NOW / 1000 + DAY);
    await fetch(`${service.origin}/v1/health`);
    expect(lines).toEqual(["2026-11-23T07:00:00.000Z"]);
  });

  it("has no such clock unless it is given one", async () => {
    const folder = await temporaryFolder();
    const service = await startLocalService({ folder, system, log: () => {} });
    onTestFinished(() => service.close());
    expect((await fetch(`${service.origin}/dev/clock`)).status).toBe(404);
  });
});

describe("npm start", () => {
  const MAIN = fileURLToPath(new URL("../../../local/host/main.ts", import.meta.url));

  it("keeps the moved clock in its data, from one start to the next", async () => {
    const folder = join(await temporaryFolder(), "data");
    const first = await run(folder);
    const moved = await first.clock({
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: '{"seconds":600}',
    });
    expect(moved).toMatchObject({ aheadSeconds: 600 });
    await first.end();
    const second = await run(folder);
    expect(await second.clock()).toMatchObject({ aheadSeconds: 600 });
    await second.end();
  });

  async function run(folder: string) {
    const port = await freePort();
    const args = [MAIN, "--port", String(port), "--data", folder];
    const child = spawn(process.execPath, args, { timeout: 50_000, stdio: ["ignore", "pipe", "inherit"] });
    const ended = new Promise((resolve) => child.once("close", resolve));
    onTestFinished(() => void child.kill());
    // It prints where it answers once it does.
    await new Promise((resolve, reject) => {
      child.stdout.once("data", resolve);
      child.once("close", () => reject(new Error("it ended by itself")));
    });
    return {
      clock: async (init?: RequestInit) =>
        await (await fetch(`http://127.0.0.1:${port}/dev/clock`, init)).json(),
      end: async () => {
        child.kill();
        await ended;
      },
    };
  }
});
