import { CompactSign, exportJWK, generateKeyPair } from "jose";
import { describe, expect, it } from "vitest";
import type { IssuerSetting } from "../../../shared/config/settings.ts";
import { keysIn } from "../../../shared/identity/signingKeys.ts";
import { createTokenVerifier } from "../../../shared/identity/token.ts";

const NOW = 1_795_330_800;

const issuer: IssuerSetting = {
  issuer: "https://issuer.example/",
  jwksUri: "https://issuer.example/keys",
  audience: "api://authenticator-backup",
  kind: "personal",
  profile: "oidc",
  algorithms: ["ES256"],
  secondFactor: "when-known",
};

const CLAIMS = { iss: issuer.issuer, aud: issuer.audience, exp: NOW + 3600, sub: "alice" };

/** Signs any bytes: claims as an issuer of any quality would write them. */
async function startIssuer({
  settings = [issuer],
  jwk = {},
}: {
  settings?: IssuerSetting[];
  jwk?: object;
} = {}) {
  const { privateKey, publicKey } = await generateKeyPair("ES256", { extractable: true });
  const keys = keysIn({ keys: [{ ...(await exportJWK(publicKey)), kid: "1", ...jwk }] });
  const verify = createTokenVerifier({
    issuers: settings,
    system: { now: () => NOW * 1000 },
    keysOf: () => keys,
  });
  return async (claims: object | Uint8Array, typ = "at+jwt") => {
    const bytes = claims instanceof Uint8Array ? claims : Buffer.from(JSON.stringify(claims));
    const token = await new CompactSign(bytes)
      .setProtectedHeader({ alg: "ES256", typ, kid: "1" })
      .sign(privateKey);
    return await verify(token);
  };
}

describe("who a token is of", () => {
  it("is told by claims that every reader reads the same: two people are never one owner", async () => {
    const verify = await startIssuer();
    const written = JSON.stringify({ ...CLAIMS, sub: "~" });
    const withByte = (byte: number) => {
      const bytes = Buffer.from(written);
      bytes[bytes.indexOf("~")] = byte;
      return bytes;
    };
    expect(await verify(withByte(0x61))).toMatchObject({ refused: undefined });
    for (const claims of [
      withByte(0xfe),
      withByte(0xff),
      { ...CLAIMS, sub: "\ud800" },
      { ...CLAIMS, sub: "\udc00" },
    ]) {
      expect(await verify(claims)).toMatchObject({ refused: { reason: "token-invalid" } });
    }
  });
});

describe("a token of Entra", () => {
  const TENANT = "0a1b2c3d-4e5f-4a6b-8c7d-8e9fa0b1c2d3";
  const OTHER = "1a1b2c3d-4e5f-4a6b-8c7d-8e9fa0b1c2d3";
  const PERSONAL = "9188040d-6c67-4c5b-b112-36a304b66dad";
  const issuerOf = (tenant: string) => `https://login.example/${tenant}/v2.0`;
  const family: IssuerSetting = {
    ...issuer,
    issuer: issuerOf("{tenantid}"),
    kind: "work-or-school",
    profile: "entra",
  };
  const ofTenant = (tenant: string) => ({ ...CLAIMS, iss: issuerOf(tenant), tid: tenant, azp: "app" });
  const INVALID = { refused: { reason: "token-invalid" } };

  it("is a work or school account's, whatever the tenant [A4]", async () => {
    const verify = await startIssuer({ settings: [family] });
    for (const tenant of [TENANT, OTHER]) {
      expect(await verify(ofTenant(tenant), "JWT")).toMatchObject({ identity: { issuer: family } });
    }
  });

  it("is of another person in each tenant, though the subject be the same", async () => {
    const verify = await startIssuer({ settings: [family] });
    const verdicts = [await verify(ofTenant(TENANT), "JWT"), await verify(ofTenant(OTHER), "JWT")];
    const ids = verdicts.map((verdict) => (verdict.refused ? undefined : verdict.identity.userId));
    expect(new Set(ids).size).toBe(2);
  });

  it("is of the kind that its tenant's own setting says", async () => {
    const own: IssuerSetting = { ...family, issuer: issuerOf(TENANT), kind: "operator" };
    const verify = await startIssuer({ settings: [family, own] });
    expect(await verify(ofTenant(TENANT), "JWT")).toMatchObject({ identity: { issuer: own } });
    expect(await verify(ofTenant(OTHER), "JWT")).toMatchObject({ identity: { issuer: family } });
  });

  it.each([
    ["names another tenant than its issuer", { ...ofTenant(TENANT), tid: OTHER }],
    ["names no tenant", { ...ofTenant(TENANT), tid: undefined }],
    ["names a tenant that is no text", { ...ofTenant(TENANT), tid: [TENANT] }],
    ["names what is no tenant", ofTenant("common")],
    ["names the family", ofTenant("{tenantid}")],
    ["names a tenant in another way than Entra does", ofTenant(TENANT.toUpperCase())],
    ["names a tenant that is a pattern of a replacement", ofTenant("$&")],
    ["is of an issuer with more behind it", { ...ofTenant(TENANT), iss: `${issuerOf(TENANT)}/` }],
    ["is a personal account's, which no organization's setting is for", ofTenant(PERSONAL)],
  ])("is refused where it %s", async (_, claims) => {
    const verify = await startIssuer({ settings: [family] });
    expect(await verify(claims, "JWT")).toMatchObject(INVALID);
  });

  it.each([
    ["no issuer", {}, true],
    ["the token's issuer", { issuer: issuerOf(TENANT) }, true],
    ["the family", { issuer: issuerOf("{tenantid}") }, true],
    ["another tenant's issuer", { issuer: issuerOf(OTHER) }, false],
    ["the issuer of personal accounts", { issuer: issuerOf(PERSONAL) }, false],
    ["another family", { issuer: "https://login.elsewhere/{tenantid}/v2.0" }, false],
    ["what is no text", { issuer: [issuerOf(TENANT)] }, false],
  ])("is judged by its key, which names %s", async (_, jwk, taken) => {
    const verify = await startIssuer({ settings: [family], jwk });
    const verdict = await verify(ofTenant(TENANT), "JWT");
    expect(verdict).toMatchObject(taken ? { refused: undefined } : INVALID);
  });
});
