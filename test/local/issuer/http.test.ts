import { createRemoteJWKSet, jwtVerify } from "jose";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type Host, serve } from "../../../local/host/server.ts";
import { issuerHandler } from "../../../local/issuer/http.ts";
import { createIssuer } from "../../../local/issuer/issuer.ts";
import { generateKey } from "../../../local/issuer/key.ts";
import { rawClient } from "../host/rawClient.ts";

let host: Host;
let origin: string;
beforeAll(async () => {
  const issuer = createIssuer({ key: await generateKey(), now: Date.now });
  host = await serve({ routes: [], port: 0, requestId: () => "id", extra: issuerHandler(issuer) });
  origin = `http://127.0.0.1:${host.port}`;
});
afterAll(() => host.close());

const ask = (body: string) => fetch(`${origin}/dev/token`, { method: "POST", body });

const json = async (answer: Response) => (await answer.json()) as Record<string, string>;

async function refusal(answer: Response): Promise<string> {
  expect(answer.status).toBe(400);
  const { error, error_description = "" } = await json(answer);
  expect(error).toBe("invalid_request");
  return error_description;
}

describe("asking for a token", () => {
  it("gives one that the published keys verify", async () => {
    const answer = await ask('{"owner":"alice","expiresIn":60}');
    expect([answer.status, answer.headers.get("cache-control")]).toEqual([200, "no-store"]);
    const { access_token = "", ...rest } = await json(answer);
    expect(rest).toEqual({ token_type: "Bearer", expires_in: 60 });
    const { payload } = await jwtVerify(access_token, createRemoteJWKSet(new URL(`${origin}/dev/jwks`)));
    expect(payload.sub).toBe("alice");
  });

  it("works with a query as well", async () => {
    const query =
      "owner=7&kind=provider&profile=entra&person=true&roles=Codes.Verify&secondFactor=false&signedInSecondsAgo=60&expiresIn=90";
    const answer = await fetch(`${origin}/dev/token?${query}`);
    const { access_token = "" } = await json(answer);
    const { payload } = await jwtVerify(access_token, createRemoteJWKSet(new URL(`${origin}/dev/jwks`)));
    expect(payload).toMatchObject({ iss: "https://issuer.localhost/provider/entra", sub: "7" });
    expect(payload).not.toHaveProperty("acrs");
    expect(payload.roles).toEqual(["Codes.Verify"]);
    const { iat = 0, exp = 0, auth_time } = payload;
    expect([exp - iat, iat - Number(auth_time)]).toEqual([90, 60]);
  });

  it.each([
    ['{"kind":"personal"}', /^owner: /],
    ['{"owner":"a","kind":"robot"}', /^kind: .*"work-or-school"/],
    ['{"owner":"a","kind":"operator","profile":"entra-personal"}', /^profile: entra-personal goes with/],
    ['{"owner":"a","expiresIn":0}', /^expiresIn: /],
    ['{"owner":"a","signedInSecondsAgo":"60"}', /^signedInSecondsAgo: .*number/],
    ['{"owner":"a","cnf":"short"}', /^cnf: must be a base64url SHA-256 thumbprint/],
    ['{"owner":"a","exp":1,"aud":"x"}', /"exp", "aud"/],
    ['{"owner":"","expiresIn":1.5}', /^owner: .*; expiresIn: /],
    ["[]", /object/],
    ["owner=alice", /^the body must be a JSON object .*\{"owner":"alice"\}/],
    ["", /^the body must be a JSON object/],
  ])("with %s is refused, and told why", async (body, why) => {
    expect(await refusal(await ask(body))).toMatch(why);
  });

  it.each([
    ["", /^owner: /],
    ["owner=a&secondFactor=maybe", /^secondFactor: .*boolean/],
    ["owner=a&expiresIn=-1", /^expiresIn: .*number/],
    ["owner=a&iss=x", /"iss"/],
  ])("with the query %j is refused, and told why", async (query, why) => {
    expect(await refusal(await fetch(`${origin}/dev/token?${query}`))).toMatch(why);
  });

  it("with a body too long is refused, whether or not it says how long it is", async () => {
    const body = JSON.stringify({ owner: "a".repeat(1_000_000) });
    expect(await refusal(await ask(body))).toMatch(/at most 16384 bytes/);
    const stream = new Blob([body]).stream();
    const request = { method: "POST", body: stream, duplex: "half" as const };
    expect(await refusal(await fetch(`${origin}/dev/token`, request))).toMatch(/at most 16384 bytes/);
  });

  it("and going away before the body's end harms nobody", async () => {
    const log = vi.spyOn(console, "error").mockImplementation(() => {});
    const client = await rawClient(host.port);
    client.socket.write("POST /dev/token HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{");
    client.socket.end();
    await client.closed();
    expect((await ask('{"owner":"alice"}')).status).toBe(200);
    expect(log).not.toHaveBeenCalled();
    log.mockRestore();
  });
});

it.each([
  ["DELETE", "/dev/token", "GET, POST"],
  ["POST", "/dev/jwks", "GET, HEAD"],
])("answers %s %s with the methods it takes", async (method, path, allow) => {
  const answer = await fetch(`${origin}${path}`, { method });
  expect([answer.status, answer.headers.get("allow")]).toEqual([405, allow]);
});

it("leaves every other path alone", async () => {
  const answer = await fetch(`${origin}/dev/other`);
  expect([answer.status, await answer.text()]).toEqual([404, ""]);
});
