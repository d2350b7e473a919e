import { expect, it } from "vitest";
import type { IssuerSetting } from "../../../shared/config/settings.ts";
import { authorityFor } from "../../../shared/provider/issuer.ts";

const TENANT = "6f1c2d3e-4a5b-4c6d-8e7f-8091a2b3c4d5";
const OTHER = "0a1b2c3d-4e5f-4a6b-8c7d-8e9fa0b1c2d3";

const setting = (issuer: string, members: Partial<IssuerSetting>): IssuerSetting => ({
  issuer,
  jwksUri: "https://issuer.example/keys",
  audience: "api",
  kind: "personal",
  profile: "oidc",
  algorithms: ["ES256"],
  secondFactor: "when-known",
  ...members,
});

const ENTRA = `https://login.microsoftonline.com/${TENANT}/v2.0`;

const issuers = [
  setting("https://a.example", { tenant: TENANT }),
  setting("https://none.example", {}),
  setting("https://work.example", { kind: "work-or-school", tenant: TENANT }),
  setting(ENTRA, { profile: "entra-personal" }),
  setting(`https://sts.example/${TENANT}`, { profile: "entra" }),
  setting(`https://${TENANT}.example/v2.0`, { profile: "entra" }),
];

it.each([
  ["https://a.example", TENANT, "https://a.example"],
  ["https://a.example", OTHER, undefined],
  ["https://a.example/", TENANT, undefined],
  ["https://none.example", TENANT, undefined],
  ["https://work.example", TENANT, undefined],
  ["https://unknown.example", TENANT, undefined],
  [ENTRA, TENANT, TENANT],
  [ENTRA, OTHER, undefined],
  [`https://sts.example/${TENANT}`, TENANT, TENANT],
  [`https://${TENANT}.example/v2.0`, TENANT, undefined],
])("accounts of %s are those of the organization %s under the name %s", (issuer, tenant, authority) => {
  expect(authorityFor(issuers, issuer, tenant)).toBe(authority);
});
