import { createLocalJWKSet, jwtVerify } from "jose";
import { describe, expect, it } from "vitest";
import { createIssuer } from "../../../local/issuer/issuer.ts";
import { generateKey } from "../../../local/issuer/key.ts";
import { issuerSettings } from "../../../local/issuer/settings.ts";

const NOW = Date.UTC(2026, 10, 22, 7);
const SECONDS = NOW / 1000;
const issuer = createIssuer({ key: await generateKey(), now: () => NOW });
const keys = createLocalJWKSet(issuer.jwks());
const settings = issuerSettings("http://127.0.0.1:7071/dev/jwks");

/** As the service does it, from nothing but the JWKS. */
const verify = (token: string, typ = "at+jwt") =>
  jwtVerify(token, keys, { algorithms: ["ES256"], typ, currentDate: new Date(NOW) });

const claims = async (request: Parameters<typeof issuer.sign>[0]) =>
  (await verify(await issuer.sign(request), request.profile?.startsWith("entra") ? "JWT" : "at+jwt")).payload;

describe("a token of the development issuer", () => {
  it("says who signed in, when and with what, in the oidc profile unless asked otherwise", async () => {
    expect(await claims({ owner: "alice" })).toEqual({
      iss: "https://issuer.localhost/personal/oidc",
      sub: "alice",
      aud: "api://authenticator-backup",
      iat: SECONDS,
      nbf: SECONDS,
      exp: SECONDS + 3600,
      auth_time: SECONDS,
      scope: "Backup.ReadWrite",
      client_id: "f1d2c3b4-a596-4877-9e68-5a4b3c2d1e0f",
      amr: ["pwd", "otp", "mfa"],
      acr: "urn:authenticator-backup:mfa",
    });
  });

  it.each(["entra", "entra-personal"] as const)(
    "in the %s profile names scope and client as Entra does",
    async (profile) => {
      const payload = await claims({ owner: "alice", profile });
      expect(payload).toMatchObject({ scp: "Backup.ReadWrite", azp: "f1d2c3b4-a596-4877-9e68-5a4b3c2d1e0f" });
      for (const absent of ["scope", "client_id"]) expect(payload).not.toHaveProperty(absent);
    },
  );

  it("in the oidc profile says that there was no second factor", async () => {
    const payload = await claims({ owner: "alice", secondFactor: false });
    expect(payload.amr).toEqual(["pwd"]);
    expect(payload).not.toHaveProperty("acr");
  });

  it("in the entra profile names the authentication context instead of amr", async () => {
    const payload = await claims({ owner: "alice", kind: "work-or-school", profile: "entra" });
    expect(payload).toMatchObject({ ver: "2.0", acrs: ["c1"], tid: expect.stringMatching(/^[\da-f-]{36}$/) });
    expect(payload).not.toHaveProperty("amr");
    expect(await claims({ owner: "a", profile: "entra", secondFactor: false })).not.toHaveProperty("acrs");
  });

  it("in the entra-personal profile says nothing of a second factor", async () => {
    const payload = await claims({ owner: "alice", profile: "entra-personal" });
    expect(payload.tid).toBe("9188040d-6c67-4c5b-b112-36a304b66dad");
    for (const absent of ["amr", "acr", "acrs"]) expect(payload).not.toHaveProperty(absent);
  });

  it("tells an earlier sign-in, another lifetime and the key it is bound to", async () => {
    const cnf = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";
    const payload = await claims({ owner: "alice", signedInSecondsAgo: 700, expiresIn: 5, cnf });
    expect(payload).toMatchObject({ auth_time: SECONDS - 700, exp: SECONDS + 5, cnf: { jkt: cnf } });
  });

  it("can be one that must be refused, for tests", async () => {
    const overrides = { iss: "https://elsewhere", aud: "api://other", nbf: 3, exp: 4, typ: "JWT" };
    const token = await issuer.sign({ owner: "alice" }, overrides);
    await expect(verify(token)).rejects.toThrow(/"typ"/);
    const { payload, protectedHeader } = await jwtVerify(token, keys, { currentDate: new Date(3500) });
    expect({ ...payload, ...protectedHeader }).toMatchObject(overrides);
  });

  it("isn't made from a request that means nothing", async () => {
    await expect(issuer.sign({ owner: "" })).rejects.toThrow(/owner/);
    await expect(issuer.sign({ owner: "a", kind: "provider", profile: "entra-personal" })).rejects.toThrow(
      /personal alone/,
    );
  });
});

describe("the issuers in the service's configuration", () => {
  it.each(settings)(
    "are those that sign: $issuer",
    async ({ issuer: iss, audience, kind, profile, algorithms }) => {
      const token = await issuer.sign({ owner: "alice", kind, profile });
      const issuedBy = iss.replace("{tenantid}", "6f1c2d3e-4a5b-4c6d-8e7f-8091a2b3c4d5");
      const options = { issuer: issuedBy, audience, algorithms: [...algorithms], currentDate: new Date(NOW) };
      expect((await jwtVerify(token, keys, options)).payload.sub).toBe("alice");
    },
  );

  it("say how each profile tells of a second factor", () => {
    const personal = settings.filter(({ kind }) => kind === "personal");
    const access = { scopes: ["Backup.ReadWrite"], clients: ["f1d2c3b4-a596-4877-9e68-5a4b3c2d1e0f"] };
    const common = {
      ...access,
      jwksUri: "http://127.0.0.1:7071/dev/jwks",
      audience: "api://authenticator-backup",
      kind: "personal",
      algorithms: ["ES256"],
      secondFactor: "when-known",
    };
    const issuerOf = (profile: string) => `https://issuer.localhost/personal/${profile}`;
    expect(personal).toEqual([
      {
        ...common,
        profile: "oidc",
        issuer: issuerOf("oidc"),
        acrValues: ["urn:authenticator-backup:mfa"],
        tenant: "6f1c2d3e-4a5b-4c6d-8e7f-8091a2b3c4d5",
      },
      { ...common, profile: "entra", issuer: issuerOf("entra"), authenticationContext: "c1" },
      { ...common, profile: "entra-personal", issuer: issuerOf("entra-personal") },
    ]);
  });

  it("are nine, with identifiers of their own", () => {
    expect(new Set(settings.map(({ issuer }) => issuer)).size).toBe(9);
  });
});
