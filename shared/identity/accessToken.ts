import type { JWTPayload } from "jose";
import type { IssuerSetting } from "../config/settings.ts";
import { texts } from "./claims.ts";

/** The header's `typ`, in lower case: RFC 9068, section 2.1, names `at+jwt`; Microsoft Entra's access tokens say `JWT`. */
const TYPES: Readonly<Record<IssuerSetting["profile"], readonly string[]>> = {
  oidc: ["at+jwt", "application/at+jwt"],
  entra: ["jwt"],
  "entra-personal": ["jwt"],
};

/** What ID tokens have and access tokens don't (OpenID Connect Core 1.0, sections 2 and 3.3.2.11). */
const OF_ID_TOKENS = ["nonce", "at_hash", "c_hash"];

/**
 * Where Entra names the app that an access token was issued to (v2.0 and v1.0). Its ID tokens, which are of the same
 * type and may have a `roles` claim, name none, and have no `nonce` where the app asked for none.
 */
const APP_CLAIMS = ["azp", "appid"];

/** Where issuers name the client that a token was issued to: RFC 9068; OpenID Connect; Entra's tokens of version 1. */
const CLIENT_CLAIMS = ["client_id", "azp", "appid"];

/**
 * Whether a verified token was issued to call this service, as the issuer's setting asks. An ID token, or a token that
 * another app got for another purpose, is signed by the same issuer for the same person: taken here, whoever holds it
 * would be that person.
 */
export function isAccessToken(typ: string | undefined, payload: JWTPayload, issuer: IssuerSetting): boolean {
  const { profile, scopes, roles, clients } = issuer;
  return (
    TYPES[profile].includes(typ?.toLowerCase() ?? "") &&
    !OF_ID_TOKENS.some((name) => name in payload) &&
    (profile === "oidc" || APP_CLAIMS.some((name) => isName(payload[name]))) &&
    (scopes === undefined ||
      scopesOf(payload).some((scope) => scopes.includes(scope)) ||
      isOfProvider(payload, issuer)) &&
    (roles === undefined || texts(payload.roles).some((role) => roles.includes(role))) &&
    (clients === undefined || isForOneOf(clients, payload))
  );
}

/**
 * Whether a verified token was issued to an app for itself (client credentials). At Entra `idtyp` says so where the app
 * registration asks for it, and else that app and subject are one object and nothing was delegated; RFC 9068, section 2.2,
 * gives such a token the client's own id as its subject.
 * https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
 */
export function isOfApp(payload: JWTPayload, { profile }: Pick<IssuerSetting, "profile">): boolean {
  const { sub, oid, idtyp, scp } = payload;
  if (profile !== "oidc") return idtyp === undefined ? scp === undefined && oid === sub : idtyp === "app";
  return payload.auth_time === undefined && CLIENT_CLAIMS.some((name) => payload[name] === sub);
}

/**
 * An organization's app has its token of the same issuer as the organization's people, whose setting asks for a scope:
 * that an app may call is said by its app roles.
 */
function isOfProvider(payload: JWTPayload, issuer: IssuerSetting): boolean {
  return issuer.kind === "work-or-school" && isOfApp(payload, issuer) && texts(payload.roles).length > 0;
}

/** `scope` is one text (RFC 9068, section 2.2.3); `scp` is one at Entra, and a list elsewhere. */
function scopesOf({ scp, scope }: JWTPayload): string[] {
  return [scp, scope].flatMap((claim) => (typeof claim === "string" ? claim.split(" ") : texts(claim)));
}

/** A token that names two clients is good only if both are allowed. */
function isForOneOf(clients: readonly string[], payload: JWTPayload): boolean {
  const named = CLIENT_CLAIMS.map((name) => payload[name]).filter((client) => client !== undefined);
  return named.length > 0 && named.every((client) => typeof client === "string" && clients.includes(client));
}

function isName(claim: unknown): boolean {
  return typeof claim === "string" && claim !== "";
}
