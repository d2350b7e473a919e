import type { JWTPayload } from "jose";
import { describe, expect, it } from "vitest";
import type { IssuerSetting } from "../../../shared/config/settings.ts";
import { isAccessToken } from "../../../shared/identity/accessToken.ts";

const oidc: IssuerSetting = {
  issuer: "https://issuer.example/oidc",
  jwksUri: "https://issuer.example/keys",
  audience: "api://authenticator-backup",
  kind: "personal",
  profile: "oidc",
  algorithms: ["ES256"],
  secondFactor: "when-known",
};
const entra: IssuerSetting = { ...oidc, profile: "entra" };
const personal: IssuerSetting = { ...oidc, profile: "entra-personal" };

/** Whether a token is taken by an issuer that asks this. */
function isTaken(asked: Partial<IssuerSetting>, payload: JWTPayload): boolean {
  return isAccessToken("at+jwt", payload, { ...oidc, ...asked });
}

describe("an access token", () => {
  it.each([
    [oidc, "at+jwt"],
    [oidc, "AT+JWT"],
    [oidc, "application/at+jwt"],
    [entra, "JWT"],
    [entra, "jwt"],
    [personal, "JWT"],
  ])("has the type of its issuer's profile: $profile, %s", (issuer, typ) => {
    expect(isAccessToken(typ, { azp: "app" }, issuer)).toBe(true);
  });

  it.each([
    [oidc, "JWT"],
    [oidc, "application/jwt"],
    [oidc, "id+jwt"],
    [oidc, "at+jwt "],
    [oidc, ""],
    [oidc, undefined],
    [entra, "at+jwt"],
    [entra, undefined],
    [personal, "application/at+jwt"],
  ])("has no other type: $profile, %s", (issuer, typ) => {
    expect(isAccessToken(typ, { azp: "app" }, issuer)).toBe(false);
  });

  it.each([entra, personal])(
    "of Entra names the app that it was issued to, also where no setting asks: an ID token, of the same type, does not ($profile)",
    (issuer) => {
      expect(isAccessToken("JWT", {}, issuer)).toBe(false);
      expect(isAccessToken("JWT", { client_id: "app", roles: ["Operator"] }, issuer)).toBe(false);
      for (const app of ["", null, 7, ["app"]])
        expect(isAccessToken("JWT", { azp: app }, issuer)).toBe(false);
      expect(isAccessToken("JWT", { azp: "app" }, issuer)).toBe(true);
      expect(isAccessToken("JWT", { appid: "app" }, issuer)).toBe(true);
    },
  );

  it.each(["nonce", "at_hash", "c_hash"])("has no %s: an ID token has", (name) => {
    for (const value of ["x", "", null, undefined, 0]) expect(isTaken({}, { [name]: value })).toBe(false);
  });
});

describe("an issuer's setting", () => {
  const scopes = ["Backup.ReadWrite", "Backup.Manage"];

  it.each([
    { scp: "Backup.ReadWrite" },
    { scp: "openid Backup.Manage" },
    { scope: "Backup.ReadWrite profile" },
    { scp: ["openid", "Backup.ReadWrite"] },
    { scp: "openid", scope: "Backup.ReadWrite" },
    { scp: [7, "Backup.Manage"] },
  ])("may ask for one of several scopes, and finds it in %j", (payload) => {
    expect(isTaken({ scopes }, payload)).toBe(true);
  });

  it.each([
    {},
    { scp: "" },
    { scp: "openid" },
    { scp: "backup.readwrite" },
    { scp: "Backup.ReadWrite.All" },
    { scp: "Backup" },
    { scp: "Backup.ReadWrite,openid" },
    { scp: ["openid Backup.ReadWrite"] },
    { scope: { "Backup.ReadWrite": true } },
    { scp: null },
    { roles: ["Backup.ReadWrite"] },
  ])("that asks for a scope does not find it in %j", (payload) => {
    expect(isTaken({ scopes }, payload)).toBe(false);
  });

  it.each([
    [{ roles: ["Operator"] }, true],
    [{ roles: ["Reader", "Operator"] }, true],
    [{ roles: ["operator"] }, false],
    [{ roles: "Operator" }, false],
    [{ scp: "Operator" }, false],
    [{ roles: [] }, false],
    [{}, false],
  ])("may ask for an app role: %j", (payload, taken) => {
    expect(isTaken({ roles: ["Admin", "Operator"] }, payload)).toBe(taken);
  });

  it.each([
    [{ client_id: "app" }, true],
    [{ azp: "app" }, true],
    [{ appid: "other-app" }, true],
    [{ client_id: "app", azp: "other-app" }, true],
    [{ client_id: "app", azp: "stranger" }, false],
    [{ azp: "app", appid: "stranger" }, false],
    [{ azp: "App" }, false],
    [{ azp: ["app"] }, false],
    [{ azp: null }, false],
    [{ sub: "app" }, false],
    [{}, false],
  ])("may name the clients: %j", (payload, taken) => {
    expect(isTaken({ clients: ["app", "other-app"] }, payload)).toBe(taken);
  });

  it("that asks for all of this has to find all of it", () => {
    const asked = { scopes, roles: ["Operator"], clients: ["app"] };
    const payload = { scp: "Backup.Manage", roles: ["Operator"], azp: "app" };
    expect(isTaken(asked, payload)).toBe(true);
    for (const name of Object.keys(payload)) expect(isTaken(asked, { ...payload, [name]: "x" })).toBe(false);
  });

  it("that asks for nothing takes every access token of its issuer", () => {
    expect(isTaken({}, {})).toBe(true);
    expect(isTaken({}, { scp: "openid", roles: ["x"], azp: "stranger" })).toBe(true);
  });
});
