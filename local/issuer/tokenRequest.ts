import * as z from "zod";
import { isIssued, KINDS, PROFILES, TENANT } from "./settings.ts";

const YEAR = 365 * 24 * 3600;

/** What may be asked of the development issuer. */
export const tokenRequest = z
  .strictObject({
    /** The token's `sub`. */
    owner: z.string().min(1).max(128),
    kind: z.enum(KINDS).default("personal"),
    profile: z.enum(PROFILES).default("oidc"),
    /** Of the entra profile: the organization's tenant, made up. */
    tenant: z.guid().default(TENANT),
    /** The app roles of a provider or an operator; all of its kind where this is left out. */
    roles: z.array(z.string().min(1).max(64)).max(8).optional(),
    /** Whether a person signed in to the provider's app, rather than the app itself. */
    person: z.boolean().default(false),
    /** Whether the sign-in showed a second factor. No entra-personal token says so. */
    secondFactor: z.boolean().default(true),
    /** Seconds since the sign-in, for `auth_time`. */
    signedInSecondsAgo: z.int().min(0).max(YEAR).default(0),
    /** Seconds that the token is valid. */
    expiresIn: z.int().min(1).max(YEAR).default(3600),
    /** The thumbprint of the one key that may use the token (RFC 9449, section 6.1). */
    cnf: z
      .string()
      .regex(/^[\w-]{43}$/, "must be a base64url SHA-256 thumbprint")
      .optional(),
  })
  .refine(({ kind, profile }) => isIssued(kind, profile), {
    path: ["profile"],
    message: "entra-personal goes with kind personal alone",
  });

/** The request, in which what has a default may be left out. */
export type TokenRequest = z.input<typeof tokenRequest>;
