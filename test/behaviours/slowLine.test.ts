import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { contentsOf } from "../support/accounts.ts";
import { expectOk, problemOf, type TestService } from "../support/service.ts";
import { newPhone, recovered, startStage, statusOf } from "./stage.ts";

/**
 * Carries a phone's requests; half of each body comes so many seconds before the rest. A host calls the function when
 * all of it has come.
 */
function slowLine({ origin, advance }: TestService, seconds: number) {
  const carried: string[] = [];
  const carry: typeof fetch = async (input, init = {}) => {
    const { method = "GET", headers, body } = init;
    if (typeof body !== "string") return await fetch(input, init);
    const { pathname, host, hostname, port } = new URL(String(input));
    carried.push(`${method} ${pathname}`);
    const socket = connect(Number(port), hostname);
    const bytes = Buffer.from(body);
    const fields = [
      ...new Headers(headers),
      ["host", host],
      ["connection", "close"],
      ["content-length", bytes.length],
    ];
    const head = fields.map(([name, value]) => `${name}: ${value}\r\n`).join("");
    // HTTP/1.0, which has no chunks.
    socket.write(`${method} ${pathname} HTTP/1.0\r\n${head}\r\n`);
    socket.write(bytes.subarray(0, bytes.length / 2));
    // The service has seen the first half once it has served a later connection.
    await fetch(`${origin}/v1/health`, { headers: { Connection: "close" } });
    advance(seconds);
    socket.write(bytes.subarray(bytes.length / 2));
    const [, status, answer] = /^HTTP\/1\.1 (\d+).*?\r\n\r\n(.*)$/s.exec(await text(socket)) ?? [];
    return new Response(answer, { status: Number(status) });
  };
  return { carry, carried };
}

describe("an upload on a slow line", () => {
  it.each([70, 299])("succeeds at once, though its body takes %i seconds", async (seconds) => {
    const { service, old } = await startStage();
    const line = slowLine(service, 0);
    const slow = slowLine(service, seconds);
    let carrier = line;
    const phone = await newPhone(service, { fetch: (...request) => carrier.carry(...request) });
    await recovered(phone);
    carrier = slow;
    expectOk(await phone.upload(contentsOf(5)));
    expect(slow.carried).toEqual(["PUT /v1/backup"]);
    expect(await statusOf(old)).toMatchObject({ current: { version: 2, accounts: 5 } });
  });

  it("that takes longer than a proof is good for is told why, and the phone has tried again once", async () => {
    const { service, old } = await startStage();
    const line = slowLine(service, 0);
    const slow = slowLine(service, 301);
    let carrier = line;
    const phone = await newPhone(service, { fetch: (...request) => carrier.carry(...request) });
    await recovered(phone);
    carrier = slow;
    const refused = problemOf(await phone.upload(contentsOf(5)));
    expect(refused).toMatchObject({
      status: 401,
      code: "proof-expired",
      time: new Date(service.now()).toISOString(),
      detail: expect.stringMatching(/clock is wrong, or the request took too long/),
    });
    expect(slow.carried).toHaveLength(2);
    expect(await statusOf(old)).toMatchObject({ current: { version: 1 } });
  });
});
