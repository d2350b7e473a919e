import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { compactVerify, EmbeddedJWK } from "jose";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type ClientOptions, createClient } from "../../../local/phone/acts/client.ts";
import { generateKeys, publicJwk } from "../../../local/phone/protocol/keys.ts";
import { accessTokenHash } from "../../../local/phone/protocol/proof.ts";

const NOW = Date.parse("2026-11-22T07:00:00.000Z");
const { signing } = await generateKeys();

interface Got {
  readonly message: IncomingMessage;
  readonly text: string;
}

let got: Got[];
let answers: { status: number; headers?: Record<string, string>; body?: string }[];
let origin: string;
let close: () => Promise<void>;

beforeEach(async () => {
  got = [];
  answers = [];
  const server = createServer(async (message, response) => {
    got.push({ message, text: Buffer.concat(await message.toArray()).toString() });
    const { status, headers, body } = answers.shift() ?? { status: 200 };
    response.writeHead(status, headers).end(body);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  close = async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  };
});

afterEach(() => close());

function client(options: Partial<ClientOptions> = {}) {
  const { send } = createClient({
    origin,
    platform: "ios",
    version: "6.8.0",
    signing,
    system: { now: () => NOW, random: (size) => new Uint8Array(size).fill(1) },
    token: async () => "token-1",
    ...options,
  });
  return send;
}

function first(): Got {
  const [one] = got;
  if (!one) throw new Error("nothing arrived");
  return one;
}

describe("a request of a phone", () => {
  it("carries the token, the app's version and platform, the language, and its length", async () => {
    await client({ language: "sv" })({ method: "PUT", path: "/v1/backup", body: { a: "é" } });
    expect(first().message.headers).toMatchObject({
      authorization: "Bearer token-1",
      "x-client-version": "6.8.0",
      "x-client-platform": "ios",
      "accept-language": "sv",
      "content-type": "application/json",
      "content-length": "10",
    });
    expect(first().text).toBe('{"a":"é"}');
  });

  it("is waited for as long as its body may take: a proof of an upload is good for 300 seconds", async () => {
    const limit = vi.spyOn(AbortSignal, "timeout");
    const timeOf = async (body: unknown) => {
      await client()({ method: "PUT", path: "/v1/backup", body });
      return limit.mock.lastCall?.[0];
    };
    expect(await timeOf(undefined)).toBe(30_000);
    const longest = await timeOf("é".repeat(512 * 1024));
    expect(longest).toBeGreaterThan(250_000);
    expect(longest).toBeLessThan(300_000);
    limit.mockRestore();
  });

  it("carries a proof of this request and this token, signed by the phone's key", async () => {
    await client()({ method: "GET", path: "/v1/backup?x=1" });
    const proof = String(first().message.headers.dpop);
    const { payload, protectedHeader } = await compactVerify(proof, EmbeddedJWK);
    expect(protectedHeader).toEqual({ typ: "dpop+jwt", alg: "ES256", jwk: publicJwk(signing) });
    expect(JSON.parse(new TextDecoder().decode(payload))).toEqual({
      jti: "AQEBAQEBAQEBAQEBAQEBAQ",
      htm: "GET",
      htu: `${origin}/v1/backup`,
      iat: NOW / 1000,
      ath: accessTokenHash("token-1"),
    });
  });

  it("can be sent without a proof, and with other headers or without", async () => {
    const headers = { Authorization: undefined, "X-Client-Version": "1", "If-Match": '"7"' };
    await client()({ method: "GET", path: "/v1/backup", headers, proof: false });
    expect(first().message.headers).toMatchObject({ "x-client-version": "1", "if-match": '"7"' });
    expect(first().message.headers).not.toHaveProperty("authorization");
    expect(first().message.headers).not.toHaveProperty("dpop");
  });

  it("can be sent with a proof that is wrong in one thing", async () => {
    const overrides = { header: { typ: "JWT" }, payload: { jti: undefined, iat: 0 } };
    await client()({ method: "GET", path: "/v1/backup", proof: overrides });
    const { payload, protectedHeader } = await compactVerify(
      String(first().message.headers.dpop),
      EmbeddedJWK,
    );
    expect(protectedHeader.typ).toBe("JWT");
    const claims = JSON.parse(new TextDecoder().decode(payload));
    expect(claims.iat).toBe(0);
    expect(claims).not.toHaveProperty("jti");
  });

  it("can be sent with a proof that another key signed", async () => {
    const { signing: key } = await generateKeys();
    await client()({ method: "GET", path: "/v1/backup", proof: { key } });
    await expect(compactVerify(String(first().message.headers.dpop), EmbeddedJWK)).rejects.toMatchObject({
      code: "ERR_JWS_SIGNATURE_VERIFICATION_FAILED",
    });
  });

  it.each([
    ["text", "{not json"],
    ["bytes", new TextEncoder().encode("{not json")],
  ])("sends %s as they are", async (_, body) => {
    await client()({ method: "PUT", path: "/v1/backup", body });
    expect(first().text).toBe("{not json");
  });

  it("does not take its token to another address", async () => {
    answers.push({ status: 307, headers: { Location: `${origin}/elsewhere` } });
    expect((await client()({ method: "GET", path: "/v1/backup" })).status).toBe(307);
    expect(got).toHaveLength(1);
  });
});

describe("an answer to a phone", () => {
  it.each([
    ["JSON", '{"a":1}', { a: 1 }],
    ["text", "<html>", "<html>"],
    ["nothing", "", undefined],
  ])("is read as what it is: %s", async (_, body, expected) => {
    answers.push({ status: 200, body });
    expect((await client()({ method: "GET", path: "/v1/health" })).body).toEqual(expected);
  });
});

describe("a service that asks for a step-up [B3] [D7]", () => {
  const challenge = 'Bearer error="insufficient_user_authentication", max_age="600"';
  const stepUp = {
    status: 401,
    headers: { "WWW-Authenticate": challenge, "Content-Type": "application/problem+json" },
    body: JSON.stringify({ code: "step-up-required", missing: ["recent-sign-in"], maxAge: 600 }),
  };

  it("gets the same request again, with a new token and a proof of it", async () => {
    answers.push(stepUp);
    const asked: unknown[] = [];
    const send = client({
      signInAgain: async (need) => {
        asked.push(need);
        return "token-2";
      },
    });
    const request = {
      method: "POST",
      path: "/v1/backup/enable",
      body: {},
      headers: { "Idempotency-Key": "k" },
    };
    expect((await send(request)).status).toBe(200);
    expect(asked).toEqual([{ missing: ["recent-sign-in"], maxAge: 600, challenge }]);
    const [before, after] = got.map(({ message }) => message.headers);
    expect(after).toMatchObject({ authorization: "Bearer token-2", "idempotency-key": "k" });
    expect(after?.dpop).not.toBe(before?.dpop);
  });

  it("is asked only once more: a second refusal is the answer", async () => {
    answers.push(stepUp, stepUp);
    const send = client({ signInAgain: async () => "token-2" });
    expect((await send({ method: "GET", path: "/v1/backup/key" })).status).toBe(401);
    expect(got).toHaveLength(2);
  });

  it("is not asked again if nobody can sign in", async () => {
    answers.push(stepUp);
    expect((await client()({ method: "GET", path: "/v1/backup/key" })).status).toBe(401);
    expect(got).toHaveLength(1);
  });

  it("is not mistaken for one that refuses the token", async () => {
    answers.push({ status: 401, body: JSON.stringify({ code: "token-invalid" }) });
    const send = client({ signInAgain: async () => "token-2" });
    expect((await send({ method: "GET", path: "/v1/backup/key" })).status).toBe(401);
    expect(got).toHaveLength(1);
  });
});
