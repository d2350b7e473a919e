import * as z from "zod";
import { isAppVersion, isOlder, MINIMUM_VERSION } from "../appVersion.ts";
import { tenantId } from "../formats.ts";
import type { Platform } from "../words.ts";
import {
  clientId,
  cosmosEndpoint,
  cosmosName,
  filePath,
  httpsAddress,
  isWithoutRepeats,
  json,
  listOf,
  origin,
  secureAddress,
  wholeNumber,
  word,
} from "./forms.ts";

/** Where the tenant's id stands in the issuers of Microsoft Entra's tenants, which are one family. */
export const TENANT_PLACE = "{tenantid}";

/** A whole segment of the path, never the host or a part of another name. */
const TENANT_SEGMENT = /(?<=[^/])\/\{tenantid\}(?=\/|$)/;

/** An account's issuer, as the configuration names it. */
export const issuerSetting = z
  .strictObject({
    issuer: z
      .string()
      .meta({ format: "uri" })
      .superRefine((issuer, { addIssue }) => {
        const { error } = httpsAddress.safeParse(issuer.replace(TENANT_SEGMENT, "/tenant"));
        for (const { message } of error?.issues ?? []) addIssue(message);
        if (issuer.includes("?")) addIssue("an issuer's identifier has no query");
      })
      .describe(
        "The `iss` of its tokens, to the letter. With `{tenantid}` as a segment of its path it is every tenant that has no entry of its own, but for that of personal accounts: with the profile `entra`, and never of kind `personal`.",
      ),
    jwksUri: secureAddress.describe("Where its keys are: https, or http on this machine's loopback."),
    audience: word.describe("The `aud` of tokens for this service."),
    kind: z
      .enum(["personal", "work-or-school", "provider", "operator"])
      .describe(
        "Whose accounts it holds. Owners are personal; of work or school accounts a sign-in can verify one; providers issue activation codes; operators run the service.",
      ),
    profile: z
      .enum(["oidc", "entra", "entra-personal"])
      .describe("How its tokens tell when and how somebody signed in; see architecture.md."),
    tenant: tenantId
      .optional()
      .describe(
        "Profile `oidc`: the organization that its accounts belong to, as manifests name it. Needed with kind `provider`: activations are issued for it alone. On a `personal` issuer: the organization whose provider may verify one-time codes of its accounts.",
      ),
    algorithms: listOf(z.enum(["RS256", "PS256", "ES256"])).describe("What its tokens may be signed with."),
    secondFactor: z
      .enum(["always", "when-known"])
      .describe(
        "Step-up asks for a second factor always, or of those who have once signed in with one. `always` needs a profile that tells: `oidc`, or `entra` with an `authenticationContext`.",
      ),
    acrValues: listOf(word)
      .optional()
      .describe("The `acr` values that stand for a second factor (profile oidc)."),
    authenticationContext: z
      .string()
      .regex(/^c[1-9]\d?$/, "c1 to c99")
      .optional()
      .describe("The authentication context that stands for a second factor (profile entra): `c1` to `c99`."),
    scopes: listOf(word)
      .optional()
      .describe("One of these must be among the token's scopes (`scp` or `scope`)."),
    roles: listOf(word).optional().describe("One of these app roles must be in the token's `roles`."),
    clients: listOf(word)
      .optional()
      .describe(
        "The clients whose tokens are accepted: what the token has of `client_id`, `azp` and `appid` must be among them.",
      ),
  })
  .superRefine(
    ({ issuer, kind, profile, tenant, secondFactor, acrValues, authenticationContext }, { addIssue }) => {
      const wrong = (member: string, message: string) =>
        addIssue({ code: "custom", path: [member], message });
      // Who signs in at any tenant is whoever its administrator says that they are.
      if (issuer.includes(TENANT_PLACE) && (kind === "personal" || profile !== "entra")) {
        wrong("issuer", `${TENANT_PLACE} is for the profile entra, and not for personal accounts`);
      }
      if (tenant !== undefined && profile !== "oidc")
        wrong("tenant", "tokens of this profile name their own");
      if (tenant === undefined && profile === "oidc" && kind === "provider") {
        wrong("tenant", "is needed: a provider issues for one organization alone");
      }
      if (acrValues && profile !== "oidc") wrong("acrValues", "tokens of this profile have no acr");
      if (authenticationContext !== undefined && profile !== "entra") {
        wrong("authenticationContext", "tokens of this profile name none");
      }
      // Otherwise nobody could ever step up.
      if (secondFactor === "always" && profile === "entra-personal") {
        wrong("secondFactor", "tokens of this profile don't tell of a second factor");
      }
      if (secondFactor === "always" && profile === "entra" && authenticationContext === undefined) {
        wrong(
          "secondFactor",
          "tokens of this profile tell of a second factor by an authenticationContext alone",
        );
      }
    },
  );

export type IssuerSetting = z.infer<typeof issuerSetting>;

const issuers = z
  .array(issuerSetting)
  .min(1)
  .refine(
    (list) => isWithoutRepeats(list.map(({ issuer }) => otherwiseWritten(issuer))),
    "an issuer twice, if only in another spelling",
  )
  .refine(
    (list) => list.some(({ kind }) => kind === "personal"),
    "none of kind personal: no owner could sign in",
  );

/** One text for all the spellings that people take for one issuer. */
function otherwiseWritten(issuer: string): string {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/%([0-9a-f]{2})/gi, (_, hex) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return (origin + path).toLowerCase().replace(/\/+$/, "");
}

/** The key encryption keys, `https://{vault}/keys/{name}` without a version, separated by commas. */
const keyIds = z
  .string()
  .transform((text) => text.split(",").map((id) => id.trim()))
  .pipe(
    z
      .array(
        z
          .string()
          .regex(
            /^https:\/\/[a-z0-9-]{1,24}\.(?:vault|managedhsm)\.(?:azure\.net|azure\.cn|usgovcloudapi\.net)\/keys\/[A-Za-z0-9-]{1,127}$/,
            "not a key's id: https://{vault}.vault.azure.net/keys/{name}, without a version",
          ),
      )
      .min(1)
      .max(16)
      .refine((ids) => isWithoutRepeats(ids.map((id) => id.toLowerCase())), "a key twice"),
  );

/** https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules#microsoftnotificationhubs */
const hubName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,258}[A-Za-z0-9]$/);

/** A key of an access rule: 256 bits, or what an operator has chosen. */
const accessKey = z.base64().min(24).max(344);

/** The prefixes that text messages may go to, `+` and digits, separated by commas. */
const prefixes = z
  .string()
  .transform((text) => text.split(",").map((prefix) => prefix.trim()))
  .pipe(listOf(z.string().regex(/^\+[1-9]\d{0,6}$/, "a prefix of telephone numbers, such as +44")).max(300))
  .optional();

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
      // As long as an RSA key of 2,048, 3,072 or 4,096 bits.
      value: z.string().regex(/^(?:[A-Za-z0-9_-]{342}|[A-Za-z0-9_-]{512}|[A-Za-z0-9_-]{683})$/),
      use: z.literal("references").optional(),
    }),
  )
  .min(1)
  .max(MOST_SERVICE_KEYS)
  .refine((list) => isWithoutRepeats(list.map(({ value }) => value)), "a key twice")
  .refine(
    (list) => list.every(({ use }, at) => use === undefined || (at > 0 && at === list.length - 1)),
    "only the last of several is for references alone",
  );

/**
 * What the Functions host is told to take of a body, in bytes: somewhat more than the pipeline's own limit, so that a
 * backup that is a little too large is refused with a reason, and not by an empty 500 of the host.
 */
export const REQUEST_BODY_SIZE_LIMIT = 1_310_720;

const appVersion = z.string().refine(isAppVersion, { error: "a version, such as 6.9.2", abort: true });

function notBelow(platform: Platform) {
  const least = MINIMUM_VERSION[platform];
  return appVersion.refine((version) => !isOlder(version, least), `not below ${least}`).default(least);
}

const minimumAppVersions = z.strictObject({ ios: notBelow("ios"), android: notBelow("android") });

interface Setting {
  readonly schema: z.ZodType;
  /** What it is and what it means, for docs/configuration.md. */
  readonly meaning: string;
  /** The setting and the value of it with which this one counts; left out, it always does. */
  readonly of?: readonly ["STORE" | "KEYS" | "NOTIFY", string];
}

/** Every setting, in one place: what it is, what it is when left out, and what it means. */
export const settings = {
  FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: {
    schema: wholeNumber.optional(),
    meaning: `Bytes of a body that the Functions host takes before it calls the app. Needed on Azure, 1,048,576 to 2,097,152: set it to \`${REQUEST_BODY_SIZE_LIMIT}\`. The host would take 100 MB, from anybody.`,
  },
  PUBLIC_ORIGIN: {
    schema: origin,
    meaning:
      "The origin that phones call, as it stands in a device proof's `htu`; never taken from a request. On Azure https.",
  },
  ISSUERS: {
    schema: json.pipe(issuers),
    meaning: "The issuers whose access tokens are accepted, a JSON array; each of the form below.",
  },
  MINIMUM_APP_VERSIONS: {
    schema: json.pipe(minimumAppVersions).optional(),
    meaning: `The oldest app that is served, a JSON object by platform, such as \`{"android":"6.9.2"}\`: stops an app that turned out to be faulty, and tells its owner which version to get. A platform that is left out, and the whole setting, stand for ${MINIMUM_VERSION.ios} on iOS and ${MINIMUM_VERSION.android} on Android; nothing older is taken.`,
  },
  STEP_UP_MAX_AGE_SECONDS: {
    schema: wholeNumber.pipe(z.number().min(60).max(3600)).default(600),
    meaning: "How many seconds a sign-in counts as recent (RFC 9470 `max_age`), 60 to 3,600.",
  },
  PHONE_WORK_PER_SECOND: {
    schema: wholeNumber.pipe(z.number().min(10).max(1_000_000)).default(50),
    meaning:
      "Units of work that one phone may ask of an instance a second, 10 to 1,000,000; thirty times that at once. A read counts as 2, a write as 10, a release of a key as 50, a page of an export as 100.",
  },
  AZURE_CLIENT_ID: {
    schema: clientId.optional(),
    meaning:
      "The client id of the managed identity that signs in to Cosmos DB, Key Vault and Communication Services. Needed with STORE=cosmos, but for an emulator, with KEYS=key-vault, and with NOTIFY=azure.",
  },
  STORE: {
    schema: z.enum(["sqlite", "cosmos"]),
    meaning: "Where backups are kept: `cosmos`, or `sqlite`, a file on this machine, for development alone.",
  },
  SQLITE_FILE: {
    schema: filePath.default(".local/backup.db"),
    meaning: "The database file; `activations.db` beside it holds what belongs to no owner.",
    of: ["STORE", "sqlite"],
  },
  COSMOS_ENDPOINT: {
    schema: cosmosEndpoint.optional(),
    meaning:
      "The account's own address, `https://{account}.documents.azure.com`, never that of one region, `{account}-{region}`: it would stay there when the write region moves. An account whose own name ends like that can't be used. Needed.",
    of: ["STORE", "cosmos"],
  },
  COSMOS_DATABASE: {
    schema: cosmosName.default("authenticator-backup"),
    meaning: "The database.",
    of: ["STORE", "cosmos"],
  },
  COSMOS_CONTAINER: {
    schema: cosmosName.default("owners"),
    meaning: "The container of owners' items, partition key `/userId`, time to live on without a default.",
    of: ["STORE", "cosmos"],
  },
  COSMOS_CONSISTENCY: {
    schema: z.enum(["Strong", "BoundedStaleness"]).default("Strong"),
    meaning:
      "What each request asks of the account, whose default must not be weaker. Both read from a quorum, at the same price in one region; under a weaker one an instance could release a key after another has denied it.",
    of: ["STORE", "cosmos"],
  },
  COSMOS_ACTIVATIONS_CONTAINER: {
    schema: cosmosName.default("activations"),
    meaning:
      "The container of what belongs to no owner, partition key `/partition`, time to live on without a default.",
    of: ["STORE", "cosmos"],
  },
  COSMOS_EMULATOR_KEY: {
    schema: z.base64().min(1).optional(),
    meaning: "The key of an emulator; refused unless the endpoint is on loopback; for development alone.",
    of: ["STORE", "cosmos"],
  },
  KEYS: {
    schema: z.enum(["file", "key-vault"]),
    meaning:
      "Who holds the key encryption key: `key-vault`, or `file`, an RSA key on this machine, for development alone.",
  },
  KEY_FILE: {
    schema: filePath.default(".local/key-encryption-key.pem"),
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
  NOTIFY: {
    schema: z.enum(["outbox", "azure"]).default("outbox"),
    meaning:
      "What sends push notifications, mail and text messages: `azure`, or `outbox`, a file on this machine that nothing leaves, which Azure refuses.",
  },
  OUTBOX_FILE: {
    schema: filePath.default(".local/outbox.db"),
    meaning: "The file of what was sent.",
    of: ["NOTIFY", "outbox"],
  },
  NOTIFICATION_HUBS_NAMESPACE: {
    schema: z
      .string()
      .regex(/^[A-Za-z][A-Za-z0-9-]{4,48}[A-Za-z0-9]$/)
      .optional(),
    meaning: "The namespace of Notification Hubs, `{namespace}.servicebus.windows.net`. Needed.",
    of: ["NOTIFY", "azure"],
  },
  NOTIFICATION_HUB: {
    schema: hubName.optional(),
    meaning: "The hub that sends by FCM and by APNs' production environment. Needed.",
    of: ["NOTIFY", "azure"],
  },
  NOTIFICATION_HUB_SANDBOX: {
    schema: hubName.optional(),
    meaning:
      "The hub that sends by APNs' sandbox, for apps under development; left out, nothing is sent to their phones.",
    of: ["NOTIFY", "azure"],
  },
  NOTIFICATION_HUBS_RULE: {
    schema: z
      .string()
      .regex(/^[A-Za-z0-9._-]{1,256}$/)
      .default("send"),
    meaning: "The namespace's access rule; give it the right `Send` alone.",
    of: ["NOTIFY", "azure"],
  },
  NOTIFICATION_HUBS_KEY: {
    schema: accessKey.optional(),
    meaning: "The rule's primary key, by a Key Vault reference. Needed.",
    of: ["NOTIFY", "azure"],
  },
  NOTIFICATION_HUBS_SECONDARY_KEY: {
    schema: accessKey.optional(),
    meaning:
      "Its secondary key. Give both: a reference may be a day behind a rotation, and a key that is refused gives way to the other.",
    of: ["NOTIFY", "azure"],
  },
  COMMUNICATION_ENDPOINT: {
    schema: z
      .string()
      .regex(/^https:\/\/[a-z0-9-]+(\.[a-z0-9-]+)*\.communication\.azure\.com$/)
      .optional(),
    meaning:
      "The resource of Communication Services, `https://{resource}.communication.azure.com`, on which the managed identity may send. Needed.",
    of: ["NOTIFY", "azure"],
  },
  MAIL_SENDER: {
    schema: z.email().optional(),
    meaning: "The address that mail comes from, of a domain that is linked to the resource. Needed.",
    of: ["NOTIFY", "azure"],
  },
  TEXT_SENDER: {
    schema: z
      .string()
      .regex(/^\+[1-9]\d{6,14}$/)
      .optional(),
    meaning: "The resource's number that text messages come from, in E.164. Needed with TEXT_PREFIXES.",
    of: ["NOTIFY", "azure"],
  },
  TEXT_PREFIXES: {
    schema: prefixes,
    meaning:
      "The prefixes of numbers that text messages may go to, such as `+44,+46`, separated by commas; the longest that matches counts. Left out, none are sent.",
  },
  TEXT_CODES_PER_HOUR: {
    schema: wholeNumber.pipe(z.number().max(1_000_000)).default(1_000),
    meaning:
      "How many codes go out by text message in an hour, to all owners together; what it costs at most.",
  },
  TEXT_NOTICES_PER_HOUR: {
    schema: wholeNumber.pipe(z.number().max(1_000_000)).default(1_000),
    meaning: "How many notices go out by text message in an hour, to all owners together.",
  },
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof settings;
