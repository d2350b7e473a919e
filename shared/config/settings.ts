import * as z from "zod";

/** An account's issuer, as the configuration names it. */
export const issuerSetting = z.strictObject({
  issuer: z.url({ protocol: /^https$/ }).describe("The `iss` of its tokens, to the letter."),
  jwksUri: z
    .url({ abort: true })
    .refine(isSecureOrLoopback, "https, or http on loopback")
    .describe("Where its keys are: https, or http on this machine's loopback."),
  audience: z.string().min(1).describe("The `aud` of tokens for this service."),
  kind: z
    .enum(["personal", "work-or-school", "provider", "operator"])
    .describe(
      "Whose accounts it holds. Owners are personal; the others are told apart to be refused with a reason.",
    ),
  profile: z
    .enum(["oidc", "entra", "entra-personal"])
    .describe("How its tokens tell when and how somebody signed in; see architecture.md."),
  algorithms: z
    .array(z.enum(["RS256", "PS256", "ES256"]))
    .min(1)
    .describe("What its tokens may be signed with."),
  secondFactor: z
    .enum(["always", "when-known"])
    .describe("Step-up asks for a second factor always, or of those who have once signed in with one."),
  acrValues: z
    .array(z.string().min(1))
    .optional()
    .describe("The `acr` values that stand for a second factor (profile oidc)."),
  authenticationContext: z
    .string()
    .min(1)
    .optional()
    .describe("The authentication context that stands for a second factor (profile entra), such as `c1`."),
  scopes: names("One of these must be among the token's scopes (`scp` or `scope`)."),
  roles: names("One of these app roles must be in the token's `roles`."),
  clients: names(
    "The clients whose tokens are accepted: what the token has of `client_id`, `azp` and `appid` must be among them.",
  ),
});

function names(meaning: string) {
  return z
    .array(z.string().regex(/^[^\s]+$/))
    .min(1)
    .optional()
    .describe(meaning);
}

export type IssuerSetting = z.infer<typeof issuerSetting>;

const LOOPBACK = ["127.0.0.1", "localhost", "[::1]"];

function isSecureOrLoopback(address: string): boolean {
  const { protocol } = new URL(address);
  return protocol === "https:" || (protocol === "http:" && isLoopback(address));
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

const cosmosEndpoint = z.url({ abort: true }).refine(isSecureOrLoopback, "https, or http on loopback");

/** The key encryption keys, `https://{vault}/keys/{name}` without a version, separated by commas. */
const keyIds = z
  .string()
  .transform((text) => text.split(",").map((id) => id.trim()))
  .pipe(
    z
      .array(z.string().regex(/^https:\/\/[a-z0-9.-]+\/keys\/[A-Za-z0-9-]{1,127}$/))
      .min(1)
      .max(16),
  );

/** Each is unwrapped once a process. */
export const MOST_SERVICE_KEYS = 8;

/**
 * The service key's ciphertexts, newest first. A key that is replaced stays in the list: what was made with it is
 * checked with it.
 */
export const wrappedServiceKeys = z
  .array(
    z.strictObject({
      kek: z.string().min(1),
      alg: z.literal("RSA-OAEP-256"),
      // As long as an RSA key of 2,048 to 4,096 bits.
      value: z.string().regex(/^[A-Za-z0-9_-]{342,683}$/),
      use: z.literal("references").optional(),
    }),
  )
  .min(1)
  .max(MOST_SERVICE_KEYS)
  .refine(
    (list) => list.every(({ use }, at) => use === undefined || (at > 0 && at === list.length - 1)),
    "only the last of several is for references alone",
  );

interface Setting {
  readonly schema: z.ZodType;
  /** What it is and what it means, for docs/configuration.md. */
  readonly meaning: string;
  /** The setting and the value of it with which this one counts; left out, it always does. */
  readonly of?: readonly ["STORE" | "KEYS", string];
}

/** Every setting, in one place: what it is, what it is when left out, and what it means. */
export const settings = {
  PUBLIC_ORIGIN: {
    schema: origin,
    meaning:
      "The origin that phones call, as it stands in a device proof's `htu`; never taken from a request. On Azure https.",
  },
  ISSUERS: {
    schema: json.pipe(z.array(issuerSetting).min(1)),
    meaning: "The issuers whose access tokens are accepted, a JSON array; each of the form below.",
  },
  STEP_UP_MAX_AGE_SECONDS: {
    schema: z.coerce.number().int().min(60).max(3600).default(600),
    meaning: "How many seconds a sign-in counts as recent (RFC 9470 `max_age`), 60 to 3,600.",
  },
  AZURE_CLIENT_ID: {
    schema: z.uuid().optional(),
    meaning:
      "The client id of the managed identity that signs in to Cosmos DB and Key Vault. Needed with STORE=cosmos, but for an emulator, and with KEYS=key-vault.",
  },
  STORE: {
    schema: z.enum(["sqlite", "cosmos"]),
    meaning: "Where backups are kept: `cosmos`, or `sqlite`, a file on this machine, which Azure refuses.",
  },
  SQLITE_FILE: {
    schema: z.string().min(1).default(".local/backup.db"),
    meaning: "The database file.",
    of: ["STORE", "sqlite"],
  },
  COSMOS_ENDPOINT: {
    schema: cosmosEndpoint.optional(),
    meaning: "The account's endpoint, `https://{account}.documents.azure.com`. Needed.",
    of: ["STORE", "cosmos"],
  },
  COSMOS_DATABASE: {
    schema: z.string().min(1).max(255).default("authenticator-backup"),
    meaning: "The database.",
    of: ["STORE", "cosmos"],
  },
  COSMOS_CONTAINER: {
    schema: z.string().min(1).max(255).default("owners"),
    meaning: "The container of owners' items, partition key `/userId`, time to live on without a default.",
    of: ["STORE", "cosmos"],
  },
  COSMOS_EMULATOR_KEY: {
    schema: z.base64().optional(),
    meaning: "The key of an emulator; refused unless the endpoint is on loopback.",
    of: ["STORE", "cosmos"],
  },
  KEYS: {
    schema: z.enum(["file", "key-vault"]),
    meaning:
      "Who holds the key encryption key: `key-vault`, or `file`, an RSA key on this machine, which Azure refuses.",
  },
  KEY_FILE: {
    schema: z.string().min(1).default(".local/key-encryption-key.pem"),
    meaning: "The key file, made on the first start.",
    of: ["KEYS", "file"],
  },
  KEY_VAULT_KEYS: {
    schema: keyIds.optional(),
    meaning:
      "The key encryption keys, `https://{vault}.vault.azure.net/keys/{name}` without a version, one a vault, separated by commas. Needed. Keep a vault in the list as long as an item is wrapped by it.",
    of: ["KEYS", "key-vault"],
  },
  SERVICE_KEY: {
    schema: json.pipe(wrappedServiceKeys).optional(),
    meaning:
      'The service\'s own key, 256 random bits that the key encryption key has wrapped: a JSON array of 1 to 8 `{"kek", "alg": "RSA-OAEP-256", "value"}`, newest first; made and changed by `npm run ops -- service-key`. Keep the last one for good: the keys of account references are derived from it; `"use": "references"` on it ends every other use. Needed with KEYS=key-vault; with KEYS=file, `service-key.json` beside the key file when left out, made on the first start.',
  },
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof settings;

export function isLoopback(address: string): boolean {
  return LOOPBACK.includes(new URL(address).hostname);
}
