import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { type Clock, openClock } from "../../../local/host/clock.ts";
import { CLOCK_PATH } from "../../../local/host/clockHttp.ts";
import { startLocalService } from "../../../local/host/localService.ts";
import { OUTBOX_PATH } from "../../../local/host/pages/outbox.ts";
import { JWKS_PATH, TOKEN_PATH } from "../../../local/issuer/http.ts";
import { system } from "../../../shared/system.ts";
import { temporaryFolder } from "../../support/folder.ts";
import { exchange } from "./rawClient.ts";

/** The local service, and what it answers to a request as a page would send it, by its Host. */
async function startHost(hosts: readonly string[] = []) {
  const folder = await temporaryFolder();
  const clock: Clock = await openClock({ file: join(folder, "clock.json"), now: system.now });
  const logged: unknown[] = [];
  const service = await startLocalService({
    hosts,
    folder,
    system: { ...system, now: clock.now },
    clock,
    log: (line) => void logged.push(line),
  });
  onTestFinished(() => service.close());
  const port = Number(new URL(service.origin).port);
  const ask = (host: string, [method, path, body = ""]: readonly string[]) =>
    exchange(
      port,
      [
        `${method} ${path} HTTP/1.1`,
        `Host: ${host}`,
        "Content-Type: application/json",
        `Content-Length: ${body.length}`,
        "Connection: close",
        "",
        body,
      ].join("\r\n"),
    );
  return { port, clock, logged, ask };
}

const requests = [
  ["GET", `${TOKEN_PATH}?owner=alice`],
  ["POST", TOKEN_PATH, '{"owner":"alice"}'],
  ["GET", JWKS_PATH],
  ["GET", OUTBOX_PATH],
  ["GET", CLOCK_PATH],
  ["POST", CLOCK_PATH, '{"seconds":60}'],
  ["GET", "/v1/health"],
  ["GET", "/v1/backup"],
] as const;

describe("a page of another site, which points its name at this machine,", () => {
  it.each(requests.map((request) => [request.slice(0, 2).join(" "), request] as const))(
    "reaches nobody: %s",
    async (_, request) => {
      const { port, clock, logged, ask } = await startHost();
      const hosts = [
        "evil.example",
        `evil.example:${port}`,
        `127.0.0.1.evil.example:${port}`,
        `localhost.evil.example:${port}`,
        `evil.example#127.0.0.1:${port}`,
        `127.0.0.1:${port}@evil.example`,
        `0.0.0.0:${port}`,
        "127.0.0.1",
        "localhost",
        "127.0.0.1:1",
        "",
      ];
      for (const host of hosts) {
        expect(await ask(host, request), host).toMatch(/^HTTP\/1.1 4(?:00|21) .*\r\n\r\n$/s);
      }
      expect(clock.ahead()).toBe(0);
      expect(logged).toEqual([]);
    },
  );
});

it.each(requests.map((request) => [request.slice(0, 2).join(" "), request] as const))(
  "who calls this machine by its own names reaches it: %s",
  async (_, request) => {
    const { port, ask } = await startHost(["10.0.2.2:7071", "Tunnel.Example"]);
    const own = [`127.0.0.1:${port}`, `localhost:${port}`, `LocalHost:${port}`, `[::1]:${port}`];
    for (const host of [...own, "10.0.2.2:7071", "tunnel.example"]) {
      expect(await ask(host, request), host).not.toMatch(/^HTTP\/1.1 4(?:00|21) /);
    }
  },
);
