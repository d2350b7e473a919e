import type { IssuerSetting } from "../config/settings.ts";

/** Who is asking, from an access token that was verified. */
export interface Identity {
  /** base64url(SHA-256(iss, 0x00, sub)): all that the store ever holds of who it is. */
  readonly userId: string;
  readonly issuer: IssuerSetting;
  /**
   * Who issues the account, the same for every app: the tenant's id at Microsoft Entra, else `iss`. With `subject` it
   * says whose account it is.
   */
  readonly authority: string;
  /** Who it is there: `oid` at Entra, since `sub` differs from app to app, else `sub`; undefined if the token is silent. */
  readonly subject: string | undefined;
  /** The organization: `tid`, or the `tenant` of the issuer's setting. */
  readonly tenant: string | undefined;
  /** App roles, of the `roles` claim. */
  readonly roles: readonly string[];
  /** Whether an app signed in by credentials of its own, and no person. */
  readonly isApp: boolean;
  /** When the person last signed in (`auth_time`), in seconds since the epoch; undefined if the token is silent. */
  readonly signedInAt: number | undefined;
  /** Whether the token says that a second factor was used. */
  readonly secondFactor: boolean;
  /** The thumbprint of the key that the token is bound to (RFC 9449, `cnf.jkt`), where it is bound. */
  readonly boundKey: string | undefined;
  /** base64url(SHA-256(access token)): the `ath` of its proofs. */
  readonly tokenHash: string;
}
