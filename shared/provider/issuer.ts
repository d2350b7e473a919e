import type { IssuerSetting } from "../config/settings.ts";

/** The segment of an issuer of Microsoft Entra that is its tenant's id. */
const TENANT = /\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?=\/|$)/;

/**
 * Who issues the accounts of an issuer, as verified sign-ins name it (`Identity.authority`), where a tenant's provider
 * may ask for codes of these accounts; undefined where it may not, or there is no such issuer.
 */
export function authorityFor(
  issuers: readonly IssuerSetting[],
  issuer: string,
  tenant: string,
): string | undefined {
  const setting = issuers.find((other) => other.issuer === issuer && other.kind === "personal");
  if (!setting) return undefined;
  const own = setting.profile === "oidc" ? setting.tenant : TENANT.exec(issuer)?.[1];
  if (own !== tenant) return undefined;
  return setting.profile === "oidc" ? issuer : tenant;
}
