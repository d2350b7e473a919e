import { describe, expect, it, onTestFinished } from "vitest";
import { startLocalService } from "../../../local/host/localService.ts";
import { reasonOf } from "../../../local/host/refusedProof.ts";
import { createPhone } from "../../../local/phone/acts/phone.ts";
import { signIn } from "../../../local/phone/cli/tokens.ts";
import { generateKeys } from "../../../local/phone/protocol/keys.ts";
import { makeProof, type ProofOverrides } from "../../../local/phone/protocol/proof.ts";
import { system } from "../../../shared/system.ts";
import { temporaryFolder } from "../../support/folder.ts";

const NOW = Date.parse("2026-11-22T08:00:00.000Z");
const ORIGIN = "http://127.0.0.1:7071";
const request = { method: "GET", path: "/v1/backup" };
const keys = await generateKeys();

function reason(proof: string | undefined, token = "token", method = "GET"): string {
  const headers: Readonly<Record<string, string | undefined>> = {
    dpop: proof,
    authorization: `Bearer ${token}`,
  };
  return reasonOf(
    { ...request, method, header: (name) => headers[name] },
    { publicOrigin: ORIGIN, now: NOW },
  );
}

const made = (overrides: ProofOverrides = {}, url = `${ORIGIN}/v1/backup`) =>
  makeProof(
    {
      method: "GET",
      url,
      accessToken: "token",
      signing: keys.signing,
      system: { ...system, now: () => NOW },
    },
    overrides,
  );

describe("of a refused proof the log of the local host says which member was wrong, and what was expected", () => {
  it.each([
    [{ header: { typ: "JWT" } }, 'typ is "JWT", expected "dpop+jwt"'],
    [{ header: { jwk: undefined } }, "jwk is not a public P-256 key"],
    [{ header: { kid: "1" } }, "the header has kid, expected typ, alg and jwk"],
    [{ payload: { jti: "short" } }, 'jti is "short", expected 16 to 64'],
    [{ payload: { htm: "POST" } }, 'htm is "POST", expected "GET"'],
    [
      { payload: { htu: "http://10.0.2.2:7071/v1/backup" } },
      'htu is "http://10.0.2.2:7071/v1/backup", expected "http://127.0.0.1:7071/v1/backup"',
    ],
    [{ payload: { ath: "x" } }, 'ath is "x", expected "PEaenWxYddN6Q_NT1PiOYfz4EsZu7jRXRlpAsNpBU-A"'],
    [{ payload: { iat: undefined } }, "iat is missing, expected a number"],
    [{ payload: { iat: NOW / 1000 - 3_600 } }, "iat is 3600 s old, expected the time now, 1795334400"],
    [{ payload: { iat: NOW / 1000 + 120 } }, "iat is 120 s ahead"],
    [{}, "it was used before, or the token is bound to another key"],
  ] as [ProofOverrides, string][])("%j", async (overrides, told) => {
    expect(reason(await made(overrides))).toContain(told);
  });

  it("a proof that is missing, no JWS, or signed by another key", async () => {
    expect(reason(undefined)).toBe("there is no DPoP header");
    expect(reason("a.b")).toContain("not one compact JWS");
    const [head = "", , signature] = (await made()).split(".");
    const none = { ...JSON.parse(Buffer.from(head, "base64url").toString()), alg: "none" };
    expect(reason(`${Buffer.from(JSON.stringify(none)).toString("base64url")}.e30.${signature}`)).toBe(
      'alg is "none", expected "ES256"',
    );
    const [, claims] = (await made({ payload: { jti: "another-one-of-16" } })).split(".");
    expect(reason(`${head}.${claims}.${signature}`)).toContain("the signature is not of that jwk");
  });

  it("over HTTP, on the standard error alone, and once", async () => {
    const told: string[] = [];
    const logged: unknown[] = [];
    const service = await startLocalService({
      folder: await temporaryFolder(),
      system,
      log: (line) => void logged.push(line),
      explainProof: (line) => void told.push(line),
    });
    onTestFinished(() => service.close());
    const { origin } = service;
    const token = () => signIn(origin, "alice", fetch);
    const phone = await createPhone({ origin, platform: "android", version: "6.8.0", name: "x", token });
    expect((await phone.register()).ok).toBe(true);
    expect(told).toEqual([]);
    const wrong = await phone.status({ proof: { payload: { htu: "http://10.0.2.2:7071/v1/backup" } } });
    expect(wrong).toMatchObject({ ok: false, problem: { code: "proof-invalid" } });
    expect(told).toEqual([
      expect.stringMatching(
        /^[\w-]{36} proof-invalid: htu is "http:\/\/10\.0\.2\.2:7071\/v1\/backup", expected "http:\/\/127\.0\.0\.1:\d+\/v1\/backup"$/,
      ),
    ]);
    expect(JSON.stringify([wrong, logged])).not.toContain("htu");
  });
});

describe("a phone that calls the local host by another name", () => {
  it("gets through once its origin is said", async () => {
    const folder = await temporaryFolder();
    const publicOrigin = "http://10.0.2.2:7071";
    const service = await startLocalService({ folder, system, log: () => {}, publicOrigin });
    onTestFinished(() => service.close());
    // An emulator's network leads from there to here.
    const through: typeof fetch = (input, init) =>
      fetch(String(input).replace(publicOrigin, service.origin), init);
    const token = () => signIn(publicOrigin, "alice", through);
    const options = { platform: "android", version: "6.8.0", name: "x", token, fetch: through } as const;
    const phone = await createPhone({ ...options, origin: publicOrigin });
    expect((await phone.register()).ok).toBe(true);
    const other = await createPhone({ ...options, origin: service.origin });
    expect(await other.register()).toMatchObject({ ok: false, problem: { code: "proof-invalid" } });
  });
});
