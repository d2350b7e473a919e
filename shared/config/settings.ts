import * as z from "zod";

/** An account's issuer, as the configuration names it. */
export const issuerSetting = z.strictObject({
  /** The `iss` of its tokens, to the letter. */
  issuer: z.url({ protocol: /^https$/ }),
  /** Where its keys are: https, or http on this machine's loopback. */
  jwksUri: z.url({ abort: true }).refine(isSecureOrLoopback, "https, or http on loopback"),
  /** The `aud` of tokens for this service. */
  audience: z.string().min(1),
  /** Whose accounts it holds. Owners are `personal`; the others are told apart to be refused with a reason. */
  kind: z.enum(["personal", "work-or-school", "provider", "operator"]),
  /** How its tokens tell when and how somebody signed in. See docs/architecture.md. */
  profile: z.enum(["oidc", "entra", "entra-personal"]),
  algorithms: z.array(z.enum(["RS256", "PS256", "ES256"])).min(1),
  /** Ask for a second factor always, or of those who have once signed in with one. */
  secondFactor: z.enum(["always", "when-known"]),
  /** `acr` values that stand for a second factor (profile oidc). */
  acrValues: z.array(z.string().min(1)).optional(),
  /** The authentication context that stands for a second factor (profile entra), such as `c1`. */
  authenticationContext: z.string().min(1).optional(),
});

export type IssuerSetting = z.infer<typeof issuerSetting>;

function isSecureOrLoopback(address: string): boolean {
  const { protocol, hostname } = new URL(address);
  return (
    protocol === "https:" || (protocol === "http:" && ["127.0.0.1", "localhost", "[::1]"].includes(hostname))
  );
}

const json = z.string().transform((text, context) => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    context.addIssue({ code: "custom", message: "not JSON" });
    return z.NEVER;
  }
});

const origin = z
  .url({ abort: true })
  .refine(isSecureOrLoopback, "https, or http on loopback")
  .refine((address) => new URL(address).origin === address, "an origin: no path, no slash at the end");

/** Every setting, in one place: what it is, what it is when left out, and what it means. */
export const settings = {
  PUBLIC_ORIGIN: {
    schema: origin,
    meaning: "The origin phones call, as it stands in a device proof's `htu`. Never taken from a request.",
  },
  ISSUERS: {
    schema: json.pipe(z.array(issuerSetting).min(1)),
    meaning: "The issuers whose access tokens are accepted, as a JSON array.",
  },
  STEP_UP_MAX_AGE_SECONDS: {
    schema: z.coerce.number().int().min(60).max(3600).default(600),
    meaning: "How long a sign-in counts as recent (RFC 9470 `max_age`).",
  },
  STORE: {
    schema: z.enum(["sqlite"]),
    meaning: "Where backups are kept: sqlite, a file on this machine.",
  },
  SQLITE_FILE: {
    schema: z.string().min(1).default(".local/backup.db"),
    meaning: "The database file of STORE=sqlite.",
  },
  KEYS: {
    schema: z.enum(["file"]),
    meaning: "Who holds the key encryption key: file, an RSA key on this machine.",
  },
  KEY_FILE: {
    schema: z.string().min(1).default(".local/key-encryption-key.pem"),
    meaning: "The key file of KEYS=file, made on the first start.",
  },
} as const satisfies Record<string, { schema: z.ZodType; meaning: string }>;
