import type { JWTPayload } from "jose";
import { type IssuerSetting, TENANT_PLACE } from "../config/settings.ts";

/** Microsoft's tenant of personal accounts: Entra's address of any tenant stands for it too, and it is no organization. */
const PERSONAL_TENANT = "9188040d-6c67-4c5b-b112-36a304b66dad";

/** A tenant's id, as Entra writes it. */
const TENANT = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Whether an issuer that is written with the place of the tenant is, for the tenant of these claims, the one they name. */
function isOfTenant(issuer: string, { iss, tid }: JWTPayload): boolean {
  return typeof tid === "string" && TENANT.test(tid) && issuer.replace(TENANT_PLACE, tid) === iss;
}

/**
 * Finds the setting of the issuer that claims name: the one that is written so, else that of the family whose member the
 * tenant's is. A setting of its own comes first, so that one tenant can be of another kind than the rest.
 */
export function findIssuer<Known extends { readonly issuer: IssuerSetting }>(
  all: readonly Known[],
): (claims: JWTPayload) => Known | undefined {
  const isFamily = ({ issuer }: Known) => issuer.issuer.includes(TENANT_PLACE);
  const families = all.filter(isFamily);
  const exact = new Map(all.filter((known) => !isFamily(known)).map((known) => [known.issuer.issuer, known]));
  return (claims) =>
    exact.get(claims.iss ?? "") ??
    (claims.tid === PERSONAL_TENANT
      ? undefined
      : families.find(({ issuer }) => isOfTenant(issuer.issuer, claims)));
}

/**
 * Whether a signing key may sign for the issuer that the claims name: Entra's set of keys for any tenant says with a key
 * whose it is, and a key of one issuer must not speak for another.
 * @param issuer the key's member `issuer`
 */
export function maySignFor(issuer: unknown, claims: JWTPayload): boolean {
  if (issuer === undefined || issuer === claims.iss) return true;
  return typeof issuer === "string" && issuer.includes(TENANT_PLACE) && isOfTenant(issuer, claims);
}
