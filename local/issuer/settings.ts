export const KINDS = ["personal", "work-or-school", "provider", "operator"] as const;
export const PROFILES = ["oidc", "entra", "entra-personal"] as const;

export type Kind = (typeof KINDS)[number];
export type Profile = (typeof PROFILES)[number];

/** Who the tokens are for: the service. */
export const AUDIENCE = "api://authenticator-backup";

/** Says that a second factor was shown: `acr` of the oidc profile (RFC 9470). */
export const ACR = "urn:authenticator-backup:mfa";

/** The same in the entra profile: one of the authentication contexts in `acrs`. */
export const AUTHENTICATION_CONTEXT = "c1";

/** What a token allows: to call the service. */
export const SCOPE = "Backup.ReadWrite";

/** The app that tokens are issued to. */
export const CLIENT = "f1d2c3b4-a596-4877-9e68-5a4b3c2d1e0f";

/** One entry of the service's `ISSUERS` setting. */
interface IssuerSetting {
  readonly issuer: string;
  readonly jwksUri: string;
  readonly audience: string;
  readonly kind: Kind;
  readonly profile: Profile;
  readonly algorithms: readonly string[];
  readonly secondFactor: "always" | "when-known";
  /** Only for the entra profile. */
  readonly authenticationContext?: string;
  /** Only for the oidc profile. */
  readonly acrValues?: readonly string[];
  /** Only for the oidc profile. */
  readonly tenant?: string;
  /** Only for people's tokens. */
  readonly scopes?: readonly string[];
  readonly clients?: readonly string[];
}

/** The organization of the oidc profile's accounts, and of any other that asks for none. */
export const TENANT = "6f1c2d3e-4a5b-4c6d-8e7f-8091a2b3c4d5";

/** What apps and operators may do here. */
export const ROLES: Readonly<Partial<Record<Kind, readonly string[]>>> = {
  provider: ["Activations.Issue", "Activations.Read", "Codes.Verify"],
  operator: ["Operations.Read", "Operations.Act"],
};

/**
 * An issuer's identifier is a name, not its address: an owner, known by `iss` and `sub`, stays the same whatever the
 * port.
 */
export function issuerIdentifier(kind: Kind, profile: Profile): string {
  // As Entra's tenants are: a family, of which a token names the member.
  if (kind === "work-or-school" && profile === "entra") return "https://issuer.localhost/{tenantid}/v2.0";
  return `https://issuer.localhost/${kind}/${profile}`;
}

/** Whether the development issuer plays this one: Microsoft's issuer of personal accounts has no others. */
export function isIssued(kind: Kind, profile: Profile): boolean {
  return profile !== "entra-personal" || kind === "personal";
}

/** The service's `ISSUERS` setting: every issuer that is played, with its keys at `jwksUri`. */
export function issuerSettings(jwksUri: string): IssuerSetting[] {
  return KINDS.flatMap((kind) =>
    PROFILES.filter((profile) => isIssued(kind, profile)).map((profile) => ({
      issuer: issuerIdentifier(kind, profile),
      jwksUri,
      audience: AUDIENCE,
      kind,
      profile,
      algorithms: ["ES256"],
      secondFactor: "when-known" as const,
      ...(profile === "oidc" && { acrValues: [ACR] }),
      ...(profile === "entra" && { authenticationContext: AUTHENTICATION_CONTEXT }),
      ...(profile === "oidc" && { tenant: TENANT }),
      // Providers and operators are told by the roles of their tokens.
      ...(ROLES[kind] === undefined && { scopes: [SCOPE], clients: [CLIENT] }),
    })),
  );
}
