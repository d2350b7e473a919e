import { type JSONWebKeySet, type JWTPayload, SignJWT } from "jose";
import type { System } from "../../shared/system.ts";
import type { IssuerKey } from "./key.ts";
import {
  ACR,
  AUDIENCE,
  AUTHENTICATION_CONTEXT,
  CLIENT,
  issuerIdentifier,
  type Profile,
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
      const { owner, kind, profile, tenant, secondFactor, signedInSecondsAgo, expiresIn, cnf } =
        tokenRequest.parse(request);
      const { typ = profile === "oidc" ? "at+jwt" : "JWT", ...claims } = overrides;
      const iat = Math.floor(now() / 1000);
      const payload = {
        iss: issuerIdentifier(kind, profile).replace("{tenantid}", tenant),
        sub: owner,
        aud: AUDIENCE,
        iat,
        nbf: iat,
        exp: iat + expiresIn,
        auth_time: iat - signedInSecondsAgo,
        ...access(profile),
        ...assurance(profile, tenant, secondFactor),
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

/** How each profile tells of a second factor, or does not. */
function assurance(profile: Profile, tenant: string, secondFactor: boolean): JWTPayload {
  switch (profile) {
    case "oidc":
      // Values of `amr`: RFC 8176.
      return secondFactor ? { amr: ["pwd", "otp", "mfa"], acr: ACR } : { amr: ["pwd"] };
    case "entra":
      return { tid: tenant, ver: "2.0", ...(secondFactor && { acrs: [AUTHENTICATION_CONTEXT] }) };
    case "entra-personal":
      return { tid: PERSONAL_TENANT, ver: "2.0" };
  }
}
