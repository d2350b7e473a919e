import { hash } from "node:crypto";
import { type JSONWebKeySet, type JWTPayload, SignJWT } from "jose";
import { uuidOf } from "../../shared/formats.ts";
import type { System } from "../../shared/system.ts";
import type { IssuerKey } from "./key.ts";
import {
  ACR,
  AUDIENCE,
  AUTHENTICATION_CONTEXT,
  CLIENT,
  issuerIdentifier,
  type Profile,
  ROLES,
  SCOPE,
} from "./settings.ts";
import { type TokenRequest, tokenRequest } from "./tokenRequest.ts";

/** The tenant of Microsoft's personal accounts. */
const PERSONAL_TENANT = "9188040d-6c67-4c5b-b112-36a304b66dad";

/** What a test may set to make a token that must be refused. Times are seconds since 1970. */
export interface Overrides {
  readonly iss?: string;
  readonly aud?: string;
  readonly nbf?: number;
  readonly exp?: number;
  /** The header's `typ`. */
  readonly typ?: string;
}

export interface Issuer {
  /** An access token, signed with ES256. Rejects with a ZodError if the request is malformed. */
  sign(request: TokenRequest, overrides?: Overrides): Promise<string>;
  jwks(): JSONWebKeySet;
}

/** Plays all the issuers of `issuerSettings`: signs whatever is asked. For development and tests only. */
export function createIssuer({ key, now }: { key: IssuerKey } & Pick<System, "now">): Issuer {
  return {
    jwks: () => ({ keys: [key.publicJwk] }),
    sign: async (request, overrides = {}) => {
      const { owner, kind, profile, tenant, signedInSecondsAgo, expiresIn, cnf, ...asked } =
        tokenRequest.parse(request);
      const isApp = kind === "provider" && !asked.person;
      const { typ = profile === "oidc" ? "at+jwt" : "JWT", ...claims } = overrides;
      const iat = Math.floor(now() / 1000);
      const payload = {
        iss: issuerIdentifier(kind, profile).replace("{tenantid}", tenant),
        sub: owner,
        aud: AUDIENCE,
        iat,
        nbf: iat,
        exp: iat + expiresIn,
        ...(isApp ? appAccess(profile, owner) : access(profile)),
        ...(ROLES[kind] && { roles: asked.roles ?? ROLES[kind] }),
        ...(profile !== "oidc" && { oid: isApp ? owner : objectIdOf(owner), ver: "2.0" }),
        ...(profile === "entra" && { tid: tenant }),
        ...(profile === "entra-personal" && { tid: PERSONAL_TENANT }),
        ...(!isApp && {
          auth_time: iat - signedInSecondsAgo,
          ...assurance(profile, asked.secondFactor),
        }),
        ...(cnf !== undefined && { cnf: { jkt: cnf } }),
        ...claims,
      };
      return new SignJWT(payload)
        .setProtectedHeader({ alg: "ES256", typ, kid: key.publicJwk.kid })
        .sign(key.privateKey);
    },
  };
}

/** What the token may be used for, and by which app: RFC 9068 in the oidc profile, Entra's own claims in the others. */
function access(profile: Profile): JWTPayload {
  return profile === "oidc" ? { scope: SCOPE, client_id: CLIENT } : { scp: SCOPE, azp: CLIENT };
}

/** An app's own token: RFC 9068, section 2.2, has the client as its subject; Entra says `idtyp`. */
function appAccess(profile: Profile, client: string): JWTPayload {
  return profile === "oidc" ? { client_id: client } : { azp: client, idtyp: "app" };
}

/** A person's object id at Entra: another name than `sub`, which differs from app to app there. */
export function objectIdOf(owner: string): string {
  return uuidOf(hash("sha256", `object id of ${owner}`, "buffer"), 8);
}

/** How each profile tells of a second factor, or does not. */
function assurance(profile: Profile, secondFactor: boolean): JWTPayload {
  switch (profile) {
    case "oidc":
      // Values of `amr`: RFC 8176.
      return secondFactor ? { amr: ["pwd", "otp", "mfa"], acr: ACR } : { amr: ["pwd"] };
    case "entra":
      return secondFactor ? { acrs: [AUTHENTICATION_CONTEXT] } : {};
    case "entra-personal":
      return {};
  }
}
